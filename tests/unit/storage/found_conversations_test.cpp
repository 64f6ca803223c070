#include "tests/unit/storage/search_test.hpp"

#include <set>

namespace pillarbox::storage {
namespace {

using namespace std::chrono_literals;

constexpr auto alice = "alice@example.org";
constexpr auto bob = "bob@example.org";

/// Searches whose rows are conversations, as "subject:messages/unseen", flagged
/// ones with a star behind.
class FoundConversationsTest : public SearchTest
{
public:
    /// A message of the conversation that `key` names; its subject is its number.
    MessageId bring(std::string_view key, const std::string& text, std::uint32_t flags = 0,
                    MailboxRole role = MailboxRole::inbox, const std::string& address = alice)
    {
        const auto number = std::to_string(ids_.size());
        auto spool = mail().new_spool();
        EXPECT_TRUE(spool->append("Subject: s" + number + "\r\n\r\n" + text + "\r\n"));
        Summary summary;
        summary.subject = number;
        summary.thread_key = key;
        const auto at = std::chrono::seconds(1000 + ids_.size());
        const auto brought = run(store_->transfer().bring({.account = account(address),
                                                           .mailbox = mailbox(address, role),
                                                           .flags = flags,
                                                           .received = Time(at),
                                                           .unique_id = {},
                                                           .digest = {},
                                                           .name = {},
                                                           .body = std::move(spool),
                                                           .summary = std::move(summary)}));
        EXPECT_TRUE(brought) << brought.error().message();
        ids_.push_back(brought->id);
        return ids_.back();
    }

    Found rows(const std::string& query, std::size_t limit = 50,
               std::optional<SearchCursor> after = std::nullopt, const std::string& address = alice,
               Order order = Order::newest_first)
    {
        return search(query, limit, after, address, Rows::conversations, order);
    }

    static std::string text_of(const Found& found)
    {
        std::string text = std::to_string(found.total) + (found.more ? "+:" : ":");
        EXPECT_EQ(found.items.size(), found.conversations.size());
        for (std::size_t i = 0; i < found.items.size(); ++i) {
            const auto& row = found.conversations[i];
            text += " " + found.items[i].summary.subject + ":" + std::to_string(row.messages) + "/" +
                    std::to_string(row.unseen) + (row.flagged ? "*" : "");
        }
        return text;
    }

    /// The subjects of all rows, page by page; every page but the last is full.
    List all_pages(const std::string& query, std::size_t limit, Order order = Order::newest_first)
    {
        List subjects;
        std::optional<SearchCursor> after;
        do {
            const auto page = rows(query, limit, after, alice, order);
            EXPECT_TRUE(page.items.size() == limit || !page.next) << query;
            for (const auto& item : page.items)
                subjects.push_back(item.summary.subject);
            after = page.next;
        } while (after && subjects.size() < 1000);
        return subjects;
    }

    std::vector<MessageId> gather(const std::string& query, std::vector<MessageId> messages,
                                  std::size_t most = 1000, const std::string& address = alice)
    {
        auto node = parse_search(query, Time{});
        EXPECT_TRUE(node) << query;
        auto gathered = run(store_->search().gather(account(address), *node, std::move(messages), most));
        EXPECT_TRUE(gathered);
        std::ranges::sort(*gathered);
        return *gathered;
    }

