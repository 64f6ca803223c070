#include "storage/sqlite/matching.hpp"

#include <algorithm>
#include <string>

namespace pillarbox::storage::sqlite {
namespace {

constexpr std::size_t most_looked_up = 4000; // found by words, of which the messages are looked up before

std::vector<NamedMailbox> mailboxes_of(Database& database, AccountId account)
{
    std::vector<NamedMailbox> mailboxes;
    Query row(database, "SELECT id, role, name FROM mailbox WHERE account = ?", account);
    while (row.step())
        mailboxes.push_back({row.integer(0), row.as<MailboxRole>(1), row.as<std::string>(2)});
    return mailboxes;
}

/// Places in the index of what an expression finds, ascending.
std::vector<std::int64_t> places_of(Database& database, const std::string& match)
{
    std::vector<std::int64_t> places;
    Query row(database, "SELECT rowid FROM idx.entry WHERE entry MATCH ? ORDER BY rowid", match);
    while (row.step())
        places.push_back(row.integer(0));
    return places;
}

} // namespace

Matching::Matching(Database& database, AccountId account, const SearchNode& query)
    : database_(database),
      account_(account),
      mailboxes_(mailboxes_of(database, account)),
      plan_(plan_search(query, account, mailboxes_))
{
    if (!plan_.match.empty()) words_.emplace(database_, plan_.match);
    for (const auto& set : plan_.sets)
        sets_.push_back(places_of(database_, set));
}

bool Matching::row_holds(const MessageRow& row, std::int64_t place) const
{
    return fits(row, by_message_ ? row.message : place);
}

bool Matching::fits(const MessageRow& row, std::int64_t key) const
{
    const auto in_set = [&](std::size_t set) {
        return std::ranges::binary_search(sets_[set], key) ? Truth::yes : Truth::no;
    };
    return holds(plan_.rows, row, in_set) == Truth::yes;
}

void Matching::expect_many()
{
    if (by_message_) return;
    std::size_t places = 0;
    for (const auto& set : sets_)
        places += set.size();
    // Few are looked up now, so that not every message has to be.
    if (places > most_looked_up) return;
    by_message_ = true;
    for (auto& set : sets_)
        set = messages_at(set);
}

bool Matching::finds(const MessageRow& row)
{
    const auto unknown = [](std::size_t) { return Truth::unknown; };
    if (holds(plan_.rows, row, unknown) == Truth::no) return false;
    if (!plan_.asks_index()) return true;
    if (by_message_ && !fits(row, row.message)) return false;
    const auto place = place_of(row);
    if (!place) return false; // its words are not known yet
    return (by_message_ || fits(row, *place)) && (!words_ || words_->contains(*place));
}

std::optional<std::int64_t> Matching::place_of(const MessageRow& row)
{
    Query place(database_,
                "SELECT doc.id FROM msg CROSS JOIN idx.doc WHERE msg.id = ? AND doc.body = msg.body",
                row.message);
    if (!place.step()) return std::nullopt;
    return place.integer(0);
}

/// The account's messages at these places of the index, ascending.
std::vector<std::int64_t> Matching::messages_at(const std::vector<std::int64_t>& places)
{
    std::vector<std::int64_t> messages;
    for (const auto place : places) {
        Query row(database_,
                  "SELECT msg.id FROM idx.doc CROSS JOIN msg WHERE doc.id = ? AND msg.body = doc.body "
                  "AND msg.account = ?",
                  place, account_);
        while (row.step())
            messages.push_back(row.integer(0));
    }
    std::ranges::sort(messages);
    return messages;
}

} // namespace pillarbox::storage::sqlite
