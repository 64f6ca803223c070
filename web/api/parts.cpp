#include "server/base/ascii.hpp"
#include "server/mime/characters.hpp"
#include "server/mime/content_type.hpp"
#include "server/mime/flowed.hpp"
#include "server/mime/html_text.hpp"
#include "server/mime/view.hpp"
#include "server/net/offload.hpp"
#include "web/api/content.hpp"
#include "web/api/json.hpp"
#include "web/api/resources.hpp"
#include "web/api/text.hpp"
#include "web/http/problem.hpp"

#include <boost/asio/thread_pool.hpp>

#include <algorithm>
#include <array>
#include <optional>
#include <string>

namespace pillarbox::api {

using http::Context;
using http::Response;

namespace {

constexpr std::size_t most_body = std::size_t{2} * 1024 * 1024; // octets of text given out
constexpr std::size_t most_encoded =
    std::size_t{6} * 1024 * 1024; // octets read for them: "=3D" for each at worst
constexpr std::size_t small_body =
    std::size_t{16} * 1024; // octets decoded on the reactor: far below a millisecond

/// What the routes here share.
struct PartReading
{
    const http::Services& services;
    std::shared_ptr<Structures> structures;
    std::shared_ptr<boost::asio::thread_pool> pool; // for what takes above a millisecond
};

/// A message that the account has, and what it is made of.
struct Found
{
    storage::Listed message;
    Structures::Shared structure;
};

/// Everything is looked up by owner and id: someone else's mail is not there.
awaitable<storage::Result<Found>> find_parts(const PartReading& reading, const Context& context)
{
    const auto id = parse_id(context.parameter("id"));
    if (!id) co_return make_error_code(storage::Errc::not_found);
    auto& mail = reading.services.store.mail();
    auto message = co_await mail.find(context.account(), storage::MessageId(*id));
    if (!message) co_return message.error();
    auto structure = co_await reading.structures->find(mail, message->id);
    if (!structure) co_return structure.error();
    Found found{std::move(*message), std::move(*structure)};
    co_return found;
}

void never_changes(Response& response, std::string_view etag)
{
    response.fields.set("Cache-Control", "private, max-age=31536000, immutable");
    response.fields.set("ETag", etag);
}

// ---- The body, as text. ------------------------------------------------------

struct Body
{
    std::string text;
    bool cut = false;
};

Body decode_body(const mime::Part& part, std::string_view octets, bool words_only)
{
    Body body;
    body.text = mime::decode_text_part(part, octets);
    if (words_only)
        body.text = mime::trim(mime::html_to_text(body.text, most_body));
    else if (part.flowed)
        body.text = mime::unflow(body.text, part.delete_space);
    else
        body.text = mime::unix_lines(body.text);
    body.cut = body.text.size() > most_body || octets.size() < part.size();
    body.text = cut_utf8(body.text, most_body);
    return body;
}

awaitable<Body> decode_body(const PartReading& reading, mime::Part part, std::string octets, bool words_only)
{
    if (octets.size() <= small_body) co_return decode_body(part, octets, words_only);
    auto work = [part = std::move(part), octets = std::move(octets), words_only] {
        return decode_body(part, octets, words_only);
    };
    Body body = co_await net::offload(*reading.pool, std::move(work));
    co_return body;
}

awaitable<Response> show_body(PartReading reading, const Context& context)
{
    const auto& request = context.request;
    const auto query = http::parse_query(request.query);
    const auto format = query ? parameter(*query, "format").value_or("text") : std::string{};
    if (format != "html" && format != "text")
        co_return http::problem(request, 400, "The format must be html or text.");
    const auto found = co_await find_parts(reading, context);
    if (!found) co_return http::problem(request, found.error());

    const auto view = mime::view(*found->structure);
    const bool words_only = format == "text" && !view.text_part; // of the HTML, when there is nothing else
    const auto index = format == "text" && view.text_part ? view.text_part : view.html_part;
    if (!index && format == "html") co_return http::problem(request, 404, "This message has no HTML.");

    Body body;
    if (index) {
        const auto& part = found->structure->parts[*index];
        const auto reader = co_await reading.services.store.mail().open(found->message.id);
        if (!reader) co_return http::problem(request, reader.error());
        auto octets = co_await read_range(**reader, part.body_begin, part.body_end, most_encoded);
        if (!octets) co_return http::problem(request, octets.error());
        body = co_await decode_body(reading, part, std::move(*octets), words_only);
    }
    Response response;
    response.policy = http::Policy::part;
    response.fields.set("Content-Type", "text/plain; charset=utf-8"); // never sanitised, so never HTML
    response.fields.set("X-Pillarbox-Truncated", body.cut ? "true" : "false");
    never_changes(response, "\"" + format_id(found->message.id) + "-" + format + "\"");
    response.body = std::move(body.text);
    co_return response;
}

// ---- One part, as a file. ----------------------------------------------------

/// Pictures that browsers show and that cannot carry script.
bool is_picture(std::string_view type)
{
    static constexpr std::array<std::string_view, 4> known{"image/png", "image/jpeg", "image/gif",
                                                           "image/webp"};
    return std::ranges::find(known, type) != known.end();
}

std::string name_of(const mime::Structure& structure, const mime::Part& part)
{
    for (const auto& attachment : mime::view(structure).attachments) {
        if (attachment.path == part.path) return attachment.name;
    }
    auto name = mime::safe_file_name(part.name);
    return name.empty() ? "part-" + part.path + (part.type == "text" ? ".txt" : ".bin") : name;
}

awaitable<Response> show_part(PartReading reading, const Context& context)
{
    const auto& request = context.request;
    const auto found = co_await find_parts(reading, context);
    if (!found) co_return http::problem(request, found.error());
    const auto* part = found->structure->find(context.parameter("path"));
    // One without parts of its own, nested too deeply perhaps, is a file like others.
    const bool divided = part && part->type == "multipart" && !part->children.empty();
    if (!part || divided) co_return http::problem(request, 404, "There is no such part.");

    const auto type = mime::media_type(*part);
    const auto query = http::parse_query(request.query);
    const bool download = query && parameter(*query, "download");
    const bool picture = is_picture(type);
    Response response;
    response.policy = http::Policy::part;
    response.fields.set("Content-Type", picture ? type : "application/octet-stream");
    response.fields.set("Content-Disposition",
                        content_disposition(picture && !download ? "inline" : "attachment",
                                            name_of(*found->structure, *part)));
    const std::string etag = "\"" + format_id(found->message.id) + "-" + part->path + "\"";
    never_changes(response, etag);
    if (http::etag_matches(request.field("If-None-Match"), etag)) {
        response.status = 304;
        co_return response;
    }
    auto reader = co_await reading.services.store.mail().open(found->message.id);
    if (!reader) co_return http::problem(request, reader.error());
    auto source =
        std::make_unique<PartSource>(std::move(*reader), part->body_begin, part->body_end, part->encoding);
    const auto size = co_await source->measure();
    if (!size) co_return http::problem(request, size.error());
    response.source_size = *size;
    response.source = std::move(source);
    co_return response;
}

// ---- The message as it came. -------------------------------------------------

struct Range
{
    std::uint64_t begin = 0;
    std::uint64_t end = 0; // exclusive
};

enum class Ranging
{
    whole, // no Range, or one that may be ignored
    part,
    impossible // 416
};

/// One range of bytes, RFC 9110 §14.1.2. Lists of ranges are answered whole.
Ranging parse_range(std::string_view field, std::uint64_t size, Range& range)
{
    range = {0, size};
    constexpr std::string_view unit = "bytes=";
    if (!ascii::starts_with(field, unit)) return Ranging::whole;
    field = ascii::trim(field.substr(unit.size()));
    const auto dash = field.find('-');
    if (dash == std::string_view::npos || field.find(',') != std::string_view::npos) return Ranging::whole;
    const auto first = ascii::parse_number<std::uint64_t>(field.substr(0, dash));
    const auto last = ascii::parse_number<std::uint64_t>(field.substr(dash + 1));
    if (dash == 0) { // the last octets
        if (!last) return Ranging::whole;
        if (*last == 0) return Ranging::impossible;
        range.begin = size - std::min(*last, size);
        return size == 0 ? Ranging::impossible : Ranging::part;
    }
    if (!first || (!last && dash + 1 != field.size()) || (last && *last < *first)) return Ranging::whole;
    if (*first >= size) return Ranging::impossible;
    range.begin = *first;
    if (last && *last < size - 1) range.end = *last + 1;
    return Ranging::part;
}

std::string eml_name(const storage::Listed& message)
{
    const auto name = mime::safe_file_name(message.summary.subject + ".eml");
    return name.empty() || name == ".eml" ? "message-" + format_id(message.id) + ".eml" : name;
}

awaitable<Response> show_raw(PartReading reading, const Context& context)
{
    const auto& request = context.request;
    const auto id = parse_id(context.parameter("id"));
    if (!id) co_return http::problem(request, make_error_code(storage::Errc::not_found));
    auto& mail = reading.services.store.mail();
    const auto message = co_await mail.find(context.account(), storage::MessageId(*id));
    if (!message) co_return http::problem(request, message.error());

    Response response;
    response.policy = http::Policy::part;
    response.fields.set("Content-Type", "message/rfc822");
    response.fields.set("Content-Disposition", content_disposition("attachment", eml_name(*message)));
    response.fields.set("Accept-Ranges", "bytes");
    const std::string etag = "\"" + format_id(message->id) + "\"";
    never_changes(response, etag);
    if (http::etag_matches(request.field("If-None-Match"), etag)) {
        response.status = 304;
        co_return response;
    }
    auto reader = co_await mail.open(message->id);
    if (!reader) co_return http::problem(request, reader.error());
    const std::uint64_t size = (*reader)->size();

    // RFC 9110 §13.1.5: with another If-Range, the whole.
    const auto condition = request.field("If-Range");
    const bool ranged = request.method == "GET" && (condition.empty() || condition == etag);
    Range range;
    const Ranging ranging = parse_range(ranged ? request.field("Range") : std::string_view{}, size, range);
    if (ranging == Ranging::impossible) {
        auto refused = http::problem(request, 416, "The message is shorter than that.");
        refused.fields.set("Content-Range", "bytes */" + std::to_string(size));
        co_return refused;
    }
    if (ranging == Ranging::part) {
        response.status = 206;
        response.fields.set("Content-Range", "bytes " + std::to_string(range.begin) + "-" +
                                                 std::to_string(range.end - 1) + "/" + std::to_string(size));
    }
    response.source_size = range.end - range.begin;
    response.source = std::make_unique<RawSource>(std::move(*reader), range.begin, range.end);
    co_return response;
}

} // namespace

void add_parts(http::Router& router, const http::Services& services, std::shared_ptr<Structures> structures)
{
    const PartReading reading{services, std::move(structures), std::make_shared<boost::asio::thread_pool>(1)};
    const auto add = [&](std::string_view path, auto handler) {
        router.add("GET", path, http::Access::signed_in,
                   [reading, handler](const Context& context) { return handler(reading, context); });
    };
    add("/api/v1/messages/{id}/body", show_body);
    add("/api/v1/messages/{id}/parts/{path}", show_part);
    add("/api/v1/messages/{id}/raw", show_raw);
}

} // namespace pillarbox::api
