#pragma once

#include "storage/sqlite/database.hpp"
#include "storage/sqlite/search_plan.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
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

    /// Whether the row is as wanted of a message that has what plan().match says.
    bool row_holds(const MessageRow& row, std::int64_t place) const;

    /// Makes ready for all messages of the account: what the words find is read
    /// once. False when they find nothing, and so nothing is found.
    bool expect_all();

    /// The message's place in the order of what is found, if it is.
    std::optional<std::int64_t> find(const MessageRow& row);

    /// The message's place in the order of what is found, if it were.
    std::optional<std::int64_t> place_of(const MessageRow& row);

private:
    bool fits(const MessageRow& row, std::int64_t key);
    bool has_words(std::int64_t key);
    void expect_more();
    std::vector<std::int64_t> messages_at(const std::vector<std::int64_t>& places);

    Database& database_;
    const AccountId account_;
    const std::vector<NamedMailbox> mailboxes_;
    const SearchPlan plan_;
    bool by_message_ = false; // what is in the following: messages, or places in the index
    std::vector<std::vector<std::int64_t>> sets_;
    std::optional<std::vector<std::int64_t>> wanted_; // all that plan_.match finds, once it was read
    std::size_t asked_ = 0;                           // of the index, whether a message has the words
};

} // namespace pillarbox::storage::sqlite
