#include "storage/sqlite/schema.hpp"
#include "tests/unit/storage/store_test.hpp"

#include <array>
#include <fstream>

#include <sys/stat.h>

namespace pillarbox::storage {
namespace {

using namespace std::chrono_literals;

class OpenTest : public StoreTest
{
public:
    OpenTest() { underneath_.busy = 50ms; }

    /// What opening fails with.
    std::string failure()
    {
        try {
            sqlite::open_sqlite(options_, underneath_);
            return "";
        } catch (const std::runtime_error& error) {
            return error.what();
        }
    }

    void set_version(int version)
    {
        sqlite::Database database({.file = core().layout.database,
                                   .mode = sqlite::Database::Mode::writer,
                                   .busy = 50ms,
                                   .vfs = {}});
        database.script(("PRAGMA user_version=" + std::to_string(version)).c_str());
    }
};

TEST_F(OpenTest, LetsOneServerIn)
{
    EXPECT_NE(failure().find("another server"), std::string::npos) << failure();
    close();
    EXPECT_EQ(failure(), "");
}

TEST_F(OpenTest, RefusesANewerSchema)
{
    damages_ = true;
    set_version(99);
    close();
    EXPECT_NE(failure().find("version 99"), std::string::npos) << failure();
    options_.access = Options::Access::tool;
    EXPECT_NE(failure().find("99"), std::string::npos) << failure();
}

TEST_F(OpenTest, RefusesAnSqliteThatDoesNotKeepALog)
{
    // A database in memory has none, as one on some network file systems.
    const sqlite::Database::Options memory{
        .file = ":memory:", .mode = sqlite::Database::Mode::writer, .busy = 50ms, .vfs = {}};
    EXPECT_THROW(sqlite::Database{memory}, std::runtime_error);
}

TEST_F(OpenTest, RefusesAnotherScheme)
{
    Options other = options_;
    other.url = "postgres://localhost";
    EXPECT_THROW(open(other), std::runtime_error);
    other.url = "sqlite:";
    close();
    EXPECT_TRUE(open(other)->healthy());
}

TEST_F(OpenTest, LetsToolsWorkBesideAServer)
{
    Options options = options_;
    options.access = Options::Access::tool;
    {
        const auto tool = open(options);
        EXPECT_TRUE(run(tool->accounts().add_domain("example.com")));
        std::vector<NewAccount> carol(1);
        carol[0].address = "carol@example.com";
        EXPECT_TRUE(run(tool->accounts().add(carol)));
        EXPECT_TRUE(run(tool->accounts().remove("bob@example.org")));

        auto refused = delivery("a tool delivers no mail", {"alice@example.org"});
        EXPECT_EQ(run(tool->mail().deliver(std::move(refused))).error(), Errc::unavailable);
    }
    EXPECT_TRUE(deliver("to whom the tool made", {"carol@example.com"}));
    EXPECT_EQ(run(accounts().find("bob@example.org")).error(), Errc::not_found);
    close();
    EXPECT_EQ(run(open(options)->accounts().list())->size(), 2u); // and without one
}

TEST_F(OpenTest, WaitsForAToolThatWrites)
{
    underneath_.busy = 5'000ms;
    reopen();
    sqlite::Database other(
        {.file = core().layout.database, .mode = sqlite::Database::Mode::writer, .busy = 50ms, .vfs = {}});
    other.run("BEGIN IMMEDIATE");
    bool done = false;
    boost::asio::co_spawn(context_, accounts().add_domain("example.com"),
                          [&](std::exception_ptr, Result<void> added) { done = added.has_value(); });
    context_.restart();
    context_.poll();
    other.run("COMMIT");
    context_.run();
    EXPECT_TRUE(done);
}

TEST_F(OpenTest, GivesUpOnAToolThatNeverEnds)
{
    reopen();
    sqlite::Database other(
        {.file = core().layout.database, .mode = sqlite::Database::Mode::writer, .busy = 50ms, .vfs = {}});
    other.run("BEGIN IMMEDIATE");
    EXPECT_EQ(run(accounts().add_domain("example.com")).error(), Errc::timed_out);
    EXPECT_TRUE(store_->healthy());
    other.run("ROLLBACK");
    EXPECT_TRUE(run(accounts().add_domain("example.com")));
}

TEST_F(OpenTest, KeepsEverythingToItself)
{
    for (const mode_t mask : {mode_t{0}, mode_t{0777}}) {
        close();
        std::filesystem::remove_all(options_.directory);
        const auto before = ::umask(mask);
        reopen();
        ASSERT_TRUE(run(accounts().add_domain("example.org")));
        add_account("alice@example.org");
        for (const std::size_t size : {100u, 20'000u, 400'000u})
            EXPECT_TRUE(deliver(text_of(size), {"alice@example.org"}));
        auto spool = mail().new_spool();
        EXPECT_TRUE(spool->append(text_of(400'000)));
        ::umask(before);
        std::size_t files = 0;
        for (const auto& entry : std::filesystem::recursive_directory_iterator(options_.directory)) {
            const auto wanted = entry.is_directory() ? 0700 : 0600;
            EXPECT_EQ(static_cast<int>(entry.status().permissions()), wanted) << entry.path();
            files += entry.is_regular_file();
        }
        EXPECT_GE(files, 8u); // database, log, its index, lock, reserve, segment, file, spool
        EXPECT_EQ(static_cast<int>(std::filesystem::status(options_.directory).permissions()), 0700);
    }
}

TEST_F(OpenTest, FollowsNoLinks)
{
    const auto layout = core().layout;
    close();
    const auto aside = directory_.path() / "aside";
    for (const auto& path : {layout.database, layout.lock, layout.segments, layout.files, layout.spool}) {
        std::filesystem::rename(path, aside);
        std::filesystem::create_symlink(aside, path);
        EXPECT_NE(failure(), "") << path;
        std::filesystem::remove(path);
        std::filesystem::rename(aside, path);
    }
    EXPECT_EQ(failure(), "");
}

TEST_F(OpenTest, NamesADatabaseThatIsNone)
{
    damages_ = true;
    const auto file = core().layout.database;
    close();
    std::ofstream(file, std::ios::trunc) << std::string(10'000, 'x');
    EXPECT_NE(failure().find("restore a backup"), std::string::npos) << failure();
    EXPECT_EQ(std::filesystem::file_size(file), 10'000u); // as it was
}

TEST_F(OpenTest, NamesWhatStandsInTheWay)
{
    damages_ = true;
    options_.directory = directory_.path() / "file";
    std::ofstream(options_.directory) << "no directory";
    EXPECT_NE(failure().find("no directory"), std::string::npos) << failure();
    options_.directory = options_.directory / "below";
    EXPECT_NE(failure(), "");
}

class Migration : public testing::Test
{
public:
    TemporaryDirectory directory_;
    sqlite::Database database_{{.file = directory_.path() / "x.db",
                                .mode = sqlite::Database::Mode::writer,
                                .busy = 50ms,
                                .vfs = {}}};

    std::int64_t ask(const char* sql)
    {
        sqlite::Query row(database_, sql);
        row.step();
        return row.integer(0);
    }
};

TEST_F(Migration, TakesEachStepOnce)
{
    const std::array steps = {"CREATE TABLE a (x); INSERT INTO a VALUES (1);", "INSERT INTO a VALUES (2);",
                              "INSERT INTO a SELECT x + 10 FROM a;"};
    sqlite::migrate(database_, std::span(steps).first(1));
    EXPECT_EQ(sqlite::schema_version(database_), 1);
    sqlite::migrate(database_, steps);
    sqlite::migrate(database_, steps);
    EXPECT_EQ(sqlite::schema_version(database_), 3);
    EXPECT_EQ(ask("SELECT count(*) FROM a"), 4);
    EXPECT_THROW(sqlite::migrate(database_, std::span(steps).first(2)), std::runtime_error);
    EXPECT_EQ(sqlite::schema_version(database_), 3);
}

TEST_F(Migration, LeavesEverythingAsItWasWhenAStepFails)
{
    const std::array steps = {"CREATE TABLE a (x); INSERT INTO a VALUES (1);",
                              "INSERT INTO a VALUES (2); INSERT INTO missing VALUES (3);"};
    EXPECT_THROW(sqlite::migrate(database_, steps), std::runtime_error);
    EXPECT_EQ(sqlite::schema_version(database_), 1);
    EXPECT_EQ(ask("SELECT count(*) FROM a"), 1);
    EXPECT_FALSE(database_.in_transaction());
}

} // namespace
} // namespace pillarbox::storage
