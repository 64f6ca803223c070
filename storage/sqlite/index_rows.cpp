#include "storage/sqlite/index_rows.hpp"

#include "storage/sqlite/deflate.hpp"
#include "storage/sqlite/links.hpp"
#include "storage/sqlite/tokens.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <optional>
#include <random>
#include <stdexcept>

namespace pillarbox::storage::sqlite {
namespace {

// Ids of one second. Who comes when it is full comes later.
constexpr std::int64_t ids_a_second = 64;
// Of the messages one answers: the first, which began it, and the nearest.
constexpr std::size_t most_references = 20;
constexpr std::size_t column_count = 9;
constexpr std::size_t mark_column = column_count - 1;

using Columns = std::array<std::string, column_count>; // in the order of the table

std::string mark_of(const std::vector<std::int64_t>& accounts, bool attachments)
{
    std::string mark = attachments ? std::string(attachment_mark) : std::string();
    for (const auto account : accounts)
        mark += " " + account_mark(account);
    return mark;
}

std::string fields_text(const MessageText& text)
{
    std::string words;
    for (const auto& [name, value] : text.fields) {
        words += field_words(name, value);
        words += '\n';
    }
    return words;
}

Columns columns_of(const IndexEntry& entry)
{
    const auto& text = entry.text;
    return {split_scripts(text.subject), split_scripts(text.from), split_scripts(text.to),
            split_scripts(text.cc),      split_scripts(text.body), split_scripts(text.filenames),
            split_scripts(text.list),    fields_text(text),        mark_of(entry.accounts, text.attachments)};
}

/// Columns as one text: each with its length, in decimal, before it.
std::string pack(const Columns& columns)
{
    std::string text;
    for (const auto& column : columns)
        text += std::to_string(column.size()) + ":" + column;
    return text;
}

Columns unpack(std::string_view text)
{
    Columns columns;
    for (auto& column : columns) {
        std::size_t length = 0;
        while (!text.empty() && text.front() >= '0' && text.front() <= '9' && length <= text.size()) {
            length = length * 10 + static_cast<std::size_t>(text.front() - '0');
            text.remove_prefix(1);
        }
        if (text.empty() || text.front() != ':' || length > text.size() - 1)
            throw std::runtime_error("the text of an indexed message is damaged");
        column = text.substr(1, length);
        text.remove_prefix(1 + length);
    }
    return columns;
}

void insert_words(Database& index, std::int64_t id, const Columns& c)
{
    index.run("INSERT INTO entry (rowid, subject, sender, recipient, cc, body, filename, list, field, mark) "
              "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
              id, c[0], c[1], c[2], c[3], c[4], c[5], c[6], c[7], c[8]);
}

void delete_words(Database& index, std::int64_t id, const Columns& c)
{
    index.run("INSERT INTO entry (entry, rowid, subject, sender, recipient, cc, body, filename, list, field, "
              "mark) VALUES ('delete', ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
              id, c[0], c[1], c[2], c[3], c[4], c[5], c[6], c[7], c[8]);
}

bool taken(Database& index, std::int64_t id)
{
    return Query(index, "SELECT 1 FROM doc WHERE id = ?", id).step();
}

/// An id among those of the second it came in. A burst spills over into the
/// next ones, in order; what is brought along into a full second that is long
/// past goes anywhere near it.
std::int64_t choose_id(Database& index, Time received)
{
    const auto second = std::clamp<std::int64_t>(received.time_since_epoch().count(), 0, INT64_MAX >> 20);
    const auto first = second * ids_a_second;
    {
        Query row(index, "SELECT max(id) FROM doc WHERE id >= ? AND id < ?", first, first + ids_a_second);
        row.step();
        if (row.null(0)) return std::max<std::int64_t>(first, 1);
        if (row.integer(0) + 1 < first + ids_a_second) return row.integer(0) + 1;
    }
    constexpr std::int64_t burst = 3600 * ids_a_second;
    std::int64_t last = 0;
    {
        Query row(index, "SELECT max(id) FROM doc");
        row.step();
        last = row.integer(0);
    }
    if (last < first + burst * 24) return last + 1;
    std::minstd_rand random(static_cast<std::minstd_rand::result_type>(last)); // any spread will do
    std::int64_t width = ids_a_second;
    while (true) { // ends: the width doubles, and there are far more numbers than messages
        const auto id = first + static_cast<std::int64_t>(random()) % width;
        if (!taken(index, id)) return id;
        width = std::min<std::int64_t>(width * 2, INT64_MAX >> 21);
    }
}

std::vector<std::int64_t> links_of(const MessageText& text)
{
    std::vector<std::int64_t> links;
    if (!text.message_id.empty()) links.push_back(link_to(text.message_id));
    const auto& references = text.references;
    const auto left_out = references.size() - std::min(references.size(), most_references);
    for (std::size_t i = 0; i < references.size(); ++i) {
        if (i == 0 || i > left_out) links.push_back(link_to(references[i]));
    }
    std::ranges::sort(links);
    const auto [end, behind] = std::ranges::unique(links);
    links.erase(end, behind);
    return links;
}

std::string write_links(const std::vector<std::int64_t>& links)
{
    std::string octets(links.size() * sizeof(std::int64_t), '\0');
    if (!links.empty()) std::memcpy(octets.data(), links.data(), octets.size());
    return octets;
}

void add_links(Database& index, std::int64_t id, const std::vector<std::int64_t>& accounts,
               const std::vector<std::int64_t>& links)
{
    for (const auto account : accounts) {
        for (const auto link : links)
            index.run("INSERT OR IGNORE INTO link (account, hash, doc) VALUES (?, ?, ?)", account, link, id);
    }
}

std::vector<std::int64_t> accounts_in(std::string_view mark)
{
    std::vector<std::int64_t> accounts;
    for (std::size_t at = mark.find(" a"); at != std::string_view::npos; at = mark.find(" a", at + 1)) {
        std::int64_t account = 0;
        for (std::size_t i = at + 2; i < mark.size() && mark[i] != ' '; ++i)
            account = account * 10 + (mark[i] - '0');
        accounts.push_back(account);
    }
    return accounts;
}

/// What the index has of a body.
struct KeptEntry
{
    std::int64_t id = 0;
    std::vector<std::int64_t> links;
    Columns columns;
};

std::optional<KeptEntry> find_entry(Database& index, std::int64_t body)
{
    Query row(index,
              "SELECT doc.id, doc.links, content.text FROM doc JOIN content ON content.id = doc.id "
              "WHERE doc.body = ?",
              body);
    if (!row.step()) return std::nullopt;
    return KeptEntry{
        .id = row.integer(0), .links = read_links(row.text(1)), .columns = unpack(inflate(row.text(2)))};
}

} // namespace

std::string account_mark(std::int64_t account)
{
    return "a" + std::to_string(account);
}

std::int64_t link_to(std::string_view message_id)
{
    std::uint64_t hash = 0xcbf29ce484222325; // FNV-1a: whoever makes two alike joins two threads of his
    for (const char c : message_id)
        hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3;
    return static_cast<std::int64_t>(hash);
}

std::vector<std::int64_t> read_links(std::string_view octets)
{
    std::vector<std::int64_t> links(octets.size() / sizeof(std::int64_t));
    if (!links.empty()) std::memcpy(links.data(), octets.data(), links.size() * sizeof(std::int64_t));
    return links;
}

void add_entry(Database& index, const IndexEntry& entry)
{
    const auto columns = columns_of(entry);
    const auto links = links_of(entry.text);
    const auto id = choose_id(index, entry.received);
    index.run("INSERT INTO doc (id, body, links) VALUES (?, ?, ?)", id, entry.body, Blob{write_links(links)});
    index.run("INSERT INTO content (id, text) VALUES (?, ?)", id, Blob{deflate(pack(columns))});
    add_links(index, id, entry.accounts, links);
    insert_words(index, id, columns);
}

void share_entry(Database& index, std::int64_t body, const std::vector<std::int64_t>& accounts)
{
    auto kept = find_entry(index, body);
    if (!kept) return;
    const auto known = accounts_in(kept->columns[mark_column]);
    std::vector<std::int64_t> others;
    std::ranges::copy_if(accounts, std::back_inserter(others),
                         [&](auto account) { return std::ranges::find(known, account) == known.end(); });
    if (others.empty()) return;
    delete_words(index, kept->id, kept->columns);
    kept->columns[mark_column] += mark_of(others, false);
    insert_words(index, kept->id, kept->columns);
    index.run("UPDATE content SET text = ? WHERE id = ?", Blob{deflate(pack(kept->columns))}, kept->id);
    add_links(index, kept->id, others, kept->links);
}

void remove_entry(Database& index, std::int64_t body)
{
    const auto kept = find_entry(index, body);
    if (!kept) return;
    for (const auto account : accounts_in(kept->columns[mark_column])) {
        for (const auto link : kept->links)
            index.run("DELETE FROM link WHERE account = ? AND hash = ? AND doc = ?", account, link, kept->id);
    }
    delete_words(index, kept->id, kept->columns);
    index.run("DELETE FROM content WHERE id = ?", kept->id);
    index.run("DELETE FROM doc WHERE id = ?", kept->id);
}

bool has_entry(Database& index, std::int64_t body)
{
    return Query(index, "SELECT 1 FROM doc WHERE body = ?", body).step();
}

} // namespace pillarbox::storage::sqlite
