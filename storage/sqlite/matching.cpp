#include "storage/sqlite/matching.hpp"

#include <algorithm>
#include <limits>
#include <utility>

namespace pillarbox::storage::sqlite {
namespace {

constexpr std::size_t most_looked_up = 4000; // found by words, of which the messages are looked up before
constexpr std::size_t most_asked = 100;      // messages one by one, before all that the words find is read
constexpr std::size_t few = 1000;            // found by words: read at once

std::vector<NamedMailbox> mailboxes_of(Database& database, AccountId account)
{
    std::vector<NamedMailbox> mailboxes;
    Query row(database, "SELECT id, role, name FROM mailbox WHERE account = ?", account);
    while (row.step())
        mailboxes.push_back({row.integer(0), row.as<MailboxRole>(1), row.as<std::string>(2)});
    return mailboxes;
}

/// Places in the index of what an expression finds, ascending.
std::vector<std::int64_t> places_of(Database& database, const std::string& match,
                                    std::size_t most = std::numeric_limits<std::size_t>::max())
{
    std::vector<std::int64_t> places;
    Query row(database, "SELECT rowid FROM idx.entry WHERE entry MATCH ? ORDER BY rowid", match);
    while (places.size() < most && row.step())
        places.push_back(row.integer(0));
    return places;
}

bool contains(const std::vector<std::int64_t>& sorted, std::int64_t value)
{
    return std::ranges::binary_search(sorted, value);
}

} // namespace

Matching::Matching(Database& database, AccountId account, const SearchNode& query)
    : database_(database),
      account_(account),
      mailboxes_(mailboxes_of(database, account)),
      plan_(plan_search(query, account, mailboxes_))
{
    for (const auto& set : plan_.sets)
        sets_.push_back(places_of(database_, set));
}

bool Matching::row_holds(const MessageRow& row, std::int64_t place) const
{
    const auto in_set = [&](std::size_t set) {
        return contains(sets_[set], by_message_ ? row.message : place) ? Truth::yes : Truth::no;
    };
    return holds(plan_.rows, row, in_set) == Truth::yes;
}

bool Matching::expect_all()
{
    if (by_message_) return true;
    if (!wanted_ && !plan_.match.empty()) wanted_ = places_of(database_, plan_.match);
    if (wanted_ && wanted_->empty()) return false;
    std::size_t places = wanted_ ? wanted_->size() : 0;
    for (const auto& set : sets_)
        places += set.size();
    // Few are looked up now, so that not every message has to be.
    if (places > most_looked_up) return true;
    by_message_ = true;
    if (wanted_) wanted_ = messages_at(*wanted_);
    for (auto& set : sets_)
        set = messages_at(set);
    return true;
}

std::optional<std::int64_t> Matching::find(const MessageRow& row)
{
    const auto unknown = [](std::size_t) { return Truth::unknown; };
    if (holds(plan_.rows, row, unknown) == Truth::no) return std::nullopt;
    if (by_message_ && plan_.asks_index() && !fits(row, row.message)) return std::nullopt;
    const auto place = place_of(row);
    if (!place || (!by_message_ && !fits(row, *place))) return std::nullopt;
    return place;
}

std::optional<std::int64_t> Matching::place_of(const MessageRow& row)
{
    if (!plan_.asks_index()) return row.received.time_since_epoch().count();
    Query place(database_,
                "SELECT doc.id FROM msg CROSS JOIN idx.doc WHERE msg.id = ? AND doc.body = msg.body",
                row.message);
    if (!place.step()) return std::nullopt; // its words are not known yet
    return place.integer(0);
}

bool Matching::fits(const MessageRow& row, std::int64_t key)
{
    return row_holds(row, key) && has_words(key);
}

bool Matching::has_words(std::int64_t key)
{
    if (plan_.match.empty()) return true;
    if (!wanted_) expect_more();
    if (wanted_) return contains(*wanted_, key);
    return Query(database_, "SELECT 1 FROM idx.entry WHERE entry MATCH ? AND rowid = ?", plan_.match, key)
        .step();
}

/// A message is asked for: how to answer for those to come. Each by itself costs
/// more than a few of those that have the words.
void Matching::expect_more()
{
    ++asked_;
    if (asked_ == 1) {
        auto places = places_of(database_, plan_.match, few);
        if (places.size() < few) wanted_ = std::move(places);
    } else if (asked_ > most_asked) {
        wanted_ = places_of(database_, plan_.match);
    }
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
