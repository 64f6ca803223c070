#pragma once

#include "storage/search_query.hpp"
#include "storage/store.hpp"
#include "web/api/undo.hpp"
#include "web/http/message.hpp"

#include <chrono>
#include <cstddef>
#include <optional>
#include <set>
#include <span>
#include <vector>

namespace pillarbox::api {

using http::awaitable;

inline constexpr std::size_t most_at_once = 500;     // messages of one commit, and of one answer
inline constexpr std::size_t most_in_bulk = 200'000; // of a job

/// What to do with messages.
struct Action
{
    enum class Kind
    {
        move,   // to `mailbox`
        mark,   // with flags
        remove, // into the vault
    };

    Kind kind = Kind::mark;
    storage::MailboxId mailbox{};
    std::uint32_t add = 0; // flags
    std::uint32_t remove = 0;
};

/// A message as it is before something is done to it.
struct Chosen
{
    storage::MessageId id{};
    storage::MailboxId mailbox{};
    std::uint32_t flags = 0;
};

/// Which messages are meant: those named, or all of a mailbox or of what a
/// search finds. Read piece by piece.
class Choice
{
public:
    /// Those of `messages` that are there.
    Choice(storage::Store& store, storage::AccountId account, std::vector<storage::MessageId> messages);

    /// All of `mailbox`, if given, that fit `query`, if given; but `except`.
    Choice(storage::Store& store, storage::AccountId account, std::optional<storage::MailboxId> mailbox,
           std::optional<storage::SearchNode> query, std::vector<storage::MessageId> except);

    /// The next ones, newest first; none are left when it is empty. Errors:
    /// those of Mail::list and Search::search.
    awaitable<storage::Result<std::vector<Chosen>>> next();

private:
    awaitable<storage::Result<std::vector<Chosen>>> next_named();
    awaitable<storage::Result<std::vector<storage::Listed>>> next_listed();
    awaitable<storage::Result<std::vector<storage::Listed>>> next_found();

    storage::Store& store_;
    storage::AccountId account_;
    std::vector<storage::MessageId> named_;
    std::optional<storage::MailboxId> mailbox_;
    std::optional<storage::SearchNode> query_;
    std::set<storage::MessageId> except_;
    std::uint32_t before_ = 0;
    std::optional<storage::SearchCursor> after_;
    bool ended_ = false;
};

/// Does it, in one commit, oldest first, and notes how to take it back; `vault`
/// is how long that can be for what is removed. Those that have gone meanwhile
/// are passed over. Returns how many were changed. Errors: not_found (the
/// mailbox), and those of the store.
awaitable<storage::Result<std::size_t>> apply(storage::Store& store, storage::AccountId account,
                                              Action action, std::vector<Chosen> chosen,
                                              std::chrono::seconds vault, Undo& undo);

/// Takes it back. Returns how many messages that were; those that have gone
/// are passed over. Errors: not_found (a mailbox), and those of the store.
awaitable<storage::Result<std::size_t>> revert(storage::Store& store, storage::AccountId account, Undo undo);

} // namespace pillarbox::api
