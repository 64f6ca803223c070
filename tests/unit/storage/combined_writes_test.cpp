#include "storage/sqlite/combined_writes.hpp"

#include "storage/sqlite/database.hpp"
#include "tests/support/failing_files.hpp"
#include "tests/support/temporary_folder.hpp"

#include <gtest/gtest.h>
#include <sqlite3.h>

#include <cerrno>
#include <stdexcept>

namespace pillarbox::storage::sqlite {
namespace {

constexpr std::int64_t rows_at_once = 100; // some 50 pages

class CombinedWrites : public testing::Test
{
public:
    CombinedWrites() { writer_.script("CREATE TABLE t (n INTEGER PRIMARY KEY, text TEXT NOT NULL)"); }

    Database::Options options(Database::Mode mode, std::string vfs = {}) const
    {
        return {.file = folder_.path() / "t.db", .mode = mode, .vfs = std::move(vfs)};
    }

    static void insert(Database& database)
    {
        const std::string text(900, 'x');
        for (std::int64_t i = 0; i < rows_at_once; ++i)
            database.run("INSERT INTO t (text) VALUES (?)", text);
    }

    /// SQLite's code; nothing is left open.
    static int transact(Database& database)
    {
        try {
            database.run("BEGIN IMMEDIATE");
            insert(database);
            database.run("COMMIT");
            return SQLITE_OK;
        } catch (const SQLite::Exception& error) {
            if (database.in_transaction()) database.run("ROLLBACK");
            return error.getExtendedErrorCode();
        }
    }

    static std::int64_t rows(Database& database)
    {
        Query query(database, "SELECT count(*) FROM t");
        query.step();
        return query.integer(0);
    }

    static std::string integrity(Database& database)
    {
        Query query(database, "PRAGMA integrity_check");
        query.step();
        return std::string(query.text(0));
    }

    test::TemporaryFolder folder_;
    std::shared_ptr<Faults> faults_ = std::make_shared<Faults>();
    Database writer_{options(Database::Mode::writer, register_failing_vfs(faults_))};
    Database reader_{options(Database::Mode::reader)}; // with SQLite's own layer
};

TEST_F(CombinedWrites, ShowOthersEachCommitAtOnce)
{
    for (std::int64_t n = 1; n <= 20; ++n) {
        ASSERT_EQ(transact(writer_), SQLITE_OK);
        ASSERT_EQ(rows(reader_), n * rows_at_once);
    }
    EXPECT_EQ(integrity(reader_), "ok");
}

TEST_F(CombinedWrites, OfAnySizeArrive)
{
    for (std::size_t octets = 1'000; octets < 400'000; octets += 2'000)
        ASSERT_EQ(writer_.run("INSERT INTO t (text) VALUES (?)", std::string(octets, 'x')), 1) << octets;
    EXPECT_EQ(integrity(reader_), "ok");
}

TEST_F(CombinedWrites, MakeAFewCallsOfFiftyPages)
{
    ASSERT_EQ(transact(writer_), SQLITE_OK);
    constexpr std::size_t beyond = 1'000'000;
    faults_->arm(beyond, EIO, false);
    ASSERT_EQ(transact(writer_), SQLITE_OK);
    EXPECT_LE(faults_->calls(), 8u);
}

TEST_F(CombinedWrites, ThatFailFailTheCommitAndNoOther)
{
    for (const int error : {EIO, ENOSPC}) {
        for (const bool for_good : {false, true}) {
            for (std::size_t n = 1;; ++n) {
                const auto before = rows(reader_);
                faults_->arm(n, error, for_good);
                const int code = transact(writer_);
                if (!faults_->disarm()) break;
                ASSERT_EQ(code & 0xff, error == ENOSPC ? SQLITE_FULL : SQLITE_IOERR) << "call " << n;
                ASSERT_EQ(rows(reader_), before) << "call " << n;
                ASSERT_EQ(transact(writer_), SQLITE_OK) << "after call " << n;
                ASSERT_EQ(rows(reader_), before + rows_at_once);
            }
        }
    }
    EXPECT_EQ(integrity(reader_), "ok");
}

TEST_F(CombinedWrites, ThatFailInAStatementFailTheCommitAllTheSame)
{
    writer_.script("PRAGMA cache_size=10"); // pages go to the log before the commit
    ASSERT_EQ(transact(writer_), SQLITE_OK);
    for (std::size_t n = 1;; ++n) {
        const auto before = rows(reader_);
        faults_->arm(n, ENOSPC, false); // of which SQLite only undoes the statement
        bool committed = false;
        try {
            writer_.run("BEGIN IMMEDIATE");
            insert(writer_);
            try {
                writer_.run("UPDATE t SET text = text || 'y'");
            } catch (const SQLite::Exception&) { // as one Op of a group may fail
            }
            writer_.run("COMMIT");
            committed = true;
        } catch (const SQLite::Exception&) {
            if (writer_.in_transaction()) writer_.run("ROLLBACK");
        }
        if (!faults_->disarm()) break;
        ASSERT_FALSE(committed) << "call " << n;
        ASSERT_EQ(rows(reader_), before) << "call " << n;
    }
    EXPECT_EQ(integrity(reader_), "ok");
}

TEST_F(CombinedWrites, OfWhatWasRolledBackNeverMeetAnotherProcess)
{
    Database other(options(Database::Mode::derived)); // writes with SQLite's own layer
    writer_.script("PRAGMA cache_size=10");
    for (std::int64_t n = 1; n <= 10; ++n) {
        writer_.run("BEGIN IMMEDIATE");
        // New pages only: nothing is read, and what left the cache is still held.
        writer_.run("INSERT INTO t (text) VALUES (?)", std::string(100'000, 'x'));
        writer_.run("ROLLBACK");
        ASSERT_EQ(transact(other), SQLITE_OK);
        ASSERT_EQ(transact(writer_), SQLITE_OK);
        ASSERT_EQ(rows(reader_), 2 * n * rows_at_once);
        ASSERT_EQ(integrity(reader_), "ok");
    }
}

TEST_F(CombinedWrites, RefuseALayerThatIsNotThere)
{
    EXPECT_THROW(static_cast<void>(combined_writes("no such layer")), std::runtime_error);
}

} // namespace
} // namespace pillarbox::storage::sqlite
