#include "tests/unit/storage/store_test.hpp"

#include <algorithm>
#include <set>

namespace pillarbox::storage {
namespace {

class MaildropTest : public StoreTest
{
public:
    std::vector<MessageId> ids()
    {
        std::vector<MessageId> ids;
        for (const auto& entry : entries(alice))
            ids.push_back(entry.id);
        return ids;
    }

    /// Rows of a table, to see what is really gone.
    std::int64_t rows(const char* sql)
    {
        auto work = [sql](sqlite::Database& database) -> Result<std::int64_t> {
            sqlite::Query row(database, sql);
            row.step();
            return row.integer(0);
        };
        return *run(sqlite::submit(*core().readers, work));
    }
};

TEST_F(MaildropTest, ShowsWhatWasThereAtLogin)
{
    // One of each tier, so that every way of giving space back is tried.
    const std::vector<std::string> bodies{text_of(100, 1), text_of(50'000, 2), text_of(400'000, 3)};
    for (const auto& body : bodies)
        ASSERT_TRUE(deliver(body, {alice}));
    auto before = open_maildrop(alice);
    ASSERT_TRUE(deliver("later", {alice}));
    auto all = ids();
    ASSERT_EQ(all.size(), 4u);
    ASSERT_TRUE(run(mail().expunge(account(alice), std::vector{all[0], all[1], all[2]})));
    auto after = open_maildrop(alice);
    core().upkeep->run_once();
    core().upkeep->run_once();

    EXPECT_EQ(before->count(), 3u);
    const auto shown = run(before->entries());
    ASSERT_TRUE(shown);
    ASSERT_EQ(shown->size(), 3u);
    std::uint64_t octets = 0;
    for (std::size_t i = 0; i < 3; ++i) {
        EXPECT_EQ((*shown)[i].id, all[i]);
        const auto text = read(all[i]);
        ASSERT_TRUE(text) << i;
        EXPECT_TRUE(*text == std::string(trace) + bodies[i]) << i;
        octets += (*shown)[i].size;
    }
    EXPECT_EQ(before->octets(), octets);
    EXPECT_EQ(after->count(), 1u);
    EXPECT_EQ(run(after->entries())->size(), 1u);
    // Gone for everyone who asks by account.
    EXPECT_EQ(run(mail().find(account(alice), all[0])).error(), Errc::not_found);

    after.reset();
    core().upkeep->run_once();
    EXPECT_TRUE(read(all[0]));
    before.reset();
    core().upkeep->run_once();
    for (const auto id : {all[0], all[1], all[2]})
        EXPECT_EQ(read(id).error(), Errc::not_found);
    EXPECT_EQ(rows("SELECT count(*) FROM dead"), 0);
    EXPECT_EQ(rows("SELECT count(*) FROM body"), 1);
    EXPECT_EQ(rows("SELECT count(*) FROM garbage"), 0);
    EXPECT_EQ(rows("SELECT count(*) FROM expunged"), 3); // for whoever asks what changed
}

TEST_F(MaildropTest, MayLoadItsEntriesLate)
{
    for (int i = 0; i < 5; ++i)
        ASSERT_TRUE(deliver("message " + std::to_string(i), {alice}));
    auto maildrop = open_maildrop(alice);
    const auto all = ids();
    ASSERT_TRUE(run(mail().expunge(account(alice), std::vector{all[1]})));
    ASSERT_TRUE(run(mail().expunge(account(alice), std::vector{all[3]})));
    ASSERT_TRUE(deliver("late", {alice}));
    const auto shown = run(maildrop->entries());
    ASSERT_TRUE(shown);
    ASSERT_EQ(shown->size(), 5u);
    for (std::size_t i = 0; i < 5; ++i)
        EXPECT_EQ((*shown)[i].id, all[i]);
    EXPECT_EQ(std::set<std::string>({(*shown)[0].unique_id.text(), (*shown)[1].unique_id.text(),
                                     (*shown)[2].unique_id.text(), (*shown)[3].unique_id.text(),
                                     (*shown)[4].unique_id.text()})
                  .size(),
              5u);
}

TEST_F(MaildropTest, KeepsAReaderReading)
{
    const auto body = text_of(2'000'000);
    ASSERT_TRUE(deliver(body, {alice}));
    const auto id = ids()[0];
    auto reader = run(mail().open(id));
    ASSERT_TRUE(reader);
    ASSERT_TRUE(run((*reader)->next()));
    ASSERT_TRUE(run(mail().expunge(account(alice), std::vector{id})));
    core().upkeep->run_once();
    core().upkeep->run_once();
    EXPECT_EQ(read(id).error(), Errc::not_found); // for those who come now
    std::string rest;
    while (true) {
        const auto piece = run((*reader)->next());
        ASSERT_TRUE(piece);
        if (piece->empty()) break;
        rest += *piece;
    }
    EXPECT_TRUE(body.ends_with(rest));
    EXPECT_EQ(rows("SELECT count(*) FROM garbage"), 1);
    reader->reset();
    core().upkeep->run_once();
    EXPECT_EQ(rows("SELECT count(*) FROM garbage"), 0);
    EXPECT_TRUE(std::filesystem::is_empty(core().layout.files));
}

TEST_F(MaildropTest, GivesBackAfterACrashWhatItHeld)
{
    ASSERT_TRUE(deliver(text_of(400'000), {alice}));
    auto maildrop = open_maildrop(alice);
    ASSERT_TRUE(run(mail().expunge(account(alice), ids())));
    core().upkeep->run_once();
    EXPECT_EQ(rows("SELECT count(*) FROM dead"), 1);
    maildrop.reset();
    reopen();
    core().upkeep->run_once();
    EXPECT_EQ(rows("SELECT count(*) FROM dead"), 0);
    EXPECT_TRUE(std::filesystem::is_empty(core().layout.files));
}

TEST_F(MaildropTest, OpensOnlyForWhoSignsInAsBefore)
{
    const auto as_of = run(accounts().sign_in({}))->version;
    ASSERT_TRUE(deliver(text_of(100, 1), {alice}));
    EXPECT_EQ((*run(mail().open_maildrop(account(alice), {}, as_of)))->count(), 1u);
    ASSERT_TRUE(run(accounts().set_enabled(alice, false)));
    EXPECT_EQ(run(mail().open_maildrop(account(alice), {}, as_of)).error(), Errc::changed);
}

TEST_F(MaildropTest, ShowsAnotherMailbox)
{
    ASSERT_TRUE(deliver("in the inbox", {alice}));
    auto spam = delivery("buy", {alice});
    spam.copies[0].mailbox = MailboxRole::junk;
    ASSERT_TRUE(run(mail().deliver(std::move(spam))));
    const MaildropView junk{.mailbox = mailbox(alice, MailboxRole::junk)};
    auto maildrop = run(mail().open_maildrop(account(alice), junk));
    ASSERT_TRUE(maildrop);
    EXPECT_EQ((*maildrop)->count(), 1u);
    const auto shown = run((*maildrop)->entries());
    ASSERT_TRUE(shown);
    EXPECT_EQ((*maildrop)->octets(), shown->at(0).size);
    ASSERT_TRUE(run(mail().expunge(account(alice), std::vector{shown->at(0).id})));
    EXPECT_EQ(run((*maildrop)->entries())->size(), 1u);
    EXPECT_EQ((*run(mail().open_maildrop(account(alice), junk)))->count(), 0u);
    EXPECT_EQ(entries(alice).size(), 1u);
    EXPECT_EQ(run(mail().open_maildrop(account("bob@example.org"), junk)).error(), Errc::not_found);
    EXPECT_EQ(run(mail().open_maildrop(AccountId{4711})).error(), Errc::not_found);
}

TEST_F(MaildropTest, ShowsOnlyWhatArrivedSince)
{
    for (int i = 0; i < 4; ++i)
        ASSERT_TRUE(deliver("message " + std::to_string(i), {alice}));
    const auto all = entries(alice);
    auto work = [mailbox = mailbox(alice)](sqlite::Database& database) -> Result<void> {
        database.run("UPDATE message SET received = 1000 + uid WHERE mailbox = ?", mailbox);
        database.run("UPDATE conversation SET received = 1000 + uid WHERE mailbox = ?", mailbox);
        return boost::system::in_place_value;
    };
    ASSERT_TRUE(run(sqlite::submit(*core().writer, work)));
    const MaildropView view{.since = Time(std::chrono::seconds(1003))};
    auto maildrop = run(mail().open_maildrop(account(alice), view));
    ASSERT_TRUE(maildrop);
    EXPECT_EQ((*maildrop)->count(), 2u);
    EXPECT_EQ((*maildrop)->octets(), all[2].size + all[3].size);
    // Neither what goes meanwhile nor what comes changes it.
    ASSERT_TRUE(run(mail().expunge(account(alice), std::vector{all[0].id, all[2].id})));
    ASSERT_TRUE(deliver("later", {alice}));
    auto shown = run((*maildrop)->entries());
    ASSERT_TRUE(shown);
    ASSERT_EQ(shown->size(), 2u);
    EXPECT_EQ(shown->at(0).id, all[2].id);
    EXPECT_EQ(shown->at(0).unique_id.text(), all[2].unique_id.text());
    EXPECT_EQ(shown->at(1).unique_id.text(), all[3].unique_id.text());
    // Not even that the account goes.
    ASSERT_TRUE(run(accounts().remove(alice)));
    shown = run((*maildrop)->entries());
    ASSERT_TRUE(shown);
    EXPECT_EQ(shown->size(), 2u);
}

TEST_F(MaildropTest, KeepsUniqueIds)
{
    for (int i = 0; i < 3; ++i)
        ASSERT_TRUE(deliver("x", {alice, "bob@example.org"}));
    const auto before = entries(alice);
    std::set<std::string> seen;
    for (const auto& entry : before) {
        seen.insert(entry.unique_id.text());
        EXPECT_LE(entry.unique_id.text().size(), 70u); // RFC 1939 §7
        EXPECT_TRUE(std::ranges::all_of(entry.unique_id.text(), [](char c) { return c > ' ' && c <= '~'; }));
    }
    for (const auto& entry : entries("bob@example.org"))
        seen.insert(entry.unique_id.text());
    EXPECT_EQ(seen.size(), 6u);
    reopen();
    const auto after = entries(alice);
    for (std::size_t i = 0; i < 3; ++i)
        EXPECT_EQ(after[i].unique_id.text(), before[i].unique_id.text());

    // Not even the highest one comes again.
    ASSERT_TRUE(run(mail().expunge(account(alice), std::vector{after[2].id})));
    core().upkeep->run_once();
    reopen();
    ASSERT_TRUE(deliver("new", {alice}));
    EXPECT_NE(entries(alice)[2].unique_id.text(), before[2].unique_id.text());
}

TEST_F(MaildropTest, ShowsImportedUniqueIds)
{
    for (int i = 0; i < 4; ++i)
        ASSERT_TRUE(deliver("x", {alice}));
    auto work = [mailbox = mailbox(alice)](sqlite::Database& database) -> Result<void> {
        database.run(
            "INSERT INTO unique_id (mailbox, uid, value) VALUES (?, 2, 'old-two'), (?, 4, 'old-four'), "
            "(?, 9, 'of a message that is gone')",
            mailbox, mailbox, mailbox);
        return boost::system::in_place_value;
    };
    ASSERT_TRUE(run(sqlite::submit(*core().writer, work)));
    const auto all = entries(alice);
    EXPECT_EQ(all[1].unique_id.text(), "old-two");
    EXPECT_EQ(all[3].unique_id.text(), "old-four");
    EXPECT_EQ(all[0].unique_id.text().size(), 18u);
}

} // namespace
} // namespace pillarbox::storage
