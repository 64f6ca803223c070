#include "server/base/ascii.hpp"
#include "web/api/json.hpp"
#include "web/api/resources.hpp"
#include "web/api/rows.hpp"
#include "web/api/text.hpp"
#include "web/api/whole_message.hpp"
#include "web/http/problem.hpp"
#include "web/http/streams.hpp"

#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/this_coro.hpp>

#include <algorithm>
#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace pillarbox::api {

namespace json = boost::json;

using http::Context;
using http::Response;
using namespace boost::asio::experimental::awaitable_operators;

namespace {

std::string etag_of(const storage::Listed& message)
{
    return "\"" + std::to_string(message.modseq) + "\"";
}

Response no_such_message(const http::Request& request)
{
    return http::problem(request, 404, "There is no such message. It may have been deleted.");
}

awaitable<Response> show_message(Whole whole, const Context& context)
{
    auto& mail = whole.services.store.mail();
    const auto id = parse_id(context.parameter("id"));
    if (!id) co_return no_such_message(context.request);
    const auto message = co_await mail.find(context.account(), storage::MessageId(*id));
    if (!message && message.error() == storage::Errc::not_found) co_return no_such_message(context.request);
    if (!message) co_return http::problem(context.request, message.error());
    auto unchanged = not_modified(context.request, etag_of(*message));
    if (unchanged) co_return std::move(*unchanged);
    const auto etag = etag_of(*message);
    const auto object = co_await describe_whole(whole, *message);
    if (!object) co_return http::problem(context.request, object.error());
    co_return with_etag(context.request, etag, json_response(*object));
}

// ---- The newest one, for tests of what sends mail. ----------------------------

constexpr std::chrono::seconds longest_wait{60};
constexpr std::chrono::milliseconds index_pause{50}; // nothing tells when words are indexed: in moments
constexpr std::chrono::seconds index_patience{5};    // for those of what is there already

/// What GET /messages/latest asks for.
struct Latest
{
    std::string words;
    std::chrono::seconds wait{0};
    std::vector<http::FieldError> errors;
};

Latest parse_latest(const http::Request& request)
{
    Latest latest;
    const auto query = http::parse_query(request.query);
    if (!query) {
        latest.errors.push_back({"", "The query is malformed."});
        return latest;
    }
    latest.words = parameter(*query, "q").value_or("");
    if (const auto to = parameter(*query, "to")) {
        if (to->empty() || to->find_first_of("\" \t\r\n") != std::string::npos)
            latest.errors.push_back({"/to", "This must be an address, or a part of one."});
        latest.words += " to:" + *to;
    }
    if (latest.words.empty()) latest.words = "in:inbox";
    if (const auto wait = parameter(*query, "wait")) {
        const auto seconds = ascii::parse_number<std::uint32_t>(*wait);
        if (!seconds || *seconds > longest_wait.count())
            latest.errors.push_back({"/wait", "This must be a number of seconds from 0 to 60."});
        latest.wait = std::chrono::seconds(seconds.value_or(0));
    }
    for (const auto& [name, value] : *query)
        if (name != "q" && name != "to" && name != "wait")
            latest.errors.push_back({"/" + name.substr(0, 100), "This parameter is unknown."});
    return latest;
}

/// The newest that the query describes; waits for one until `deadline`, or the
/// server ends. None: none came.
awaitable<storage::Result<std::optional<storage::Listed>>>
await_newest(storage::Store& store, storage::AccountId account, storage::SearchNode query,
             std::chrono::steady_clock::time_point deadline, http::Stream& stream)
{
    const auto watch = store.changes().watch(account);
    auto known = std::chrono::steady_clock::now() + index_patience;
    for (;;) {
        static_cast<void>(stream.take()); // it is told what does not matter here
        const auto feed = co_await store.changes().since(account, 0, 1); // before it is looked
        if (!feed) co_return feed.error();
        auto words = query;
        auto found = co_await store.search().search(account, std::move(words), std::nullopt, 1);
        if (!found) co_return found.error();
        const auto now = std::chrono::steady_clock::now();
        if (found->behind > 0 && now < known && !stream.ended()) {
            co_await stream.pause(index_pause); // what came last is not known by its words yet
            continue;
        }
        if (!found->items.empty()) co_return std::move(found->items.front());
        if (now >= deadline || stream.ended()) co_return std::nullopt;
        const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(deadline - now);
        const auto woken = co_await (watch->above(feed->modseq) || stream.pause(left));
        if (woken.index() != 0) continue;
        if (!std::get<0>(woken)) co_return std::get<0>(woken).error();
        known = std::chrono::steady_clock::now() + index_patience;
    }
}

awaitable<Response> show_latest(const http::Site& site, Whole whole, const Context& context)
{
    const auto& request = context.request;
    const auto asked = parse_latest(request);
    if (!asked.errors.empty())
        co_return http::problem(request, 400, "invalid", asked.errors.front().detail, asked.errors);
    const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
    auto query = storage::parse_search(asked.words, now);
    if (!query)
        co_return http::problem(request, 400, "invalid", sentence(query.error().sentence),
                                {{"/q", sentence(query.error().sentence), query.error().offset}});
    const auto executor = co_await boost::asio::this_coro::executor;
    const auto stream = site.streams().open(context.account(), executor);
    if (!stream) co_return http::problem(request, 503, "The server is just ending. Try again in a moment.");
    const auto deadline = std::chrono::steady_clock::now() + asked.wait;
    auto found =
        co_await await_newest(whole.services.store, context.account(), std::move(*query), deadline, *stream);
    if (!found) co_return http::problem(request, found.error());
    if (!*found) co_return no_content();
    const auto object = co_await describe_whole(whole, **found);
    if (!object) co_return http::problem(request, object.error());
    co_return json_response(*object);
}

struct Change
{
    std::uint32_t add = 0;
    std::uint32_t remove = 0;

