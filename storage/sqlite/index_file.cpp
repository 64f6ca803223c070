#include "storage/sqlite/index_file.hpp"

#include <stdexcept>

#include <fcntl.h>

namespace pillarbox::storage::sqlite {
namespace {

using namespace std::string_literals;

// The text of a message is indexed once, for all accounts that have it; `mark`
// says which, so that a common word costs an account no more than its own mail
// has of it. Ids rise with the time of arrival: the newest come first without
// sorting. The table keeps no text; what it must be told to forget a message
// lies in `content`.
constexpr auto schema = R"sql(
CREATE VIRTUAL TABLE entry USING fts5(
    subject, sender, recipient, cc, body, filename, list, field, mark,
    content='', columnsize=0, prefix='2 3', tokenize="unicode61 remove_diacritics 2");

-- Larger parts, put together less often: less is written, and a search looks
-- into a few parts more.
INSERT INTO entry (entry, rank) VALUES ('hashsize', 2097152);
INSERT INTO entry (entry, rank) VALUES ('automerge', 8);

CREATE TABLE doc (
    id    INTEGER PRIMARY KEY,
    body  INTEGER NOT NULL UNIQUE,
    links BLOB NOT NULL -- hashes of its message ids, as in `link`
) STRICT;

CREATE TABLE content (
    id   INTEGER PRIMARY KEY,
    text BLOB NOT NULL -- the columns of its entry, compressed
) STRICT;

-- Message ids that a message has or names, hashed.
CREATE TABLE link (
    account INTEGER NOT NULL,
    hash    INTEGER NOT NULL,
    doc     INTEGER NOT NULL,
    PRIMARY KEY (account, hash, doc)
) STRICT, WITHOUT ROWID;

-- Of which store, found by which extractor, and up to which row of its `msg`,
-- whose numbers rise with every commit of whatever process.
CREATE TABLE state (
    store     BLOB NOT NULL,
    extractor INTEGER NOT NULL,
    cursor    INTEGER NOT NULL
) STRICT;
)sql";

constexpr std::int64_t version = 1;

std::int64_t number_of(Database& database, const char* sql)
{
    Query row(database, sql);
    row.step();
    return row.integer(0);
}

std::string store_id(Database& mail)
{
    Query row(mail, "SELECT id FROM store");
    return row.step() ? row.as<std::string>(0) : ""s;
}

/// What is wrong with it; empty when it can be used.
std::string fault_of(Database& index, Database& mail, int extractor)
{
    if (number_of(index, "PRAGMA user_version") != version) return "it is of another version";
    if (number_of(index, "SELECT count(*) FROM entry WHERE entry MATCH 'mark:none'") != 0)
        return "it is damaged";
    Query row(index, "SELECT store, extractor, cursor FROM state");
    if (!row.step()) return "it is damaged";
    if (row.text(0) != store_id(mail)) return "it is another store's";
    if (row.integer(1) != extractor) return "text is found in another way now";
    Query last(mail, "SELECT seq FROM sqlite_sequence WHERE name = 'msg'");
    if (row.integer(2) > (last.step() ? last.integer(0) : 0)) return "the store is older than it";
    return {};
}

std::unique_ptr<Database> open_file(const std::filesystem::path& file, const std::string& vfs)
{
    return std::make_unique<Database>(Database::Options{
        .file = file, .mode = Database::Mode::derived, .busy = std::chrono::milliseconds(5'000), .vfs = vfs});
}

std::unique_ptr<Database> make_index(Files& files, const std::filesystem::path& file, const std::string& vfs,
                                     Database& mail, int extractor)
{
    // Made here and not by SQLite, for its mode: the log takes it over.
    if (const auto made = files.open(file, O_RDWR | O_CREAT); !made)
        throw std::runtime_error("cannot make the search index '" + file.string() +
                                 "': " + made.error().message() + "; " + what_to_do(made.error()));
    auto index = open_file(file, vfs);
    index->run("BEGIN IMMEDIATE");
    index->script(schema);
    index->run("INSERT INTO state (store, extractor, cursor) VALUES (?, ?, 0)", Blob{store_id(mail)},
               extractor);
    index->script(("PRAGMA user_version="s + std::to_string(version)).c_str());
    index->run("COMMIT");
    return index;
}

} // namespace

void remove_index(const std::filesystem::path& file)
{
    for (const auto* suffix : {"", "-wal", "-shm"}) {
        std::error_code error; // what stays is told when it is made anew
        std::filesystem::remove(file.string() + suffix, error);
    }
}

std::unique_ptr<Database> open_index(Files& files, const std::filesystem::path& file, const std::string& vfs,
                                     Database& mail, int extractor, std::string& why)
{
    why.clear();
    if (std::filesystem::exists(file)) {
        try {
            auto index = open_file(file, vfs);
            why = fault_of(*index, mail, extractor);
            if (why.empty()) return index;
        } catch (const SQLite::Exception& error) {
            why = error.what();
        }
        remove_index(file);
    }
    return make_index(files, file, vfs, mail, extractor);
}

std::unique_ptr<Database> open_search_reader(const Database::Options& mail,
                                             const std::filesystem::path& index)
{
    auto database = std::make_unique<Database>(mail);
    database->run("ATTACH ? AS idx", index.string());
    if (number_of(*database, "PRAGMA idx.user_version") != version)
        throw std::runtime_error("the search index is of another version; restart the server");
    database->script("PRAGMA main.cache_size=-4096; PRAGMA idx.cache_size=-4096;");
    return database;
}

} // namespace pillarbox::storage::sqlite
