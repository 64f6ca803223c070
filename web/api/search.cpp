#include "server/base/ascii.hpp"
#include "web/api/choosing.hpp"
#include "web/api/cursor.hpp"
#include "web/api/json.hpp"
#include "web/api/list_wish.hpp"
#include "web/api/resources.hpp"
#include "web/api/rows.hpp"
#include "web/api/text.hpp"
#include "web/http/problem.hpp"

#include <boost/json/object.hpp>

#include <chrono>
#include <optional>
#include <string>
#include <vector>

namespace pillarbox::api {

namespace json = boost::json;

using http::awaitable;
using http::Context;
using http::Response;

namespace {

/// What a request asks for.
struct WantedSearch : ListWish
{
    storage::SearchNode query;
    std::string list; // names the words, where, what rows are and which way they go, for cursors
    std::optional<storage::SearchCursor> after;
};

struct AskedSearch
{
    WantedSearch wanted;
    std::vector<http::FieldError> errors;
};

void read_words(AskedSearch& asked, const std::string& words)
{
    const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
    auto query = storage::parse_search(words, now);
    if (query)
        asked.wanted.query = std::move(*query);
    else
        asked.errors.push_back({"/q", sentence(query.error().sentence), query.error().offset});
}

AskedSearch parse_wanted(const Context& context, const std::vector<storage::Mailbox>& mailboxes,
                         std::string_view key)
{
    AskedSearch asked;
    const auto query = http::parse_query(context.request.query);
    if (!query) {
        asked.errors.push_back({"", "The query is malformed."});
        return asked;
    }
    static_cast<ListWish&>(asked.wanted) = read_list_wish(*query, {"q", "in", "cursor"}, asked.errors);
    const auto words = parameter(*query, "q").value_or("");
    const auto place = parameter(*query, "in");
    const auto cursor = parameter(*query, "cursor");
    read_words(asked, words);
    if (place) {
        const auto* mailbox = find_mailbox(mailboxes, *place);
        if (mailbox)
            asked.wanted.query = within(std::move(asked.wanted.query), *mailbox);
        else
            asked.errors.push_back({"/in", "There is no such mailbox."});
    }
    if (asked.wanted.rows == storage::Rows::conversations) asked.wanted.list = "conversations ";
    if (asked.wanted.order == Order::oldest_first) asked.wanted.list += "from the oldest on ";
    asked.wanted.list += place.value_or("") + " " + words;
    if (cursor) {
        asked.wanted.after = open_cursor(*cursor, context.account(), asked.wanted.list, key);
        if (!asked.wanted.after)
            asked.errors.push_back({"/cursor", "This cursor is not good here. Begin the list again."});
    }
    return asked;
}

Response refuse_search(const http::Request& request, boost::system::error_code error)
{
    std::string_view detail = "The mail store cannot answer just now. Try again in a moment.";
    if (error == storage::Errc::unavailable)
        detail = "The search index is not ready yet. Try again in a moment.";
    if (error == storage::Errc::timed_out) detail = "This search takes too long. Say more of what it is.";
    auto response = http::problem(request, 503, detail);
    response.fields.set("Retry-After", "5");
    return response;
}

json::object describe_found(const storage::Found& found)
{
    json::object object;
    object["items"] = describe_rows(found.items, found.conversations);
    object["total"] = found.total;
    object["more"] = found.more;
    object["behind"] = found.behind;
    object["nextCursor"] = nullptr;
    return object;
}

awaitable<Response> search_messages(const http::Services& services, const Context& context)
{
    const auto account = context.account();
    const auto mailboxes = co_await services.store.mail().mailboxes(account);
    if (!mailboxes) co_return http::problem(context.request, mailboxes.error());
    auto asked = parse_wanted(context, *mailboxes, services.key);
    if (!asked.errors.empty())
        co_return http::problem(context.request, 400, "invalid", asked.errors.front().detail, asked.errors);

    const auto after = asked.wanted.after;
    auto query = std::move(asked.wanted.query);
    const auto found = co_await services.store.search().search(
        account, std::move(query), after, asked.wanted.limit, asked.wanted.rows, asked.wanted.order);
    if (!found) co_return refuse_search(context.request, found.error());
    auto object = describe_found(*found);
    if (after) object["total"] = nullptr; // counted with the first page
    if (found->next)
        object["nextCursor"] = seal_cursor(*found->next, account, asked.wanted.list, services.key);
    co_return json_response(object);
}

} // namespace

void add_search(http::Router& router, const http::Services& services)
{
    router.add("GET", "/api/v1/messages", http::Access::signed_in,
               [&services](const Context& context) { return search_messages(services, context); });
}

} // namespace pillarbox::api
