#include "storage/sqlite/migration.hpp"

#include "storage/sqlite/backup_folder.hpp"
#include "storage/sqlite/schema.hpp"
#include "storage/sqlite/snapshot.hpp"

#include <sqlite3.h>

#include <map>
#include <memory>
#include <stdexcept>

#include <fcntl.h>

namespace pillarbox::storage::sqlite {
namespace {

using Severity = Observer::Severity;

constexpr std::uint64_t least_room = 8ull * 1024 * 1024; // besides the copies

/// What must be the same on both sides, by its name.
using Sums = std::map<std::string, std::int64_t>;

/// One number. `sql` has names of the schema in it, which no parameter can be.
std::int64_t ask(Database& database, const std::string& sql)
{
    sqlite3_stmt* prepared = nullptr;
    const int code = sqlite3_prepare_v2(database.handle(), sql.c_str(), -1, &prepared, nullptr);
    if (code != SQLITE_OK) throw SQLite::Exception(database.handle(), code);
    const std::unique_ptr<sqlite3_stmt, int (*)(sqlite3_stmt*)> statement(prepared, sqlite3_finalize);
    const int stepped = sqlite3_step(prepared);
    if (stepped != SQLITE_ROW) throw SQLite::Exception(database.handle(), stepped);
    return sqlite3_column_int64(prepared, 0);
}

/// How many rows every table has, and the octets of all mail.
Sums sums_of(Database& database)
{
    Sums sums;
    std::vector<std::string> tables;
    for (Query row(database,
                   "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite%'");
         row.step();)
        tables.push_back(row.as<std::string>(0));
    for (const auto& table : tables)
        sums.emplace("rows of " + table, ask(database, "SELECT count(*) FROM \"" + table + "\""));
    sums.emplace("octets of bodies", ask(database, "SELECT coalesce(sum(octets), 0) FROM body"));
    sums.emplace("octets of messages", ask(database, "SELECT coalesce(sum(size), 0) FROM message"));
    sums.emplace("octets of accounts", ask(database, "SELECT coalesce(sum(octets), 0) FROM account"));
    return sums;
}

class Upgrade
{
public:
    Upgrade(Core& core, std::span<const char* const> steps, std::uint64_t free)
        : core_(core),
          steps_(steps),
          free_(free),
          current_(core.layout.database),
          next_(core.layout.directory / "mail.db.migrating")
    {}

    void run()
    {
        clear_next(); // what an interrupted one left
        if (std::filesystem::file_size(current_) == 0) return;
        Database old(options(current_));
        version_ = schema_version(old);
        if (version_ == 0 || version_ >= static_cast<int>(steps_.size()))
            return; // migrate() refuses newer ones
        expect_room(old);
        core_.report(Severity::info, "the database is brought up to date",
                     "from version " + std::to_string(version_) + " to " + std::to_string(steps_.size()));
        take_for_itself(old);
        try {
            make_next(old);
            switch_over();
        } catch (...) {
            clear_next();
            throw;
        }
    }

private:
    Database::Options options(const std::filesystem::path& file) const
    {
        return {.file = file,
                .mode = Database::Mode::writer,
                .busy = core_.underneath.busy,
                .vfs = core_.underneath.vfs};
    }

    std::filesystem::path kept() const
    {
        return core_.layout.directory / ("mail.db.v" + std::to_string(version_));
    }

    void clear_next()
    {
        for (const auto* suffix : {"", "-wal", "-shm", "-journal"}) {
            const auto path = next_.string() + suffix;
            if (const auto error = core_.files().remove(path))
                throw std::runtime_error("cannot remove the leftover '" + path + "': " + error.message() +
                                         "; remove it by hand");
        }
    }

    /// The copy, and what a step may write anew of it.
    void expect_room(Database& old)
    {
        const auto octets = static_cast<std::uint64_t>(ask(old, "PRAGMA page_count")) *
                            static_cast<std::uint64_t>(ask(old, "PRAGMA page_size"));
        const auto needed = 2 * octets + least_room;
        if (free_ >= needed) return;
        constexpr std::uint64_t mebibyte = 1024ull * 1024;
        throw std::runtime_error(
            "the mail database has to be brought from version " + std::to_string(version_) + " to " +
            std::to_string(steps_.size()) + ", and that needs " + std::to_string(needed / mebibyte + 1) +
            " MiB of free disk space, of which there are " + std::to_string(free_ / mebibyte) +
            "; nothing was changed: make room, or keep using the program that made it");
    }