    std::vector<MessageId> ids_; // as they came
};

TEST_F(FoundConversationsTest, AreRowsByTheNewestThatWasFound)
{
    bring("<a>", "word", flag::flagged);
    bring("<b>", "word", flag::seen);
    bring("<a>", "word", flag::seen);
    bring("<a>", "something else");
    bring("", "word");
    bring("", "word");
    bring("<c>", "something else");
    index();
    for (const auto* query :
         {"word", "word in:inbox", "word -subject:nothing", "word OR nothing", "-something"})
        EXPECT_EQ(text_of(rows(query)), "4: 5:1/1 4:1/1 2:2/1* 1:1/0") << query;
    EXPECT_EQ(text_of(rows("in:inbox")), "5: 6:1/1 5:1/1 4:1/1 3:3/2* 1:1/0");
    EXPECT_EQ(text_of(rows("is:read")), "2: 2:1/0 1:1/0");
    EXPECT_EQ(text_of(rows("word is:starred")), "1: 0:1/1*");
    EXPECT_EQ(text_of(rows("word", 2)), "4: 5:1/1 4:1/1");
    EXPECT_EQ(text_of(rows("word", 50, {}, bob)), "0:");
    EXPECT_TRUE(search("word").conversations.empty());
}

TEST_F(FoundConversationsTest, AreOneInAllMailboxes)
{
    bring("<a>", "word");
    bring("<a>", "word", flag::seen, MailboxRole::sent);
    bring("<a>", "word", 0, MailboxRole::archive);
    bring("<a>", "word", 0, MailboxRole::inbox, bob);
    index();
    for (const auto* query : {"word", "word newer_than:100y", "newer_than:100y"}) {
        EXPECT_EQ(text_of(rows(query)), "1: 2:3/2") << query;
        EXPECT_EQ(text_of(rows(query, 1)), "1: 2:3/2") << query;
    }
    EXPECT_EQ(text_of(rows("word in:inbox")), "1: 0:1/1");
    EXPECT_EQ(text_of(rows("word -in:archive")), "1: 1:2/1");
    ASSERT_TRUE(run(mail().copy(account(alice), {ids_[1]}, mailbox(alice, MailboxRole::archive))));
    EXPECT_EQ(rows("word").conversations.front().messages, 4u);
}

TEST_F(FoundConversationsTest, LeaveOutWhatLiesAside)
{
    bring("<a>", "word");
    bring("<a>", "word", 0, MailboxRole::trash);
    bring("<a>", "word", 0, MailboxRole::drafts);
    bring("<a>", "word", 0, MailboxRole::junk);
    bring("<a>", "word", 0, MailboxRole::sent);
    bring("<a>", "word", 0, MailboxRole::drafts);
    bring("<a>", "word", 0, MailboxRole::trash);
    index();
    EXPECT_EQ(text_of(rows("word")), "5: 6:2/2 5:1/1 4:2/2 3:1/1 2:1/1");
    EXPECT_EQ(all_pages("word", 1), (List{"6", "5", "4", "3", "2"}));
    EXPECT_EQ(gather("word", {ids_[0]}), (std::vector{ids_[0], ids_[4]}));
    EXPECT_EQ(gather("word", {ids_[1]}), (std::vector{ids_[1], ids_[6]}));
    EXPECT_EQ(gather("word", {ids_[2]}), std::vector{ids_[2]});
}

TEST_F(FoundConversationsTest, ComeOnOnePageOnly)
{
    // Each has three messages, far apart; only two have the rare word.
    for (int round = 0; round < 3; ++round)
        for (int i = 0; i < 25; ++i)
            bring("<" + std::to_string(i) + ">", round == 1 ? "word" : "word rare", 0,
                  round == 0 ? MailboxRole::sent : MailboxRole::inbox);
    index();
    for (const std::string query : {"word", "rare", "in:inbox", "rare in:inbox", "is:unread", "word -nothing",
                                    "rare OR nothing", "rare OR in:inbox"}) {
        for (const std::size_t limit : {1u, 4u, 24u, 25u, 26u}) {
            const auto found = all_pages(query, limit);
            ASSERT_EQ(found.size(), 25u) << query << " by " << limit;
            for (std::size_t i = 0; i < 25; ++i)
                EXPECT_EQ(found[i], std::to_string(74 - i)) << query << " by " << limit;
        }
        EXPECT_EQ(rows(query, 4).total, 25u) << query;
    }
    const auto page = rows("rare", 4);
    EXPECT_EQ(rows("rare", 4, page.next).conversations.front().messages, 2u);
    EXPECT_EQ(rows("word", 4, rows("word", 4).next).conversations.front().messages, 3u);
}

TEST_F(FoundConversationsTest, MayBeginWithTheOldest)
{
    // The newest of each, from the oldest on; "b" is in one piece, "a" is not.
    for (const auto* key : {"<a>", "<b>", "<b>", "<a>", "", "<c>", "<a>", "<c>"})
        bring(key, "word");
    index();
    const auto oldest = Order::oldest_first;
    for (const auto* query : {"word", "word in:inbox", "in:inbox", "word -nothing"}) {
        EXPECT_EQ(text_of(rows(query, 50, {}, alice, oldest)), "4: 2:2/2 4:1/1 6:3/3 7:2/2") << query;
        for (const std::size_t limit : {1u, 2u, 3u})
            EXPECT_EQ(all_pages(query, limit, oldest), (List{"2", "4", "6", "7"}))
                << query << " by " << limit;
    }
}

TEST_F(FoundConversationsTest, GoOnWhileMailGoes)
{
    for (int round = 0; round < 2; ++round)
        for (int i = 0; i < 6; ++i)
            bring("<" + std::to_string(i) + ">", "word");
    index();
    const auto first = rows("word", 2);
    EXPECT_EQ(text_of(first), "6: 11:2/2 10:2/2");
    ASSERT_TRUE(run(mail().expunge(account(alice), {ids_[10], ids_[11], ids_[8]})));
    EXPECT_EQ(text_of(rows("word", 3, first.next)), "0: 9:2/2 7:2/2 6:2/2");
    // The conversations whose first row went are shown by what is left of them.
    EXPECT_EQ(text_of(rows("word")), "6: 9:2/2 7:2/2 6:2/2 5:1/1 4:1/1 2:1/1");
}

TEST_F(FoundConversationsTest, AreCountedAmongTheFirstThousandFound)
{
    for (int i = 0; i < 1030; ++i)
        bring("<" + std::to_string(i % 13 == 0 ? i : -1) + ">", "word");
    // One whose messages are mostly not found, more than are asked for one by one.
    for (int i = 0; i < 150; ++i)
        bring("<quiet>", "something else");
    bring("<quiet>", "word");
    index();
    const struct
    {
        const char* query;
        std::uint32_t total; // of their own among the first thousand, the long one, and the last
        std::uint32_t messages;
    } cases[] = {{"word", 79, 1}, {"word is:unread", 79, 1}, {"in:inbox", 68, 151}};
    for (const auto& [query, total, messages] : cases) {
        const auto found = rows(query, 10);
        EXPECT_TRUE(found.more) << query;
        EXPECT_EQ(found.total, total) << query;
        EXPECT_EQ(found.conversations.front().messages, messages) << query;
        EXPECT_EQ(all_pages(query, 7).size(), 82u) << query;
        auto turned = all_pages(query, 9, Order::oldest_first);
        std::ranges::reverse(turned);
        EXPECT_EQ(turned, all_pages(query, 9)) << query;
    }
    EXPECT_EQ(rows("word", 500).total, 82u) << "what is shown is counted";
}

TEST_F(FoundConversationsTest, MayBeLongerThanWhatIsLookedThrough)
{
    bring("<first>", "word");
    bring("<second>", "word", 0, MailboxRole::archive);
    for (int i = 0; i < 4100; ++i)
        bring("<long>", "word");
    bring("<last>", "word", 0, MailboxRole::archive);
    index();
    EXPECT_EQ(all_pages("word", 50), (List{"4102", "4101", "1", "0"}));
    EXPECT_EQ(all_pages("word", 2), (List{"4102", "4101", "1", "0"}));
    EXPECT_EQ(all_pages("word in:archive", 1), (List{"4102", "1"}));
    EXPECT_EQ(all_pages("word in:inbox", 1), (List{"4101", "0"}));
}

TEST_F(FoundConversationsTest, GatherWhatWasFoundOfThem)
{
    bring("<a>", "word");
    bring("<b>", "word");
    bring("<a>", "something else");
    bring("<a>", "word", 0, MailboxRole::sent);
    bring("", "word");
    bring("", "word");
    index();
    const auto& id = ids_;
    EXPECT_EQ(gather("word", {id[3]}), (std::vector{id[0], id[3]}));
    EXPECT_EQ(gather("word in:inbox", {id[0]}), std::vector{id[0]});
    EXPECT_EQ(gather("is:unread", {id[0], id[3], id[0]}), (std::vector{id[0], id[2], id[3]}));
    EXPECT_EQ(gather("word", {id[2]}), (std::vector{id[0], id[2], id[3]})) << "named, if not found";
    EXPECT_EQ(gather("word", {id[4], id[1]}), (std::vector{id[1], id[4]}));
    EXPECT_EQ(gather("word", {id[3], id[1], id[4]}, 2).size(), 2u);
    EXPECT_TRUE(gather("word", {id[0]}, 10, bob).empty());
    ASSERT_TRUE(run(mail().expunge(account(alice), {id[3]})));
    EXPECT_TRUE(gather("word", {id[3]}).empty()) << "it has gone";
}

} // namespace
} // namespace pillarbox::storage
