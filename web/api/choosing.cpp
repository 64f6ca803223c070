#include "web/api/choosing.hpp"

#include "web/api/rows.hpp"

#include <chrono>
#include <utility>

namespace pillarbox::api {

namespace {

using storage::AccountId;
using storage::Result;

constexpr std::size_t longest_name = 100;   // octets: a message, a mailbox
constexpr std::size_t most_except = 10'000; // of a search, messages that stay as they are

using Ids = std::vector<storage::MessageId>;
using Words = std::optional<storage::SearchNode>;

std::optional<Ids> read_ids(Members& members, std::string_view name, std::size_t most)
{
    std::optional<Ids> ids;
    const auto texts = members.texts(name, most, longest_name);
    if (!texts) return ids;
    ids.emplace();
    for (const auto& text : *texts)
        // What is no id leads nowhere, as one of a message that has gone.
        if (const auto id = parse_id(text)) ids->push_back(storage::MessageId(*id));
    return ids;
}

/// Those that are in one conversation with these, where they are looked for.
awaitable<Result<Ids>> gather(storage::Store& store, AccountId account, Words found, Ids ids)
{
    if (!found) {
        auto listed = co_await store.mail().gather(account, std::move(ids), most_in_bulk);
        co_return listed;
    }
    auto query = std::move(*found);
    auto gathered = co_await store.search().gather(account, std::move(query), std::move(ids), most_in_bulk);
    co_return gathered;
}

} // namespace

Naming read_naming(Members& members)
{
    Naming naming;
    naming.ids = read_ids(members, "ids", most_at_once);
    naming.query = members.optional_text("query", storage::most_query_octets);
    naming.in = members.optional_text("in", longest_name);
    naming.except = read_ids(members, "except", most_except).value_or(Ids{});
    naming.collapse = members.optional_text("collapse", longest_name);
    return naming;
}

awaitable<Result<std::optional<Choice>>> understand_choice(Naming naming, storage::Store& store,
                                                           AccountId account,
                                                           const std::vector<storage::Mailbox>& mailboxes,
                                                           std::vector<http::FieldError>& errors)
{
    const bool of_search = naming.ids && naming.query && naming.collapse;
    if (!of_search && naming.ids.has_value() == (naming.query || naming.in))
        errors.push_back({"/ids", "Say which messages: either ids, or query, in or both."});
    if (naming.collapse && *naming.collapse != collapse_threads)
        errors.push_back({"/collapse", "This must be thread."});
    const auto* mailbox = naming.in ? find_mailbox(mailboxes, *naming.in) : nullptr;
    if (naming.in && !mailbox) errors.push_back({"/in", "There is no such mailbox."});
    Words words;
    if (naming.query) {
        const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
        auto query = storage::parse_search(*naming.query, now);
        if (query)
            words = std::move(*query);
        else
            errors.push_back({"/query", query.error().sentence, query.error().offset});
    }
    if (!errors.empty()) co_return std::nullopt;

    if (naming.collapse) {
        Words found = words;
        if (found && mailbox) found = within(std::move(*found), *mailbox);
        Ids& named = naming.ids ? *naming.ids : naming.except;
        auto gathered = co_await gather(store, account, std::move(found), std::move(named));
        if (!gathered) co_return gathered.error();
        named = std::move(*gathered);
    }
    if (naming.ids) co_return Choice(store, account, std::move(*naming.ids));
    std::optional<storage::MailboxId> place;
    if (mailbox) place = mailbox->id;
    co_return Choice(store, account, place, std::move(words), std::move(naming.except));
}

storage::SearchNode within(storage::SearchNode query, const storage::Mailbox& mailbox)
{
    storage::SearchNode place{
        .kind = storage::SearchNode::Kind::term, .term = storage::MailboxTerm{mailbox.name}, .children = {}};
    storage::SearchNode both;
    both.children.push_back(std::move(place));
    both.children.push_back(std::move(query));
    return both;
}

} // namespace pillarbox::api
