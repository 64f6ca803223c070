#pragma once

#include "storage/sqlite/database.hpp"
#include "storage/sqlite/search_plan.hpp"
#include "storage/sqlite/word_places.hpp"

#include <cstdint>
#include <optional>
#include <vector>

namespace pillarbox::storage::sqlite {

/// Tells of single messages of an account whether a query finds them, in one
/// snapshot of a database that has the index beside it.
class Matching
{
public:
    Matching(Database& database, AccountId account, const SearchNode& query);

    const SearchPlan& plan() const { return plan_; }
    const std::vector<NamedMailbox>& mailboxes() const { return mailboxes_; }

    /// Where in the index the words are that every message must have; null
    /// when there are none.
    WordPlaces* words() { return words_ ? &*words_ : nullptr; }

    /// Whether the row is as wanted of a message that has those words; `place`
    /// is its place in the index.
    bool row_holds(const MessageRow& row, std::int64_t place) const;

    /// Makes ready to be asked for many messages.
    void expect_many();

    bool finds(const MessageRow& row);

private:
    bool fits(const MessageRow& row, std::int64_t key) const;
    std::optional<std::int64_t> place_of(const MessageRow& row);
    std::vector<std::int64_t> messages_at(const std::vector<std::int64_t>& places);

    Database& database_;
    const AccountId account_;
    const std::vector<NamedMailbox> mailboxes_;
    const SearchPlan plan_;
    std::optional<WordPlaces> words_;
    std::vector<std::vector<std::int64_t>> sets_; // each ascending
    bool by_message_ = false;                     // what is in the sets: messages, or places in the index
};

} // namespace pillarbox::storage::sqlite
