#include "storage/sqlite/checksum.hpp"
#include "storage/sqlite/migration.hpp"
#include "storage/sqlite/schema.hpp"
#include "storage/sqlite/spool.hpp"
#include "storage/sqlite/verify.hpp"
#include "tests/support/failing_files.hpp"
#include "tests/unit/storage/store_test.hpp"

#include <array>
#include <cerrno>
#include <fstream>
#include <limits>

#include <sys/stat.h>

namespace pillarbox::storage {
namespace {

using namespace std::chrono_literals;

/// A store as the first version of the program left it, with a message of each
/// tier in alice's INBOX.
class MigrationTest : public StoreTest
{
public:
    MigrationTest()
    {
        underneath_.busy = 50ms;
        close();
        make_first_version();
    }

    void make_first_version()
    {
        std::filesystem::remove_all(options_.directory);
        std::filesystem::create_directories(options_.directory / "segments");
        std::filesystem::create_directories(options_.directory / "files");
        sqlite::Database database(writer());
        sqlite::migrate(database, sqlite::migrations().first(1));
        database.script(
            "INSERT INTO domain (name, created) VALUES ('example.org', 1);"
            "INSERT INTO account (domain, address, password_hash, admin, quota, created) "
            "VALUES (1, 'alice@example.org', 'hash', 0, 0, 1);"
            "INSERT INTO mailbox (account, role, name, uid_validity) VALUES (1, 1, 'Inbox', 77);");
        bodies_.clear();
        std::int64_t id = 0;
        for (const std::size_t size : {100u, 20'000u, 400'000u}) {
            ++id;
            add(database, id, text_of(size, static_cast<unsigned>(id)));
        }
    }

    void add(sqlite::Database& database, std::int64_t id, const std::string& body)
    {
        const auto tier = body.size() <= sqlite::row_octets     ? sqlite::Tier::row
                          : body.size() <= sqlite::spool_memory ? sqlite::Tier::segment
                                                                : sqlite::Tier::file;
        const auto sum = sqlite::checksum(body);
        if (tier == sqlite::Tier::segment) {
            const auto header = sqlite::write_header(
                {.body = id, .octets = static_cast<std::uint32_t>(body.size()), .checksum = sum});
            std::ofstream(options_.directory / "segments" / "0000000000000001", std::ios::binary)
                << std::string_view(header.data(), header.size()) << body;
            database.run("INSERT INTO segment (number, end, bodies) VALUES (1, ?, 1)", body.size() + 24);
        } else if (tier == sqlite::Tier::file) {
            std::ofstream(options_.directory / "files" / sqlite::BodyStore::name_of(id), std::ios::binary)
                << body;
        }
        database.run(
            "INSERT INTO body VALUES (?, 1, ?, ?, 0, ?, ?, '', '', 'A subject', '', '', '', 0, 0, ?)", id,
            tier, tier == sqlite::Tier::segment ? 1 : 0, body.size(), sum,
            tier == sqlite::Tier::row ? std::optional(sqlite::Blob{body}) : std::nullopt);
        database.run("INSERT INTO msg (id, account, mailbox, uid, body, trace) VALUES (?, 1, 1, ?, ?, x'')",
                     id, id, id);
        database.run("INSERT INTO message VALUES (1, ?, 1, 0, ?, 5, ?)", id, body.size(), id);
        database.run(
            "UPDATE mailbox SET uid_next = uid_next + 1, messages = messages + 1, unseen = unseen + 1, "
            "octets = octets + ?",
            body.size());
        database.run("UPDATE account SET messages = messages + 1, octets = octets + ?", body.size());
        bodies_.push_back(body);
    }

    sqlite::Database::Options writer()
    {
        return {.file = file(), .mode = sqlite::Database::Mode::writer, .busy = 50ms, .vfs = {}};
    }

    std::filesystem::path file() { return options_.directory / "mail.db"; }

    int version_of(const std::filesystem::path& path)
    {
        auto options = writer(); // which mends what an interrupted write left
        options.file = path;
        sqlite::Database database(options);
        return sqlite::schema_version(database);
    }

    std::string failure()
    {
        try {
            reopen();
            return "";
        } catch (const std::runtime_error& error) {
            return error.what();
        }
    }

    void expect_all_there()
    {
        const auto all = entries(alice);
        ASSERT_EQ(all.size(), bodies_.size());
        for (std::size_t i = 0; i < all.size(); ++i) {
            EXPECT_EQ(read(all[i].id), bodies_[i]);
            EXPECT_EQ(all[i].unique_id.text(), "000000000000004d." + std::to_string(i + 1));
        }
        VerifyOptions options;
        options.found = [](const Finding& finding) { ADD_FAILURE() << finding.kind << ": " << finding.what; };
        sqlite::verify_sqlite(options_, options, underneath_);
    }

    std::size_t files_named(std::string_view prefix)
    {
        std::size_t count = 0;
        for (const auto& entry : std::filesystem::directory_iterator(options_.directory))
            count += entry.path().filename().string().starts_with(prefix);
        return count;
    }

