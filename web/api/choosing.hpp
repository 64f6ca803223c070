#pragma once

#include "web/api/bulk.hpp"
#include "web/api/json.hpp"
#include "web/http/problem.hpp"

#include <optional>
#include <string>
#include <vector>

namespace pillarbox::api {

/// How a request says which messages it means.
struct Naming
{
    std::optional<std::vector<storage::MessageId>> ids;
    std::optional<std::string> query;
    std::optional<std::string> in; // a mailbox
    std::vector<storage::MessageId> except;
    std::optional<std::string> collapse;
};

Naming read_naming(Members& members);

/// The messages that are meant: those named, or all of a mailbox, or what a
/// search finds. Where rows are conversations, who names a message means all of
/// its conversation: of its mailbox, or of what the search finds. None when it
/// makes no sense, which `errors` say then. Errors: those of Mail::gather and
/// Search::gather.
awaitable<storage::Result<std::optional<Choice>>>
understand_choice(Naming naming, storage::Store& store, storage::AccountId account,
                  const std::vector<storage::Mailbox>& mailboxes, std::vector<http::FieldError>& errors);

/// The same search, in this mailbox alone.
storage::SearchNode within(storage::SearchNode query, const storage::Mailbox& mailbox);

} // namespace pillarbox::api
