#include "storage/sqlite/database.hpp"

#include "storage/sqlite/combined_writes.hpp"
#include "storage/sqlite/conversation.hpp"

#include <sqlite3.h>

#include <cctype>
#include <stdexcept>

namespace pillarbox::storage::sqlite {
namespace {

using namespace std::string_literals;

// Before SQLite is used. With statistics of its memory, every allocation of
// every connection takes one lock, and who holds it may be a thread of low
// priority. It refuses where something has used it already, as tests do.
[[maybe_unused]] const int without_statistics = sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);

/// NOFOLLOW: a link in place of the database would be someone else's file.
int flags_of(Database::Mode mode)
{
    const int common = SQLITE_OPEN_NOFOLLOW | SQLITE_OPEN_NOMUTEX;
    if (mode == Database::Mode::reader) return common | SQLITE_OPEN_READONLY;
    if (mode == Database::Mode::frozen) return common | SQLITE_OPEN_READONLY | SQLITE_OPEN_URI;
    return common | SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
}

// Small pages: a delivery touches the end of many mailboxes, one page each, and
// the log takes pages whole. The size counts, as auto_vacuum does, only before
// the first table.
constexpr auto writer_pragmas = R"(
    PRAGMA page_size=2048;
    PRAGMA auto_vacuum=INCREMENTAL;
    PRAGMA journal_mode=WAL;
    PRAGMA synchronous=FULL;
    PRAGMA secure_delete=FAST;
    PRAGMA journal_size_limit=67108864;
)";

// It checkpoints by itself. Its words go with the mail that had them.
constexpr auto derived_pragmas = R"(
    PRAGMA auto_vacuum=INCREMENTAL;
    PRAGMA journal_mode=WAL;
    PRAGMA synchronous=NORMAL;
    PRAGMA secure_delete=FAST;
    PRAGMA wal_autocheckpoint=4000;
    PRAGMA journal_size_limit=16777216;
)";

// temp_store: what a savepoint may have to undo stays in memory.
constexpr auto common_pragmas = R"(
    PRAGMA foreign_keys=ON;
    PRAGMA trusted_schema=OFF;
    PRAGMA temp_store=MEMORY;
    PRAGMA cache_size=-16384;
    PRAGMA mmap_size=0;
)";

/// SQLite's name for the file: a URI where it has to be told more.
std::string name_of(const Database::Options& options)
{
    if (options.mode != Database::Mode::frozen) return options.file.string();
    constexpr auto digits = "0123456789ABCDEF";
    std::string uri = "file:";
    for (const char c : options.file.string()) {
        const auto octet = static_cast<unsigned char>(c);
        if (octet == '/' || octet == '.' || octet == '-' || octet == '_' || std::isalnum(octet)) {
            uri += c;
            continue;
        }
        uri += {'%', digits[octet >> 4], digits[octet & 0xf]};
    }
    return uri + "?immutable=1";
}

void expect(Database& database, const char* pragma, std::string_view wanted)
{
    Query query(database, pragma);
    if (query.step() && query.text(0) == wanted) return;
    throw std::runtime_error(
        "SQLite answers '"s + pragma + "' with something else than '" + std::string(wanted) +
        "', and mail would not be safe; use the SQLite this program was built for, and a "
        "local file system");
}

} // namespace

Database::Database(const Options& options)
    : connection_(name_of(options), flags_of(options.mode), static_cast<int>(options.busy.count()),
                  options.mode == Mode::writer ? combined_writes(options.vfs) : options.vfs)
{
    sqlite3_extended_result_codes(handle(), 1);
    if (options.mode == Mode::writer) {
        connection_.exec(writer_pragmas);
        expect(*this, "PRAGMA journal_mode", "wal");
        expect(*this, "PRAGMA synchronous", "2");
        expect(*this, "PRAGMA auto_vacuum", "2");
        expect(*this, "PRAGMA secure_delete", "2");
        add_thread_of(*this);
    } else if (options.mode == Mode::derived) {
        connection_.exec(derived_pragmas);
    } else {
        connection_.exec("PRAGMA query_only=ON");
    }
    connection_.exec(common_pragmas);
    if (options.mode == Mode::derived) connection_.exec("PRAGMA cache_size=-4096");
    expect(*this, "PRAGMA foreign_keys", "1");
    constexpr int instructions = 4000; // some tens of microseconds
    if (options.mode == Mode::reader || options.mode == Mode::frozen)
        sqlite3_progress_handler(handle(), instructions, interrupt, this);
    else if (options.mode == Mode::writer)
        sqlite3_wal_hook(handle(), note_log, this); // in place of automatic checkpoints
}

Database::Idle::~Idle()
{
    for (auto& [sql, idle] : by_sql) {
        for (auto* statement : idle)
            sqlite3_finalize(statement);
    }
}

void Database::script(const char* sql)
{
    connection_.exec(sql);
}

std::int64_t Database::last_id() const
{
    return connection_.getLastInsertRowid();
}

std::int64_t Database::total_changes() const
{
    return sqlite3_total_changes64(connection_.getHandle());
}

bool Database::in_transaction() const
{
    return sqlite3_get_autocommit(connection_.getHandle()) == 0;
}

int Database::note_log(void* self, sqlite3*, const char*, int pages)
{
    static_cast<Database*>(self)->log_pages_ = pages;
    return SQLITE_OK;
}

