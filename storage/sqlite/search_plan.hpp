#pragma once

#include "storage/search_query.hpp"
#include "storage/types.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace pillarbox::storage::sqlite {

// How a query is answered: by words, which the index has, and by what the rows
// of messages say. Knows no database.

/// A mailbox by the names that "in:" knows it by.
struct NamedMailbox
{
    std::int64_t id = 0;
    MailboxRole role = MailboxRole::own;
    std::string name;
};

/// What the narrow table says of a message.
struct MessageRow
{
    std::int64_t message = 0;
    std::int64_t mailbox = 0;
    std::uint32_t uid = 0;
    std::uint32_t flags = 0;
    std::uint64_t size = 0;
    Time received{};
};

enum class Truth
{
    no,
    unknown,
    yes
};

/// What must hold of a row.
struct RowCondition
{
    enum class Kind
    {
        all, // without children it always holds
        any,
        none,
        mailbox, // one of `mailboxes`
        flag,    // `flags` are set
        larger,  // than `octets`
        smaller,
        before, // `time`
        since,
        words // it is in the set of that number
    };

    Kind kind = Kind::all;
    std::vector<RowCondition> children;
    std::vector<std::int64_t> mailboxes;
    std::uint32_t flags = 0;
    std::uint64_t octets = 0;
    Time time{};
    std::size_t set = 0;
};

struct SearchPlan
{
    std::string match;             // for the index: what every message must have; empty: anything
    RowCondition rows;             // and what its row must say
    std::vector<std::string> sets; // expressions for the index, of the words among `rows`

    bool asks_rows() const { return !rows.children.empty(); }
    bool asks_index() const { return !match.empty() || !sets.empty(); }
};

SearchPlan plan_search(const SearchNode& query, AccountId account,
                       const std::vector<NamedMailbox>& mailboxes);

/// `in_set` tells whether the message is in a set of words.
Truth holds(const RowCondition& condition, const MessageRow& row,
            const std::function<Truth(std::size_t)>& in_set);

/// Whether a message of that mailbox can be among those found.
bool may_be_in(const RowCondition& condition, std::int64_t mailbox);

} // namespace pillarbox::storage::sqlite