    /// The log is folded in and goes, which SQLite does only for the last one
    /// that has it open; and nobody else opens it until `old` is closed.
    void take_for_itself(Database& old)
    {
        old.script("PRAGMA locking_mode=EXCLUSIVE");
        try {
            Query row(old, "PRAGMA journal_mode=DELETE");
            if (row.step() && row.text(0) == "delete") return;
        } catch (const SQLite::Exception& error) {
            if ((error.getErrorCode() & 0xff) != SQLITE_BUSY) throw;
        }
        throw std::runtime_error("the mail database has to be brought up to date, and another process uses "
                                 "it; let it end, and start again");
    }

    void make_next(Database& old)
    {
        copy_pages(core_.files(), core_.underneath.vfs, old, next_, {});
        const auto before = sums_of(old);
        {
            Database next(options(next_));
            migrate(next, steps_);
            check(next, before);
            // Into one file, as it will be moved.
            Query row(next, "PRAGMA journal_mode=DELETE");
            if (!row.step() || row.text(0) != "delete") fail("its log could not be folded in");
        }
        const auto file = core_.files().open(next_, O_RDWR);
        if (!file) expect_done(file.error(), "open", next_);
        expect_done(core_.files().sync(file->number()), "sync", next_);
    }

    void check(Database& next, const Sums& before)
    {
        {
            Query row(next, "PRAGMA integrity_check(1)");
            if (!row.step() || row.text(0) != "ok") fail(row.as<std::string>(0));
        }
        {
            Query row(next, "PRAGMA foreign_key_check");
            if (row.step()) fail("a row of " + row.as<std::string>(0) + " lost what it belongs to");
        }
        const auto after = sums_of(next);
        for (const auto& [what, sum] : before) {
            const auto found = after.find(what);
            if (found != after.end() && found->second != sum)
                fail(what + ": " + std::to_string(sum) + " before, " + std::to_string(found->second) +
                     " after");
        }
    }

    [[noreturn]] void fail(const std::string& why) const
    {
        throw std::runtime_error("the mail database could not be brought from version " +
                                 std::to_string(version_) + " to " + std::to_string(steps_.size()) + " (" +
                                 why +
                                 "); it is as it was: keep using the program that made it, and report this");
    }

    /// At every moment there is a whole mail.db.
    void switch_over()
    {
        Files& files = core_.files();
        const auto& directory = core_.layout.directory;
        expect_done(files.remove(kept()), "remove", kept());
        expect_done(files.link(current_, kept()), "keep the old database as", kept());
        expect_done(files.sync_directory(directory), "sync", directory);
        expect_done(files.rename(next_, current_), "replace", current_);
        expect_done(files.sync_directory(directory), "sync", directory);
        drop_older();
        core_.report(Severity::info, "the database is up to date",
                     "the old one is kept as " + kept().string() + " and may be removed");
    }

    /// One is enough to go back.
    void drop_older()
    {
        std::vector<std::filesystem::path> older;
        for (const auto& entry : std::filesystem::directory_iterator(core_.layout.directory)) {
            const auto name = entry.path().filename().string();
            const bool number =
                name.size() > 9 && name.find_first_not_of("0123456789", 9) == std::string::npos;
            if (name.starts_with("mail.db.v") && number && entry.path() != kept())
                older.push_back(entry.path());
        }
        for (const auto& path : older)
            ignore(core_.files().remove(path)); // goes with the next upgrade
    }

    Core& core_;
    std::span<const char* const> steps_;
    std::uint64_t free_;
    const std::filesystem::path& current_;
    const std::filesystem::path next_;
    int version_ = 0;
};

} // namespace

void upgrade(Core& core, std::span<const char* const> steps, std::uint64_t free)
{
    try {
        Upgrade(core, steps, free).run();
    } catch (const SQLite::Exception& error) {
        if ((error.getErrorCode() & 0xff) != SQLITE_FULL) throw;
        throw std::runtime_error(
            "the mail database could not be brought up to date, because the disk is full; "
            "nothing was changed: make room, or keep using the program that made it");
    }
}

} // namespace pillarbox::storage::sqlite
