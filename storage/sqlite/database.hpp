#pragma once

#include "storage/result.hpp"
#include "storage/types.hpp"

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Exception.h>

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <unordered_map>
#include <vector>

struct sqlite3;
struct sqlite3_stmt;

namespace pillarbox::storage::sqlite {

/// Octets to bind as a BLOB.
struct Blob
{
    std::string_view octets;
};

/// One connection and its prepared statements. Belongs to one thread at a
/// time. What fails throws SQLite::Exception.
class Database
{
public:
    enum class Mode
    {
        writer,
        derived, // a writer of what can be made anew: a power cut may undo its last commits
        reader,
        frozen // a reader of what nobody can change, as on a read-only disk
    };

    struct Options
    {
        std::filesystem::path file;
        Mode mode = Mode::writer;
        std::chrono::milliseconds busy{5'000}; // how long to wait for another process that writes
        std::string vfs;                       // SQLite's name for its file layer; empty: the usual one
    };

    /// Opens, sets the pragmas, and reads back those that durability rests
    /// on. A writer makes the file. Throws std::runtime_error too.
    explicit Database(const Options& options);
    Database(const Database&) = delete;
    Database& operator=(const Database&) = delete;

    /// Runs a statement to its end; returns how many rows it changed.
    template <class... Values>
    std::int64_t run(const char* sql, const Values&... values);

    /// Several statements at once, not kept.
    void script(const char* sql);

    /// Of the row inserted last.
    std::int64_t last_id() const;

    /// Rows changed by this connection so far.
    std::int64_t total_changes() const;

    /// False once SQLite has given up a transaction by itself.
    bool in_transaction() const;

    /// Queries that still run then fail with SQLITE_INTERRUPT.
    void set_deadline(std::chrono::steady_clock::time_point deadline) { deadline_ = deadline; }

    /// Pages in the write-ahead log after the last commit.
    int log_pages() const { return log_pages_; }

    /// Copies the log into the database, as far as readers allow; `restart`
    /// waits for them, so that the log begins anew. Returns SQLite's code.
    int checkpoint(bool restart);

    sqlite3* handle() { return connection_.getHandle(); }

private:
    friend class Query;

    using Statements = std::vector<sqlite3_stmt*>;

    sqlite3_stmt* lend(Statements& idle, const char* sql);
    static void give_back(Statements& idle, sqlite3_stmt* statement) noexcept;
    static int interrupt(void* self);
    static int note_log(void* self, sqlite3* handle, const char* name, int pages);

    /// Statements that are not on loan, by SQL: literals, known by where they
    /// are. Finalized before the connection closes, also when opening it ends in
    /// an exception.
    struct Idle
    {
        ~Idle();

        std::unordered_map<const char*, Statements> by_sql;
    };

    SQLite::Database connection_;
    Idle statements_;
    int log_pages_ = 0;
    std::chrono::steady_clock::time_point deadline_ = std::chrono::steady_clock::time_point::max();
};

/// A statement on loan: reset and given back when it goes out of scope, for
/// one that is left half-stepped pins an old snapshot. `sql` is a literal.
class Query
{
public:
    template <class... Values>
    Query(Database& database, const char* sql, const Values&... values) : Query(Unbound{}, database, sql)
    {
        (bind(values), ...);
    }
    Query(const Query&) = delete;
    Query& operator=(const Query&) = delete;
    ~Query();

    /// Goes to the next row; false when there is none.
    bool step();

    // Columns of the row, counted from 0.
    std::int64_t integer(int column) const;
    std::string_view text(int column) const; // text or blob; until the next step
    bool null(int column) const;

    template <class Type>
    Type as(int column) const
    {
        if constexpr (std::is_same_v<Type, std::string>)
            return std::string(text(column));
        else if constexpr (std::is_same_v<Type, Time>)
            return Time(std::chrono::seconds(integer(column)));
        else
            return static_cast<Type>(integer(column));
    }

    // Binds the next parameter. Text is copied.
    template <class Value>
    void bind(const Value& value)
    {
        if constexpr (std::is_same_v<Value, Time>)
            bind_integer(value.time_since_epoch().count());
        else if constexpr (std::is_same_v<Value, Blob>)
            bind_blob(value.octets);
        else if constexpr (std::is_same_v<Value, std::nullopt_t>)
            bind_null();
        else if constexpr (std::is_integral_v<Value> || std::is_enum_v<Value>)
            bind_integer(static_cast<std::int64_t>(value));
        else if constexpr (std::is_convertible_v<const Value&, std::string_view>)
            bind_text(value);
        else
            value ? bind(*value) : bind_null(); // an optional
    }

private:
    struct Unbound
    {};
    Query(Unbound, Database& database, const char* sql);
    void bind_integer(std::int64_t value);
    void bind_text(std::string_view value);
    void bind_blob(std::string_view value);
    void bind_null();
    void check(int code) const;

    Database& database_;
    Database::Statements& idle_; // where the statement belongs
    sqlite3_stmt* statement_;
    int bound_ = 0;
};

template <class... Values>
std::int64_t Database::run(const char* sql, const Values&... values)
{
    Query query(*this, sql, values...);
    while (query.step()) {
    }
    return connection_.getChanges();
}

/// What callers are told when SQLite reports `code`.
Errc errc_of(int code);

/// Whether `code` says that the database itself is damaged.
bool damaged(int code);

/// What a person can do about `code`: the end of a sentence.
const char* what_to_do_about(int code);

/// `code` in words, with the database's file where it matters, and what to do.
std::string describe(Database& database, int code);

/// Whether `code` means that the disk, or what is on it, has failed.
bool disk_failed(int code);

} // namespace pillarbox::storage::sqlite
