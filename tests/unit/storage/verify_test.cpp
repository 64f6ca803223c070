#include "storage/sqlite/checksum.hpp"
#include "storage/sqlite/lease.hpp"
#include "storage/sqlite/verify.hpp"
#include "tests/unit/storage/store_test.hpp"

#include <algorithm>
#include <cerrno>
#include <fstream>
#include <functional>

namespace pillarbox::storage {
namespace {

using namespace std::chrono_literals;

class VerifyTest : public StoreTest
{
public:
    VerifyTest() { underneath_.busy = 50ms; }

    /// What it finds, as `kind` or `note kind`, sorted, each once.
    std::vector<std::string> verify(bool repair = false)
    {
        found_.clear();
        repaired_.clear();
        VerifyOptions options;
        options.repair = repair;
        options.found = [this](const Finding& finding) { found_.push_back(finding); };
        options.repaired = [this](std::string_view what) { repaired_.emplace_back(what); };
        sum_ = sqlite::verify_sqlite(options_, options, underneath_);
        std::vector<std::string> kinds;
        for (const auto& finding : found_)
            kinds.push_back((finding.left ? "left " : finding.wrong ? "" : "note ") + finding.kind);
        std::ranges::sort(kinds);
        kinds.erase(std::unique(kinds.begin(), kinds.end()), kinds.end());
        return kinds;
    }

    void sql(const char* statements)
    {
        sqlite::Database database({.file = options_.directory / "mail.db",
                                   .mode = sqlite::Database::Mode::writer,
                                   .busy = 50ms,
                                   .vfs = {}});
        database.script("PRAGMA foreign_keys=OFF");
        database.script(statements);
    }

