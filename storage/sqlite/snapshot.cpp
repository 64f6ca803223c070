#include "storage/sqlite/snapshot.hpp"

#include "storage/sqlite/backup_folder.hpp"
#include "storage/sqlite/schema.hpp"

#include <sqlite3.h>

#include <stdexcept>

#include <fcntl.h>

namespace pillarbox::storage::sqlite {
namespace {

constexpr int pages_at_once = 2'000;

void copy_all(Database& from, SQLite::Database& to, const OnProgress& progress)
{
    // The snapshot is held from outside: a commit meanwhile must not begin the
    // copy anew.
    from.run("BEGIN");
    Query(from, "SELECT count(*) FROM sqlite_schema").step();
    sqlite3_backup* const copy = sqlite3_backup_init(to.getHandle(), "main", from.handle(), "main");
    if (!copy) throw SQLite::Exception(to.getHandle());
    constexpr std::uint64_t page_octets = 2'048; // about; it is only for showing
    int code = SQLITE_OK;
    while (code == SQLITE_OK) {
        code = sqlite3_backup_step(copy, pages_at_once);
        const auto total = static_cast<std::uint64_t>(sqlite3_backup_pagecount(copy));
        const auto left = static_cast<std::uint64_t>(sqlite3_backup_remaining(copy));
        if (progress && code == SQLITE_OK)
            progress({"copying the database", (total - left) * page_octets, total * page_octets});
    }
    sqlite3_backup_finish(copy);
    from.run("COMMIT");
    if (code != SQLITE_DONE)
        throw std::runtime_error(std::string("the database could not be copied: ") + sqlite3_errstr(code));
}

} // namespace

void copy_database(Files& files, const std::string& vfs, Database& from, const std::filesystem::path& to,
                   const OnProgress& progress)
{
    copy_pages(files, vfs, from, to, progress);
    {
        SQLite::Database copy(to.string(), SQLite::OPEN_READWRITE, 0, vfs);
        copy.exec("PRAGMA journal_mode=DELETE; PRAGMA synchronous=OFF; PRAGMA foreign_keys=ON;"
                  "DELETE FROM lease; DELETE FROM web_session; DELETE FROM reset_link;");
    }
    {
        const auto file = files.open(to, O_RDWR);
        if (!file) expect_done(file.error(), "open", to);
        expect_done(files.sync(file->number()), "sync", to);
        expect_done(files.sync_directory(to.parent_path()), "sync", to.parent_path());
    }
    const auto copied = open_snapshot(to);
    if (progress) progress({"checking the copy of the database", 0, 0});
    Query row(*copied, "PRAGMA integrity_check(1)");
    if (!row.step() || row.text(0) != "ok")
        throw std::runtime_error("the database is damaged: " + row.as<std::string>(0) +
                                 "; see what is wrong with: pillarbox verify");
}

void copy_pages(Files& files, const std::string& vfs, Database& from, const std::filesystem::path& to,
                const OnProgress& progress)
{
    {
        // Made here for its mode.
        const auto made = files.open(to, O_RDWR | O_CREAT | O_EXCL);
        if (!made) expect_done(made.error(), "make", to);
    }
    SQLite::Database copy(to.string(), SQLite::OPEN_READWRITE, 0, vfs);
    // It is synced as a whole once it is complete.
    copy.exec("PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF;");
    copy_all(from, copy, progress);
}

std::unique_ptr<Database> open_snapshot(const std::filesystem::path& file)
{
    return std::make_unique<Database>(Database::Options{
        .file = file, .mode = Database::Mode::reader, .busy = std::chrono::milliseconds(1'000), .vfs = {}});
}

std::string store_of(Database& database)
{
    Query row(database, "SELECT lower(hex(id)) FROM store");
    if (!row.step()) throw std::runtime_error("the mail database does not say which store it is");
    return row.as<std::string>(0);
}

void count(Database& database, Manifest& manifest)
{
    manifest.schema = schema_version(database);
    Query row(database, "SELECT (SELECT count(*) FROM account), (SELECT count(*) FROM message), "
                        "(SELECT count(*) FROM body), (SELECT coalesce(sum(octets), 0) FROM body)");
    row.step();
    manifest.accounts = row.as<std::uint64_t>(0);
    manifest.messages = row.as<std::uint64_t>(1);
    manifest.bodies = row.as<std::uint64_t>(2);
    manifest.octets = row.as<std::uint64_t>(3);
}

} // namespace pillarbox::storage::sqlite