    const int newest_ = static_cast<int>(sqlite::migrations().size());
    std::vector<std::string> bodies_;
};

TEST_F(MigrationTest, BringsTheFirstVersionUpToDateAndKeepsIt)
{
    std::ofstream(options_.directory / "mail.db.v0") << "an even older one";
    reopen();
    expect_all_there();
    ASSERT_TRUE(deliver(text_of(20'000), {alice}));
    close();
    EXPECT_EQ(version_of(file()), newest_);
    EXPECT_EQ(version_of(options_.directory / "mail.db.v1"), 1);
    EXPECT_EQ(files_named("mail.db."), 1u);
    EXPECT_FALSE(std::filesystem::exists(options_.directory / "mail.db.v0"));

    // Going back is a matter of two names.
    std::filesystem::rename(options_.directory / "mail.db.v1", file());
    EXPECT_EQ(version_of(file()), 1);
    reopen();
    EXPECT_EQ(entries(alice).size(), 3u);
}

TEST_F(MigrationTest, IsForTheOwnerAlone)
{
    ::chmod(file().c_str(), 0600);
    reopen();
    for (const auto* name : {"mail.db", "mail.db.v1"})
        EXPECT_EQ(static_cast<int>(std::filesystem::status(options_.directory / name).permissions()), 0600);
}

TEST_F(MigrationTest, InterruptedAnywhereLeavesAStoreThatOpens)
{
    const auto faults = std::make_shared<Faults>();
    const auto sound = underneath_;
    std::size_t old = 0;
    std::size_t fresh = 0;
    /// The migration, of which the n-th call fails. Returns how many there were.
    const auto migrate = [&](std::size_t n) {
        make_first_version();
        underneath_.files = std::make_shared<FailingFiles>(faults);
        underneath_.vfs = register_failing_vfs(faults);
        faults->arm(n, EIO, true);
        const auto why = failure();
        const auto calls = faults->calls();
        if (!faults->disarm()) EXPECT_EQ(why, "");
        close();
        underneath_ = sound;
        const int version = version_of(file());
        EXPECT_TRUE(version == 1 || version == newest_) << version;
        ++(version == 1 ? old : fresh);
        if (version != 1) EXPECT_EQ(version_of(options_.directory / "mail.db.v1"), 1);
        reopen();
        expect_all_there();
        close();
        EXPECT_EQ(files_named("mail.db."), 1u); // the one that is kept
        return calls;
    };
    const auto calls = migrate(std::numeric_limits<std::size_t>::max());
    // The copy begins and takes its place call by call; between, one write is like another.
    constexpr std::size_t near = 40;
    ASSERT_GT(calls, 2 * near);
    for (std::size_t n = 1; n <= calls; n += n < near || n + near > calls ? 1 : 7) {
        SCOPED_TRACE(n);
        migrate(n);
    }
    EXPECT_GE(old, 20u);
    EXPECT_GE(fresh, 2u);
}

TEST_F(MigrationTest, NeedsRoom)
{
    damages_ = true;
    sqlite::Core core(options_, sqlite::Layout(options_.directory), underneath_);
    const auto before = std::filesystem::file_size(file());
    try {
        sqlite::upgrade(core, sqlite::migrations(), 1'000'000);
        ADD_FAILURE() << "there was room";
    } catch (const std::runtime_error& error) {
        EXPECT_NE(std::string_view(error.what()).find("make room"), std::string_view::npos) << error.what();
    }
    EXPECT_EQ(version_of(file()), 1);
    EXPECT_EQ(std::filesystem::file_size(file()), before);
    EXPECT_EQ(files_named("mail.db."), 0u);
}

TEST_F(MigrationTest, RefusesAStepThatLosesSomething)
{
    sqlite::Core core(options_, sqlite::Layout(options_.directory), underneath_);
    const std::array lossy = {
        "UPDATE body SET octets = octets - 1 WHERE id = 1;",
        "DELETE FROM message WHERE uid = 2;",
        "PRAGMA foreign_keys=OFF; INSERT INTO message VALUES (9, 9, 1, 0, 1, 1, 1);",
        "INSERT INTO missing VALUES (1);",
    };
    for (const auto* step : lossy) {
        SCOPED_TRACE(step);
        const std::array steps = {sqlite::migrations()[0], step};
        EXPECT_THROW(sqlite::upgrade(core, steps, UINT64_MAX), std::runtime_error);
        EXPECT_EQ(version_of(file()), 1);
        EXPECT_EQ(files_named("mail.db."), 0u);
    }
    reopen();
    expect_all_there();
}

TEST_F(MigrationTest, WaitsForNobodyWhoHasItOpen)
{
    {
        sqlite::Database other(writer());
        sqlite::Query(other, "SELECT count(*) FROM body").step();
        EXPECT_NE(failure().find("another process"), std::string::npos);
        EXPECT_EQ(version_of(file()), 1);
    }
    reopen();
    expect_all_there();
}

TEST_F(MigrationTest, RefusesANewerVersion)
{
    damages_ = true;
    {
        sqlite::Database database(writer());
        database.script("PRAGMA user_version=99");
    }
    EXPECT_NE(failure().find("version 99"), std::string::npos);
    EXPECT_EQ(version_of(file()), 99);
    EXPECT_EQ(files_named("mail.db."), 0u);
}

} // namespace
} // namespace pillarbox::storage