    /// Some of everything: three tiers, two accounts, one message for both, one
    /// that is deleted and one whose octets have been given back.
    void fill()
    {
        for (const std::size_t size : {100u, 20'000u, 400'000u}) {
            ASSERT_TRUE(deliver(text_of(size, 1), {alice, bob}));
            ASSERT_TRUE(deliver(text_of(size, 2), {alice}));
        }
        ASSERT_TRUE(run(store_->devices().quit(
            {.account = account(alice),
             .label = "",
             .peer = "192.0.2.7",
             .at = storage::now(),
             .mailbox = mailbox(alice),
             .fetched = {{.uid = 2, .at = storage::now()}, {.uid = 3, .at = storage::now()}}},
            {})));
        ASSERT_TRUE(deliver(text_of(30'000, 3), {bob}));
        ASSERT_TRUE(run(mail().expunge(account(bob), {entries(bob).back().id})));
        core().upkeep->run_once();
        ASSERT_TRUE(deliver(text_of(30'000, 4), {bob}));
        layout_ = std::make_unique<sqlite::Layout>(core().layout);
    }

    void flip(const std::filesystem::path& path, std::streamoff at)
    {
        std::fstream stream(path, std::ios::in | std::ios::out | std::ios::binary);
        stream.seekp(at);
        stream.put('\x01');
    }

    std::filesystem::path segment() { return layout_->segments / "0000000000000002"; }

    std::size_t in_quarantine(std::string_view suffix)
    {
        std::size_t count = 0;
        if (!std::filesystem::exists(layout_->directory / "quarantine")) return 0;
        for (const auto& entry : std::filesystem::directory_iterator(layout_->directory / "quarantine"))
            count += entry.path().filename().string().ends_with(suffix);
        return count;
    }

    using Kinds = std::vector<std::string>;

    std::vector<Finding> found_;
    std::vector<std::string> repaired_;
    Verification sum_;
    std::unique_ptr<sqlite::Layout> layout_;
};

TEST_F(VerifyTest, FindsNothingWhereNothingIsWrong)
{
    fill();
    EXPECT_EQ(verify(), Kinds());
    EXPECT_TRUE(sum_.beside_server);
    EXPECT_EQ(sum_.messages, 10u);
    EXPECT_EQ(sum_.bodies, 7u);
    close();
    EXPECT_EQ(verify(), Kinds());
    EXPECT_FALSE(sum_.beside_server);
    EXPECT_EQ(verify(true), Kinds());
    EXPECT_TRUE(repaired_.empty());
    EXPECT_FALSE(std::filesystem::exists(layout_->directory / "quarantine"));
}

TEST_F(VerifyTest, FindsEachKindOfMistakeInTheRowsAndMendsIt)
{
    struct Case
    {
        const char* sql;
        Kinds kinds;
    };
    const Case cases[] = {
        {"DELETE FROM msg WHERE id = 1", {"body_refs", "message_without_copy"}},
        {"UPDATE msg SET uid = 99 WHERE id = 1", {"copy_misplaced", "copy_nowhere"}},
        {"UPDATE msg SET account = 2 WHERE id = 1", {"copy_misplaced"}},
        {"UPDATE message SET size = size + 1 WHERE msg = 1", {"mailbox_counters", "message_size"}},
        {"DELETE FROM message WHERE msg = 1", {"copy_nowhere", "mailbox_counters"}},
        {"UPDATE message SET modseq = 1000000 WHERE msg = 1", {"message_modseq"}},
        {"UPDATE body SET refs = 7 WHERE id = 2", {"body_refs"}},
        {"DELETE FROM body WHERE id = 2", {"copy_without_body"}},
        {"UPDATE mailbox SET messages = 9 WHERE role = 1", {"account_counters", "mailbox_counters"}},
        {"UPDATE account SET octets = 9", {"account_counters"}},
        {"UPDATE mailbox SET conversations = 77 WHERE role = 1", {"conversation_counters"}},
        {"UPDATE conversation SET latest = 0", {"conversation_counters"}},
        {"UPDATE conversation SET uid = uid + 1000", {"conversation_missing", "conversation_stray"}},
        {"UPDATE domain SET quota = 9, octets = 9", {"domain_counters"}},
        {"UPDATE mailbox SET uid_next = 2 WHERE role = 1", {"uid_next"}},
        {"UPDATE mailbox SET modseq = 1000000 WHERE role = 1", {"mailbox_modseq"}},
        {"UPDATE fetched SET mailbox = 7", {"fetched_misplaced"}},
        {"UPDATE fetched SET mailbox = 777", {"fetched_misplaced"}},
        {"UPDATE fetched SET last = 99", {"fetched_runs"}},
        {"UPDATE fetched SET last = first - 1", {"fetched_runs"}},
        {"INSERT INTO fetched SELECT device, mailbox, first + 1, last, at FROM fetched", {"fetched_runs"}},
        {"DELETE FROM device", {"row_orphaned"}},
        {"UPDATE device SET account = 99", {"fetched_misplaced", "row_orphaned"}},
        {"UPDATE sqlite_sequence SET seq = 1", {"sequence"}},
        {"UPDATE segment SET bodies = bodies + 1", {"segment_counters"}},
        {"UPDATE segment SET live = live + 1", {"segment_counters"}},
        {"DELETE FROM segment", {"segment_unknown"}},
        {"INSERT INTO garbage SELECT id, tier, segment, offset, octets FROM body WHERE tier = 2",
         {"body_and_garbage"}},
        {"INSERT INTO garbage SELECT id, tier, segment, offset, octets FROM body WHERE tier = 1",
         {"body_and_garbage"}},
        {"INSERT INTO dead (msg, account, mailbox, uid, modseq, size) VALUES (1, 1, 1, 1, 1, 1)",
         {"copy_twice"}},
        {"INSERT INTO dead (msg, account, mailbox, uid, modseq, size) VALUES (999, 1, 1, 1, 1, 1)",
         {"dead_without_copy"}},
        {"INSERT INTO unique_id SELECT mailbox, uid, 'same' FROM message WHERE mailbox = 1",
         {"unique_id_twice"}},
        {"UPDATE message SET mailbox = 77 WHERE msg = 1",
         {"conversation_missing", "conversation_stray", "copy_misplaced", "row_orphaned"}},
    };
    for (const auto& [statement, kinds] : cases) {
        SCOPED_TRACE(statement);
        close();
        std::filesystem::remove_all(options_.directory);
        reopen();
        ASSERT_TRUE(run(accounts().add_domain("example.org")));
        add_account(alice);
        add_account(bob);
        fill();
        close();
        sql(statement);
        const auto found = verify();
        for (const auto& kind : kinds)
            EXPECT_TRUE(std::ranges::count(found, kind) == 1) << kind << testing::PrintToString(found);
        verify(true);
        EXPECT_EQ(sum_.wrong, 0u) << testing::PrintToString(found);
        EXPECT_FALSE(repaired_.empty());
        EXPECT_EQ(verify(), Kinds());
        sql("UPDATE domain SET quota = 0"); // which nobody keeps the octets for in this test
        reopen();
        EXPECT_LE(entries(alice).size(), 6u);
        EXPECT_GE(entries(alice).size(), 5u); // at most one message was put aside
        EXPECT_EQ(entries(bob).size(), 4u - (entries(bob).size() == 3u));
        ASSERT_TRUE(deliver("more", {alice}));
        EXPECT_EQ(verify(), Kinds());
    }
}

TEST_F(VerifyTest, NamesTheMessageWhoseOctetsAreDamaged)
{
    damages_ = true;
    fill();
    flip(segment(), 10'000);
    EXPECT_EQ(verify(), Kinds{"body_damaged"});
    ASSERT_EQ(found_.size(), 2u); // it is alice's and bob's
    EXPECT_EQ(found_[0].account, alice);
    EXPECT_EQ(found_[1].account, bob);
    EXPECT_EQ(found_[0].mailbox, "Inbox");
    EXPECT_EQ(found_[0].uid, 3u);
    EXPECT_EQ(found_[0].subject, "A subject");
    EXPECT_EQ(found_[0].path, segment());
    EXPECT_NE(found_[0].what.find("checksum"), std::string::npos);
}

TEST_F(VerifyTest, PutsDamagedMessagesOfEveryTierAside)
{
    fill();
    const auto kept = entries(alice);
    const auto large = layout_->files / sqlite::BodyStore::name_of(10);
    close();
    flip(segment(), 10'000);
    flip(large, 1'000);
    sql("UPDATE body SET content = substr(content, 2) WHERE id = 2");
    EXPECT_EQ(verify(), Kinds{"body_damaged"});
    EXPECT_EQ(found_.size(), 6u);
    EXPECT_EQ(verify(true), Kinds{"body_damaged"});
    EXPECT_EQ(sum_.wrong, 0u);
    EXPECT_EQ(sum_.quarantined, 6u);
    EXPECT_EQ(in_quarantine(".eml"), 3u);
    EXPECT_EQ(verify(), Kinds());
    reopen();
    EXPECT_EQ(verify(), Kinds());
    const auto left = entries(alice);
    ASSERT_EQ(left.size(), 3u);
    for (const auto i : {0u, 1u, 2u}) {
        EXPECT_EQ(left[i].unique_id.text(), kept[2 * i + 1].unique_id.text());
        EXPECT_TRUE(read(left[i].id));
    }
    EXPECT_EQ(run(accounts().find(alice))->messages, 3u);
    ASSERT_TRUE(deliver(text_of(20'000), {alice}));
    EXPECT_EQ(verify(), Kinds());
}

TEST_F(VerifyTest, MendsAMissingOrTruncatedSegment)
{
    for (const bool missing : {true, false}) {
        fill();
        close();
        if (missing)
            std::filesystem::remove(segment());
        else
            std::filesystem::resize_file(segment(), 30'000);
        EXPECT_EQ(verify(), (Kinds{"body_damaged", "segment_damaged"})) << missing;
        verify(true);
        EXPECT_EQ(sum_.wrong, 0u);
        EXPECT_EQ(verify(), Kinds());
        reopen();
        EXPECT_EQ(recorder_->errors(), 0u); // what is in quarantine is known
        ASSERT_TRUE(deliver(text_of(20'000), {alice}));
        EXPECT_TRUE(read(entries(alice).back().id));
        EXPECT_EQ(verify(), Kinds());
    }
}

TEST_F(VerifyTest, KeepsWhatNoRowKnows)
{
    fill();
    const auto body = text_of(15'000, 9);
    const sqlite::Record record{
        .body = 1'000, .octets = static_cast<std::uint32_t>(body.size()), .checksum = sqlite::checksum(body)};
    const auto header = sqlite::write_header(record);
    const auto whole = std::string(header.data(), header.size()) + body;
    std::ofstream(layout_->segments / "0000000000000777", std::ios::binary) << whole << whole << "torn";
    std::ofstream(layout_->files / "0000000000000778", std::ios::binary) << "orphan";
    std::ofstream(layout_->files / "notes.txt") << "someone's";
    EXPECT_EQ(verify(),
              (Kinds{"note file_foreign", "note file_orphaned"})); // a server may be about to clear it
    close();
    std::ofstream(segment(), std::ios::binary | std::ios::app) << whole << "PBR1 and no more" << whole;
    EXPECT_EQ(verify(), (Kinds{"file_orphaned", "note file_foreign", "octets_unknown", "record_unknown"}));
    verify(true);
    EXPECT_EQ(sum_.wrong, 0u);
    EXPECT_EQ(in_quarantine(".eml"), 4u);
    EXPECT_EQ(in_quarantine(".bin"), 1u);
    EXPECT_EQ(in_quarantine("0000000000000777"), 1u);
    EXPECT_EQ(in_quarantine("0000000000000778"), 1u);
    EXPECT_TRUE(std::filesystem::exists(layout_->files / "notes.txt"));
    for (const auto& entry : std::filesystem::directory_iterator(layout_->directory / "quarantine")) {
        if (!entry.path().string().ends_with(".eml")) continue;
        std::ifstream stream(entry.path(), std::ios::binary);
        EXPECT_EQ(std::string(std::istreambuf_iterator(stream), {}), body);
    }
    EXPECT_EQ(verify(), Kinds{"note file_foreign"});
    reopen();
    EXPECT_EQ(entries(alice).size(), 6u);
}

TEST_F(VerifyTest, FindsARecordWhoseRowIsGone)
{
    fill();
    close();
    sql("DELETE FROM message WHERE msg IN (SELECT id FROM msg WHERE body = 8);"
        "DELETE FROM msg WHERE body = 8; DELETE FROM body WHERE id = 8;");
    const auto found = verify();
    EXPECT_EQ(std::ranges::count(found, "record_unknown"), 1) << testing::PrintToString(found);
    verify(true);
    EXPECT_EQ(sum_.wrong, 0u);
    EXPECT_EQ(in_quarantine(".eml"), 1u);
    EXPECT_EQ(verify(), Kinds());
}

TEST_F(VerifyTest, RepairsOnlyWhileNoServerRuns)
{
    EXPECT_THROW(verify(true), std::runtime_error);
}

TEST_F(VerifyTest, SaysThatADatabaseIsDamaged)
{
    damages_ = true;
    fill();
    close();
    const auto file = layout_->database;
    const auto size = std::filesystem::file_size(file);
    for (std::uint64_t at = 8'192; at + 2'048 <= size; at += 4'096)
        flip(file, static_cast<std::streamoff>(at));
    const auto found = verify();
    EXPECT_EQ(std::ranges::count(found, "database_damaged"), 1) << testing::PrintToString(found);
    std::ofstream(file, std::ios::trunc) << std::string(10'000, 'x');
    EXPECT_EQ(verify(), Kinds{"database_damaged"});
    EXPECT_EQ(found_[0].path, file);
}

TEST_F(VerifyTest, SaysThatTheIndexIsDamaged)
{
    fill();
    close();
    std::ofstream(layout_->directory / "index.db") << std::string(10'000, 'x');
    EXPECT_EQ(verify(), Kinds{"index_damaged"});
    verify(true);
    EXPECT_EQ(sum_.wrong, 0u);
    EXPECT_FALSE(std::filesystem::exists(layout_->directory / "index.db"));
    EXPECT_EQ(verify(), Kinds());
}

/// On a disk that knows no holes.
TEST_F(VerifyTest, ClearsARecordWhoseRowIsGoneWithoutHoles)
{
    struct NoHoles final : sqlite::Files
    {
        sqlite::error_code punch(int, std::uint64_t, std::uint64_t) override
        {
            return {EOPNOTSUPP, boost::system::system_category()};
        }
    };
    fill();
    close();
    underneath_.files = std::make_shared<NoHoles>();
    sql("DELETE FROM message WHERE msg IN (SELECT id FROM msg WHERE body = 8);"
        "DELETE FROM msg WHERE body = 8; DELETE FROM body WHERE id = 8;");
    verify(true);
    EXPECT_EQ(sum_.wrong, 0u);
    EXPECT_EQ(in_quarantine(".eml"), 1u);
    EXPECT_EQ(verify(), Kinds());
}

/// In containers, processes may have the same id.
TEST_F(VerifyTest, LetsGoOfItsOwnLeaseOnly)
{
    const sqlite::Lease mine(core().layout, "verify");
    {
        const sqlite::Lease another(core().layout, "verify");
    }
    const auto ask = [](sqlite::Database& database) -> Result<bool> { return sqlite::leased(database); };
    EXPECT_TRUE(*run(sqlite::submit(*core().readers, ask)));
}

TEST_F(VerifyTest, HoldsALeaseWhileItLooks)
{
    fill();
    bool leased = false;
    VerifyOptions options;
    options.progress = [&](const Progress&) {
        sqlite::Database database(
            {.file = layout_->database, .mode = sqlite::Database::Mode::reader, .busy = 50ms, .vfs = {}});
        leased = leased || sqlite::Query(database, "SELECT 1 FROM lease").step();
    };
    sqlite::verify_sqlite(options_, options, underneath_);
    EXPECT_TRUE(leased);
    sqlite::Database database(
        {.file = layout_->database, .mode = sqlite::Database::Mode::reader, .busy = 50ms, .vfs = {}});
    EXPECT_FALSE(sqlite::Query(database, "SELECT 1 FROM lease").step());
}

} // namespace
} // namespace pillarbox::storage
