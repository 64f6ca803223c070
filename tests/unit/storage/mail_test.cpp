#include "tests/unit/storage/store_test.hpp"

namespace pillarbox::storage {
namespace {

class Mail : public StoreTest
{};

TEST_F(Mail, ComesOutAsItWentIn)
{
    // Around the borders of the three tiers, and of the pieces they are read in.
    const std::size_t sizes[] = {0,
                                 1,
                                 100,
                                 8 * 1024,
                                 8 * 1024 + 1,
                                 10'000,
                                 16 * 1024,
                                 16 * 1024 + 1,
                                 255 * 1024,
                                 256 * 1024 - 17,
                                 256 * 1024,
                                 256 * 1024 + 1,
                                 512 * 1024,
                                 3'000'000};
    std::vector<std::string> expected;
    for (const auto size : sizes) {
        expected.push_back(text_of(size, static_cast<unsigned>(size)));
        ASSERT_TRUE(deliver(expected.back(), {alice})) << size;
    }
    for (const bool again : {false, true}) {
        if (again) reopen();
        const auto all = entries(alice);
        ASSERT_EQ(all.size(), expected.size());
        for (std::size_t i = 0; i < all.size(); ++i) {
            const auto octets = read(all[i].id);
            ASSERT_TRUE(octets) << sizes[i] << ' ' << octets.error().message();
            EXPECT_EQ(all[i].size, octets->size());
            EXPECT_TRUE(*octets == std::string(trace) + expected[i]) << sizes[i];
        }
    }
    EXPECT_EQ(recorder_->errors(), 0u);
}

TEST_F(Mail, IsReadFromAnyOffset)
{
    for (const std::size_t size : {1000u, 20'000u, 700'000u}) {
        const auto body = text_of(size);
        ASSERT_TRUE(deliver(body, {alice}));
        const auto whole = std::string(trace) + body;
        auto reader = run(mail().open(entries(alice).back().id));
        ASSERT_TRUE(reader);
        const std::size_t offsets[] = {
            0, 3, trace.size(), trace.size() + 1, size / 2, whole.size() - 1, whole.size()};
        for (const auto offset : offsets) {
            (*reader)->seek(offset);
            std::string octets;
            while (true) {
                const auto piece = run((*reader)->next());
                ASSERT_TRUE(piece);
                if (piece->empty()) break;
                octets += *piece;
            }
            EXPECT_TRUE(octets == whole.substr(offset)) << size << " from " << offset;
        }
        (*reader)->seek(whole.size() + 100);
        const auto piece = run((*reader)->next());
        ASSERT_TRUE(piece);
        EXPECT_TRUE(piece->empty());
    }
}

TEST_F(Mail, ReachesEveryRecipientOrNone)
{
    auto both = delivery("one body", {alice, bob});
    both.forward_to = {{"carol@example.net", {}}, {"dave@example.net", {}}};
    both.forward_trace = "Received: here\r\n";
    both.reverse_path = "alice@example.org";
    ASSERT_TRUE(run(mail().deliver(std::move(both))));
    EXPECT_EQ(entries(alice).size(), 1u);
    EXPECT_EQ(entries(bob).size(), 1u);
    auto queued = run(queue().list(10));
    ASSERT_TRUE(queued);
    ASSERT_EQ(queued->size(), 2u);
    EXPECT_EQ((*queued)[0].recipient, "carol@example.net");
    EXPECT_EQ((*queued)[0].reverse_path, "alice@example.org");
    EXPECT_EQ((*queued)[0].size, std::string("Received: here\r\none body").size());

    auto one_gone = delivery("never", {alice});
    one_gone.copies.push_back({AccountId{4711}, ""});
    EXPECT_EQ(run(mail().deliver(std::move(one_gone))).error(), Errc::not_found);
    EXPECT_EQ(entries(alice).size(), 1u);

    ASSERT_TRUE(run(queue().drop((*queued)[0].id)));
    EXPECT_EQ(run(queue().drop((*queued)[0].id)).error(), Errc::not_found);
    queued = run(queue().list(10));
    EXPECT_EQ(queued->size(), 1u);
}

TEST_F(Mail, CountsWhatIsThere)
{
    const auto id = account(alice);
    for (int i = 0; i < 3; ++i)
        ASSERT_TRUE(deliver("12345", {alice}));
    const auto inbox = mailbox(alice);
    auto page = run(mail().list(id, inbox, 0, 0, 10));
    ASSERT_TRUE(page);
    ASSERT_EQ(page->items.size(), 3u);
    EXPECT_EQ(page->total, 3u);
    EXPECT_EQ(page->items[0].uid, 3u);
    EXPECT_EQ(page->items[0].summary.subject, "A subject");
    EXPECT_EQ(page->items[0].size, trace.size() + 5);

    const auto seen = run(mail().set_flags(id, page->items[1].id, flag::seen | flag::flagged, 0));
    ASSERT_TRUE(seen);
    EXPECT_EQ(seen->flags, flag::seen | flag::flagged);
    EXPECT_GT(seen->modseq, page->modseq);
    ASSERT_TRUE(run(mail().expunge(id, std::vector{page->items[0].id, page->items[0].id})));
    ASSERT_TRUE(run(mail().expunge(id, std::vector{page->items[0].id})));

    const auto mailboxes = run(mail().mailboxes(id));
    ASSERT_TRUE(mailboxes);
    ASSERT_EQ(mailboxes->size(), 6u);
    EXPECT_EQ(mailboxes->front().role, MailboxRole::inbox);
    EXPECT_EQ(mailboxes->front().messages, 2u);
    EXPECT_EQ(mailboxes->front().unseen, 1u);
    EXPECT_EQ(mailboxes->front().octets, 2 * (trace.size() + 5));
    const auto about = run(accounts().find(alice));
    EXPECT_EQ(about->messages, 2u);
    EXPECT_EQ(about->octets, 2 * (trace.size() + 5));
    EXPECT_EQ(run(mail().find(id, page->items[0].id)).error(), Errc::not_found);
}

TEST_F(Mail, ListsPages)
{
    const auto id = account(alice);
    for (int i = 0; i < 10; ++i)
        ASSERT_TRUE(deliver("x", {alice}));
    struct Case
    {
        std::uint32_t before, position;
        std::size_t limit;
        std::vector<std::uint32_t> uids;
        std::uint32_t first;
    };
    const Case cases[] = {
        {0, 0, 3, {10, 9, 8}, 0}, {8, 0, 3, {7, 6, 5}, 3}, {2, 0, 3, {1}, 9}, {1, 0, 3, {}, 10},
        {0, 4, 2, {6, 5}, 4},     {0, 10, 2, {}, 10},      {0, 0, 0, {}, 0},  {99, 0, 1, {10}, 0},
    };
    for (const auto& [before, position, limit, uids, first] : cases) {
        SCOPED_TRACE(testing::Message() << before << ' ' << position << ' ' << limit);
        const auto page = run(mail().list(id, mailbox(alice), before, position, limit));
        ASSERT_TRUE(page);
        std::vector<std::uint32_t> got;
        for (const auto& item : page->items)
            got.push_back(item.uid);
        EXPECT_EQ(got, uids);
        EXPECT_EQ(page->position, first);
        EXPECT_EQ(page->total, 10u);
    }
}

TEST_F(Mail, BelongsToItsAccount)
{
    ASSERT_TRUE(deliver("for alice", {alice}));
    const auto message = entries(alice)[0].id;
    const auto other = account(bob);
    EXPECT_EQ(run(mail().find(other, message)).error(), Errc::not_found);
    EXPECT_EQ(run(mail().set_flags(other, message, flag::seen, 0)).error(), Errc::not_found);
    EXPECT_EQ(run(mail().list(other, mailbox(alice), 0, 0, 10)).error(), Errc::not_found);
    EXPECT_TRUE(run(mail().expunge(other, std::vector{message})));
    EXPECT_EQ(entries(alice).size(), 1u);
}

TEST_F(Mail, GoesToTheMailboxAsked)
{
    auto copy = delivery("sent by myself", {alice});
    copy.copies[0].mailbox = MailboxRole::sent;
    ASSERT_TRUE(run(mail().deliver(std::move(copy))));
    EXPECT_TRUE(entries(alice).empty());
    const auto page = run(mail().list(account(alice), mailbox(alice, MailboxRole::sent), 0, 0, 10));
    ASSERT_EQ(page->items.size(), 1u);
    EXPECT_EQ(page->items[0].flags, flag::seen); // its writer knows it
}

TEST_F(Mail, StopsAtTheQuota)
{
    std::vector<NewAccount> small(1);
    small[0] = {.address = "small@example.org", .password_hash = "hash", .admin = false, .quota = 100};
    ASSERT_TRUE(run(accounts().add(small)));
    ASSERT_TRUE(deliver(text_of(100 - trace.size()), {"small@example.org"})); // to the octet
    EXPECT_EQ(deliver("x", {"small@example.org"}).error(), Errc::over_quota);
    EXPECT_EQ(deliver("x", {alice, "small@example.org"}).error(), Errc::over_quota);
    EXPECT_TRUE(entries(alice).empty());
    ASSERT_TRUE(
        run(mail().expunge(account("small@example.org"), std::vector{entries("small@example.org")[0].id})));
    EXPECT_TRUE(deliver("x", {"small@example.org"}));
}

} // namespace
} // namespace pillarbox::storage