int Database::checkpoint(bool restart)
{
    const int mode = restart ? SQLITE_CHECKPOINT_RESTART : SQLITE_CHECKPOINT_PASSIVE;
    int pages = 0;
    int copied = 0;
    const int code = sqlite3_wal_checkpoint_v2(handle(), nullptr, mode, &pages, &copied);
    if (code == SQLITE_OK && pages == copied) log_pages_ = 0; // the next commit starts the log anew
    return code;
}

int Database::interrupt(void* self)
{
    return std::chrono::steady_clock::now() > static_cast<Database*>(self)->deadline_;
}

sqlite3_stmt* Database::lend(Statements& idle, const char* sql)
{
    if (!idle.empty()) {
        auto* statement = idle.back();
        idle.pop_back();
        return statement;
    }
    sqlite3_stmt* statement = nullptr;
    const int code = sqlite3_prepare_v3(handle(), sql, -1, SQLITE_PREPARE_PERSISTENT, &statement, nullptr);
    if (code != SQLITE_OK) throw SQLite::Exception(handle(), code);
    return statement;
}

void Database::give_back(Statements& idle, sqlite3_stmt* statement) noexcept
{
    sqlite3_reset(statement);
    sqlite3_clear_bindings(statement);
    try {
        idle.push_back(statement);
    } catch (...) {
        sqlite3_finalize(statement); // no memory to keep it: prepared again next time
    }
}

Query::Query(Unbound, Database& database, const char* sql)
    : database_(database), idle_(database.statements_.by_sql[sql]), statement_(database.lend(idle_, sql))
{}

Query::~Query()
{
    Database::give_back(idle_, statement_);
}

bool Query::step()
{
    const int code = sqlite3_step(statement_);
    if (code == SQLITE_ROW) return true;
    if (code == SQLITE_DONE) return false;
    throw SQLite::Exception(database_.handle(), code);
}

std::int64_t Query::integer(int column) const
{
    return sqlite3_column_int64(statement_, column);
}

std::string_view Query::text(int column) const
{
    // A blob's call for both: text comes as it was stored, in UTF-8.
    const void* octets = sqlite3_column_type(statement_, column) == SQLITE_BLOB
                             ? sqlite3_column_blob(statement_, column)
                             : static_cast<const void*>(sqlite3_column_text(statement_, column));
    if (!octets) return {};
    return {static_cast<const char*>(octets),
            static_cast<std::size_t>(sqlite3_column_bytes(statement_, column))};
}

bool Query::null(int column) const
{
    return sqlite3_column_type(statement_, column) == SQLITE_NULL;
}

void Query::bind_integer(std::int64_t value)
{
    check(sqlite3_bind_int64(statement_, ++bound_, value));
}

void Query::bind_text(std::string_view value)
{
    const char* octets = value.empty() ? "" : value.data(); // a null pointer would be NULL
    check(sqlite3_bind_text64(statement_, ++bound_, octets, value.size(), SQLITE_TRANSIENT, SQLITE_UTF8));
}

void Query::bind_blob(std::string_view value)
{
    // Not copied: a body is bound by Database::run(), which outlives its use.
    const char* octets = value.empty() ? "" : value.data();
    check(sqlite3_bind_blob64(statement_, ++bound_, octets, value.size(), SQLITE_STATIC));
}

void Query::bind_null()
{
    check(sqlite3_bind_null(statement_, ++bound_));
}

void Query::check(int code) const
{
    if (code != SQLITE_OK) throw SQLite::Exception(database_.handle(), code);
}

Errc errc_of(int code)
{
    switch (code & 0xff) {
    case SQLITE_FULL:
        return Errc::out_of_space;
    case SQLITE_INTERRUPT:
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
    case SQLITE_NOMEM:
        return Errc::timed_out;
    case SQLITE_CONSTRAINT:
    case SQLITE_TOOBIG:
    case SQLITE_MISMATCH:
    case SQLITE_RANGE:
        return Errc::invalid;
    default:
        return Errc::unavailable;
    }
}

bool damaged(int code)
{
    return (code & 0xff) == SQLITE_CORRUPT || (code & 0xff) == SQLITE_NOTADB;
}

const char* what_to_do_about(int code)
{
    if (damaged(code))
        return "stop the server and see what is wrong with: pillarbox verify; then mend it with: pillarbox "
               "verify "
               "--repair, or restore a backup";
    if ((code & 0xff) == SQLITE_READONLY) return "its disk or its file is read-only; make it writable";
    return "check its disk and its owner, or restore a backup";
}

std::string describe(Database& database, int code)
{
    auto text = std::string(sqlite3_errstr(code)) + " (" + std::to_string(code) + ")";
    if (!disk_failed(code)) return text;
    const char* file = sqlite3_db_filename(database.handle(), "main");
    return text + " in '" + (file ? file : "") + "'; " + what_to_do_about(code);
}

bool disk_failed(int code)
{
    switch (code & 0xff) {
    case SQLITE_IOERR:
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
    case SQLITE_CANTOPEN:
    case SQLITE_READONLY:
    case SQLITE_PERM:
    case SQLITE_PROTOCOL:
        return true;
    default:
        return false;
    }
}

} // namespace pillarbox::storage::sqlite