    void set(std::optional<bool> wanted, std::uint32_t flag)
    {
        if (wanted) (*wanted ? add : remove) |= flag;
    }
};

awaitable<Response> change_message(const http::Services& services, const Context& context)
{
    const auto& request = context.request;
    Members members(request);
    Change change;
    change.set(members.flag("seen"), storage::flag::seen);
    change.set(members.flag("flagged"), storage::flag::flagged);
    auto refused = members.refusal();
    if (refused) co_return std::move(*refused);
    const auto id = parse_id(context.parameter("id"));
    if (!id) co_return no_such_message(request);

    auto& mail = services.store.mail();
    auto message = co_await mail.find(context.account(), storage::MessageId(*id));
    if (!message && message.error() == storage::Errc::not_found) co_return no_such_message(request);
    if (!message) co_return http::problem(request, message.error());
    const auto expected = request.field("If-Match");
    if (!expected.empty() && !http::etag_matches(expected, etag_of(*message)))
        co_return http::problem(request, 412, "The message was changed elsewhere in the meantime.");
    if (change.add != 0 || change.remove != 0)
        message = co_await mail.set_flags(context.account(), message->id, change.add, change.remove);
    if (!message) co_return http::problem(request, message.error());

    json::object object;
    object["id"] = format_id(message->id);
    object["mailbox"] = format_id(message->mailbox);
    object["flags"] = describe_flags(message->flags);
    object["state"] = std::to_string(message->modseq);
    auto response = json_response(object);
    response.fields.set("ETag", etag_of(*message));
    co_return response;
}

} // namespace

void add_messages(const http::Site& site, http::Router& router, std::shared_ptr<Structures> structures)
{
    const auto& services = site.services();
    const Whole whole{services, std::move(structures), std::make_shared<boost::asio::thread_pool>(1)};
    // Before the next: the first that fits is taken.
    router.add("GET", "/api/v1/messages/latest", http::Access::signed_in,
               [&site, whole](const Context& c) { return show_latest(site, whole, c); });
    router.add("GET", "/api/v1/messages/{id}", http::Access::signed_in,
               [whole](const Context& c) { return show_message(whole, c); });
    router.add("PATCH", "/api/v1/messages/{id}", http::Access::signed_in,
               [&services](const Context& c) { return change_message(services, c); });
}

} // namespace pillarbox::api
