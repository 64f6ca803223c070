#include "tests/unit/storage/store_test.hpp"

namespace pillarbox::storage {
namespace {

using namespace std::chrono_literals;

/// Rows as "uid:messages/unseen", flagged ones with a star behind.
class Conversations : public StoreTest
{
public:
    /// A message of the conversation that `key` names; received `at` seconds
    /// after the first.
    void bring(std::string_view key, int at, std::uint32_t flags = 0)
    {
        auto spool = mail().new_spool();
        ASSERT_TRUE(spool->append("Subject: x\r\n\r\nx\r\n"));
        Summary summary;
        summary.thread_key = key;
        const auto brought = run(store_->transfer().bring({.account = account(alice),
                                                           .mailbox = mailbox(alice),
                                                           .flags = flags,
                                                           .received = Time(std::chrono::seconds(1000 + at)),
                                                           .unique_id = {},
                                                           .digest = {},
                                                           .name = {},
                                                           .body = std::move(spool),
                                                           .summary = std::move(summary)}));
        ASSERT_TRUE(brought) << brought.error().message();
        ids_.push_back(brought->id);
    }

    Page page(std::uint32_t before = 0, std::uint32_t position = 0, std::size_t limit = 100,
              MailboxRole role = MailboxRole::inbox)
    {
        return run(mail().list(account(alice), mailbox(alice, role), before, position, limit,
                               Rows::conversations))
            .value();
    }

    static std::string text_of(const Page& page)
    {
        std::string text = std::to_string(page.total) + " from " + std::to_string(page.position) + ":";
        EXPECT_EQ(page.items.size(), page.conversations.size());
        for (std::size_t i = 0; i < page.items.size(); ++i) {
            const auto& row = page.conversations[i];
            text += " " + std::to_string(page.items[i].uid) + ":" + std::to_string(row.messages) + "/" +
                    std::to_string(row.unseen) + (row.flagged ? "*" : "");
        }
        return text;
    }

    std::vector<MessageId> ids_; // as they came
};

TEST_F(Conversations, AreRowsByTheMessageReceivedLast)
{
    bring("<a>", 0);
    bring("<b>", 1, flag::seen);
    bring("<a>", 2, flag::seen | flag::flagged);
    bring("", 3);
    bring("", 4);
    bring("<a>", 1); // came late, and was received in the middle
    EXPECT_EQ(text_of(page()), "4 from 0: 5:1/1 4:1/1 3:3/2* 2:1/0");
    EXPECT_EQ(text_of(page(0, 1, 2)), "4 from 1: 4:1/1 3:3/2*");
    EXPECT_EQ(text_of(page(4)), "4 from 2: 3:3/2* 2:1/0");
    EXPECT_EQ(text_of(page(1)), "4 from 4:"); // of a message in a conversation: from its own time on
    EXPECT_EQ(run(mail().list(account(alice), mailbox(alice), 0, 0, 10))->total, 6u);
}

TEST_F(Conversations, AreShownByTheNextOneWhenTheLastGoes)
{
    options_.vault = 1h;
    reopen();
    bring("<a>", 0);
    bring("<b>", 1);
    bring("<a>", 2);
    const auto owner = account(alice);
    ASSERT_TRUE(run(mail().expunge(owner, {ids_[2]})));
    EXPECT_EQ(text_of(page()), "2 from 0: 2:1/1 1:1/1");
    ASSERT_TRUE(run(vault().restore(owner, {ids_[2]})));
    EXPECT_EQ(page().total, 2u);
    EXPECT_EQ(page().conversations.front().messages, 2u);
    ASSERT_TRUE(run(mail().expunge(owner, {ids_[0], ids_[1]})));
    EXPECT_EQ(page().total, 1u);
}

TEST_F(Conversations, AreEachMailboxesOwn)
{
    bring("<a>", 0);
    bring("<a>", 1);
    const auto owner = account(alice);
    ASSERT_TRUE(run(mail().move(owner, {ids_[1]}, mailbox(alice, MailboxRole::archive))));
    EXPECT_EQ(text_of(page()), "1 from 0: 1:1/1");
    EXPECT_EQ(text_of(page(0, 0, 10, MailboxRole::archive)), "1 from 0: 1:1/1");
}

TEST_F(Conversations, GatherWhatBelongsTogether)
{
    bring("<a>", 0);
    bring("<b>", 1);
    bring("<a>", 2);
    const auto owner = account(alice);
    const auto gather = [&](AccountId who, std::vector<MessageId> messages, std::size_t most) {
        return run(mail().gather(who, std::move(messages), most)).value();
    };
    EXPECT_EQ(gather(owner, {ids_[0]}, 10), (std::vector{ids_[2], ids_[0]}));
    EXPECT_EQ(gather(owner, {ids_[2], ids_[1], ids_[0]}, 10), (std::vector{ids_[2], ids_[0], ids_[1]}));
    EXPECT_EQ(gather(owner, {ids_[0], ids_[1]}, 1), std::vector{ids_[2]});
    EXPECT_TRUE(gather(account(bob), {ids_[0]}, 10).empty());
    ASSERT_TRUE(run(mail().expunge(owner, {ids_[1]})));
    EXPECT_TRUE(gather(owner, {ids_[1]}, 10).empty());
}

} // namespace
} // namespace pillarbox::storage
