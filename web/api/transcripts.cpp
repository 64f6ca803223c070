#include "server/base/ascii.hpp"
#include "server/net/offload.hpp"
#include "server/transcript/archive.hpp"
#include "server/transcript/excerpt.hpp"
#include "web/api/json.hpp"
#include "web/api/resources.hpp"
#include "web/http/problem.hpp"

#include <boost/asio/thread_pool.hpp>
#include <boost/json/array.hpp>

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace pillarbox::api {

namespace json = boost::json;

using http::awaitable;
using http::Context;
using http::Response;

namespace {

constexpr std::size_t usual_limit = 50;
constexpr std::size_t most_transcripts = 200;
constexpr auto no_transcript =
    "There is no such transcript. One is written when its session is over, and kept for a while.";

using About = net::Transcript::About;

/// What the routes here share.
struct TranscriptReading
{
    const http::Services& services;
    std::shared_ptr<boost::asio::thread_pool> pool; // files are read there, all of them at worst
};

json::object describe(const About& about)
{
    json::object object;
    object["id"] = about.session;
    object["protocol"] = about.protocol;
    object["address"] = about.peer;
    object["began"] = format_time(std::chrono::floor<std::chrono::seconds>(about.began));
    object["milliseconds"] = about.lasted.count();
    object["end"] = about.end;
    return object;
}

/// By the account's id: an address may have been somebody else's before.
bool belongs(const About& about, storage::AccountId account)
{
    return about.account_id != 0 && about.account_id == static_cast<std::int64_t>(account);
}

std::vector<About> newest_of(const std::filesystem::path& directory, storage::AccountId account,
                             std::size_t limit)
{
    std::vector<About> found;
    transcript::each(directory, [&](const transcript::Record& record) {
        if (belongs(record.about, account)) found.push_back(record.about);
        return found.size() < limit;
    });
    return found;
}

std::optional<std::size_t> limit_of(const http::Request& request)
{
    const auto query = http::parse_query(request.query);
    if (!query) return std::nullopt;
    const auto limit = parameter(*query, "limit");
    if (!limit) return usual_limit;
    const auto number = ascii::parse_number<std::size_t>(*limit);
    if (!number || *number < 1 || *number > most_transcripts) return std::nullopt;
    return number;
}

awaitable<Response> list_transcripts(TranscriptReading reading, const Context& context)
{
    const auto limit = limit_of(context.request);
    if (!limit) co_return http::problem(context.request, 400, "The limit must be a number from 1 to 200.");
    auto work = [directory = reading.services.transcripts, account = context.account(), limit = *limit] {
        return newest_of(directory, account, limit);
    };
    const auto found = co_await net::offload(*reading.pool, std::move(work));
    json::array items;
    for (const auto& about : found)
        items.push_back(describe(about));
    json::object object;
    object["items"] = std::move(items);
    co_return json_response(object);
}

awaitable<std::optional<transcript::Found>> find_transcript(TranscriptReading reading, std::string session)
{
    auto work = [directory = reading.services.transcripts, session = std::move(session)] {
        return transcript::find(directory, session);
    };
    auto found = co_await net::offload(*reading.pool, std::move(work));
    co_return found;
}

Response answer(const transcript::Found& found, std::string_view text)
{
    auto object = describe(found.about);
    object["text"] = text;
    object["whole"] = found.whole;
    auto response = json_response(object);
    response.fields.set("Cache-Control", "private, max-age=31536000, immutable");
    return response;
}

awaitable<Response> show_transcript(TranscriptReading reading, const Context& context)
{
    const auto found = co_await find_transcript(reading, context.parameter("id"));
    if (!found || !belongs(found->about, context.account()))
        co_return http::problem(context.request, 404, no_transcript);
    co_return answer(*found, found->text);
}

/// The session that brought a message, as far as it is about its owner.
awaitable<Response> show_message_transcript(TranscriptReading reading, const Context& context)
{
    constexpr auto none = "There is no such message. It may have been deleted.";
    const auto& request = context.request;
    const auto id = parse_id(context.parameter("id"));
    if (!id) co_return http::problem(request, 404, none);
    const auto events =
        co_await reading.services.store.events().of_message(context.account(), storage::MessageId(*id));
    if (!events && events.error() == storage::Errc::not_found) co_return http::problem(request, 404, none);
    if (!events) co_return http::problem(request, events.error());
    const auto stored = std::ranges::find_if(*events, [](const storage::Event& event) {
        return event.kind == storage::EventKind::stored && !event.session.empty();
    });
    if (stored == events->end()) co_return http::problem(request, 404, no_transcript);
    const auto found = co_await find_transcript(reading, stored->session);
    if (!found) co_return http::problem(request, 404, no_transcript);
    const auto text = transcript::excerpt(found->text, stored->name, stored->recipient);
    if (text.empty()) co_return http::problem(request, 404, no_transcript);
    co_return answer(*found, text);
}

} // namespace

void add_transcripts(http::Router& router, const http::Services& services)
{
    const TranscriptReading reading{services, std::make_shared<boost::asio::thread_pool>(1)};
    const auto add = [&](std::string_view path, auto handler) {
        router.add("GET", path, http::Access::signed_in,
                   [reading, handler](const Context& context) { return handler(reading, context); });
    };
    add("/api/v1/transcripts", list_transcripts);
    add("/api/v1/transcripts/{id}", show_transcript);
    add("/api/v1/messages/{id}/transcript", show_message_transcript);
}

} // namespace pillarbox::api
