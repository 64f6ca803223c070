#include "storage/sqlite/index_batch.hpp"

#include "storage/sqlite/body_octets.hpp"
#include "storage/sqlite/core.hpp"

#include <set>
#include <utility>

namespace pillarbox::storage::sqlite {
namespace {

constexpr int rows_at_once = 256;
constexpr std::size_t text_at_once = 2ul * 1024 * 1024; // octets
constexpr int most_accounts = 10'000;                   // of one body

Time received_of(Database& mail, std::int64_t message)
{
    Query row(mail,
              "SELECT coalesce(m.received, dead.received, 0) FROM msg "
              "LEFT JOIN message m ON m.mailbox = msg.mailbox AND m.uid = msg.uid AND m.msg = msg.id "
              "LEFT JOIN dead ON dead.msg = msg.id WHERE msg.id = ?",
              message);
    return row.step() ? row.as<Time>(0) : Time{};
}

std::vector<std::int64_t> accounts_of(Database& mail, std::int64_t body)
{
    std::vector<std::int64_t> accounts;
    Query row(mail, "SELECT DISTINCT account FROM msg WHERE body = ? LIMIT ?", body, most_accounts);
    while (row.step())
        accounts.push_back(row.integer(0));
    return accounts;
}

/// What the row of a body says, where its octets cannot be read.
MessageText text_of_row(Database& mail, std::int64_t body)
{
    MessageText text;
    Query row(mail, "SELECT subject, sender_name, sender_address, message_id FROM body WHERE id = ?", body);
    if (!row.step()) return text;
    text.subject = row.as<std::string>(0);
    text.from = row.as<std::string>(1) + "\n" + row.as<std::string>(2);
    text.message_id = row.as<std::string>(3);
    return text;
}

std::size_t octets_of(const MessageText& text)
{
    std::size_t octets = text.subject.size() + text.body.size() + text.to.size() + text.cc.size();
    for (const auto& [name, value] : text.fields)
        octets += value.size();
    return octets;
}

void read_entry(Core& core, Database& mail, Database& index, IndexBatch& batch, std::int64_t message,
                std::int64_t body)
{
    IndexEntry entry{.body = body, .accounts = accounts_of(mail, body), .received = {}, .text = {}};
    if (entry.accounts.empty()) return; // gone already
    if (has_entry(index, body)) {
        batch.shares.push_back(std::move(entry));
        return;
    }
    entry.received = received_of(mail, message);
    const auto octets = open_body(core, mail, body);
    entry.text = octets ? core.options.extractor->extract(*octets) : text_of_row(mail, body);
    if (entry.text.attachments &&
        Query(mail, "SELECT 1 FROM body WHERE id = ? AND attachments = 0", body).step())
        batch.with_attachments.push_back(body);
    batch.entries.push_back(std::move(entry));
}

} // namespace

IndexBatch read_batch(Core& core, Database& mail, Database& index, std::int64_t cursor,
                      const std::atomic<bool>& stopping)
{
    // The rows first, so that no snapshot of mail.db lasts while octets are read.
    std::vector<std::pair<std::int64_t, std::int64_t>> rows;
    for (Query row(mail, "SELECT id, body FROM msg WHERE id > ? ORDER BY id LIMIT ?", cursor, rows_at_once);
         row.step();)
        rows.emplace_back(row.integer(0), row.integer(1));
    IndexBatch batch{.entries = {}, .shares = {}, .with_attachments = {}, .cursor = cursor};
    std::set<std::int64_t> seen;
    std::size_t octets = 0;
    for (const auto& [message, body] : rows) {
        if (octets > text_at_once || stopping) break;
        batch.cursor = message;
        if (!seen.insert(body).second) continue;
        const auto before = batch.entries.size();
        read_entry(core, mail, index, batch, message, body);
        if (batch.entries.size() > before) octets += octets_of(batch.entries.back().text);
    }
    return batch;
}

} // namespace pillarbox::storage::sqlite
