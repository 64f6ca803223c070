#pragma once

#include "storage/body.hpp"
#include "storage/search_query.hpp"
#include "storage/types.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace pillarbox::storage {

/// Where a list of what was found goes on: behind this message. It stays good
/// while mail arrives and goes.
struct SearchCursor
{
    std::int64_t place = 0; // in the order of the list
    std::int64_t message = 0;

    friend bool operator==(const SearchCursor&, const SearchCursor&) = default;
};

/// Totals are not counted beyond.
inline constexpr std::uint32_t most_counted = 1000;

/// A page of what was found.
struct Found
{
    std::vector<Listed> items; // newest first
    std::optional<SearchCursor> next;
    std::uint32_t total = 0; // of the first page: how many there are, up to most_counted
    bool more = false;       // there are more than `total`

    /// Messages of the account, beyond those found, that came so lately that
    /// their words are not known yet; counted among the 10,000 next in turn.
    std::uint32_t behind = 0;
};

/// Finds messages by their words and by what they are. What a server stores is
/// indexed behind the commit, in moments; until then it is not found by words.
/// Any call may fail with timed_out, or with unavailable: there is no index.
class Search
{
public:
    virtual ~Search() = default;

    /// Messages of the account that the query describes, those received last
    /// first: at most `limit`, behind `after`.
    virtual awaitable<Result<Found>> search(AccountId account, SearchNode query,
                                            std::optional<SearchCursor> after, std::size_t limit) = 0;

    /// The messages of the account that are one conversation with this one, by
    /// their Message-ID, In-Reply-To and References (RFC 5322 §3.6.4): oldest
    /// first, the message itself among them, 500 at most. Errors: not_found.
    virtual awaitable<Result<std::vector<Listed>>> thread(AccountId account, MessageId message) = 0;
};

} // namespace pillarbox::storage
