#pragma once

#include "storage/body.hpp"
#include "storage/search_query.hpp"
#include "storage/types.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace pillarbox::storage {

/// How a list is sorted: by when messages were received, then by their numbers.
enum class Order : std::uint8_t
{
    newest_first,
    oldest_first
};

/// Where a list of what was found goes on: behind this message. It stays good
/// while mail arrives and goes.
struct SearchCursor
{
    Time received{};
    std::int64_t message = 0;

    /// What was received later is greater.
    friend auto operator<=>(const SearchCursor&, const SearchCursor&) = default;
};

/// Totals are not counted beyond, nor beyond what is looked at for a page.
inline constexpr std::uint32_t most_counted = 1000;

/// A page of what was found.
struct Found
{
    std::vector<Listed> items;
    std::vector<Gathered> conversations{}; // of each item, where rows are conversations: what was found of it
    std::optional<SearchCursor> next;

    /// Of the first page: how many rows there are. Of conversations those that
    /// most_counted messages are in, and those on the page.
    std::uint32_t total = 0;
    bool more = false; // there are more, or it would take long to tell

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

    /// Messages of the account that the query describes: at most `limit`, behind
    /// `after`, which comes from a page of the same order. Or conversations, each
    /// in the place of the newest of its messages that were found, on one page
    /// only: the newest 500 of all its messages are looked at for that. They are
    /// of all mailboxes together; but what is in Trash or Junk is apart, and each
    /// draft is for itself.
    virtual awaitable<Result<Found>> search(AccountId account, SearchNode query,
                                            std::optional<SearchCursor> after, std::size_t limit,
                                            Rows rows = Rows::messages,
                                            Order order = Order::newest_first) = 0;

    /// What the query finds of the conversations that these messages are in, and
    /// the messages themselves: each once, `most` at most. Those that have gone
    /// are passed over.
    virtual awaitable<Result<std::vector<MessageId>>>
    gather(AccountId account, SearchNode query, std::vector<MessageId> messages, std::size_t most) = 0;

    /// The messages of the account that are one conversation with this one, by
    /// their Message-ID, In-Reply-To and References (RFC 5322 §3.6.4): oldest
    /// first, the message itself among them, 500 at most. Errors: not_found.
    virtual awaitable<Result<std::vector<Listed>>> thread(AccountId account, MessageId message) = 0;
};

} // namespace pillarbox::storage
