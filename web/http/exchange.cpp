#include "web/http/exchange.hpp"

#include "server/base/ascii.hpp"
#include "web/http/problem.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/beast/core/buffers_range.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/serializer.hpp>
#include <boost/beast/http/string_body.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <string>

namespace pillarbox::http {

namespace asio = boost::asio;
namespace beast = boost::beast::http;

namespace {

using Clock = std::chrono::steady_clock;
using Parser = beast::request_parser<beast::string_body>;

constexpr std::size_t most_lingering = std::size_t{1024} * 1024; // octets

/// What is left of a patience that began with the deadline; at least a second,
/// for the wheel turns in seconds.
std::chrono::seconds until(Clock::time_point deadline)
{
    const auto left = std::chrono::ceil<std::chrono::seconds>(deadline - Clock::now());
    return std::max(left, std::chrono::seconds{1});
}

awaitable<void> read_head(net::Connection& connection, HeadReader& head)
{
    const auto deadline = Clock::now() + head_patience;
    while (!head.done() && !head.refusal()) {
        const std::string_view octets = co_await connection.read_some(until(deadline));
        connection.consume(head.feed(octets));
    }
}

Refusal refusal_of(boost::system::error_code error)
{
    if (error == beast::error::bad_transfer_encoding) return {501, "The transfer coding is not known here."};
    return {400, "The request is malformed."};
}

Refusal too_large(std::uint64_t most)
{
    const bool small = most < 1024 * 1024;
    const auto size =
        small ? std::to_string(most / 1024) + " KiB" : std::to_string(most / 1024 / 1024) + " MiB";
    return {413, "The request body is larger than " + size + "."};
}

Refusal refusal_of(boost::system::error_code error, const Reception& reception)
{
    return error == beast::error::body_limit ? too_large(reception.most) : refusal_of(error);
}

/// Octets of the body that have been parsed go to the spool, if there is one.
bool pass_on(Parser& parser, Reception& reception)
{
    if (!reception.spool) return true;
    const auto appended = reception.spool->append(parser.get().body());
    parser.get().body().clear();
    return appended.has_value();
}

awaitable<std::optional<Refusal>> read_body(net::Connection& connection, Parser& parser, Reception& reception)
{
    const auto begun = Clock::now();
    const auto deadline = begun + body_patience;
    boost::system::error_code error;
    bool starved = false; // the last octets were not enough to go on
    while (!parser.is_done()) {
        std::chrono::seconds patience = until(deadline);
        if (reception.spool) patience = std::min(body_patience, until(begun + upload_patience));
        std::string_view octets;
        if (starved)
            octets = co_await connection.read_more(patience);
        else
            octets = co_await connection.read_some(patience);
        const std::size_t used = parser.put(asio::buffer(octets.data(), octets.size()), error);
        connection.consume(used);
        if (error && error != beast::error::need_more) co_return refusal_of(error, reception);
        if (!pass_on(parser, reception)) co_return Refusal{507, "There is no room left to store this."};
        starved = used == 0;
    }
    co_return std::nullopt;
}

/// Takes what an absolute target says over Host, RFC 9112 §3.2.2.
bool set_target(Request& request, std::string_view target)
{
    for (const std::string_view scheme : {"http://", "https://"}) {
        if (target.size() < scheme.size() || !ascii::equal(target.substr(0, scheme.size()), scheme)) continue;
        target.remove_prefix(scheme.size());
        const auto end = std::min(target.find_first_of("/?"), target.size());
        request.authority = ascii::to_lower(target.substr(0, end));
        target.remove_prefix(end);
        if (target.empty()) target = "/";
        break;
    }
    if (!target.starts_with('/') || target.find('#') != std::string_view::npos) return false;
    const auto mark = std::min(target.find('?'), target.size());
    request.path = target.substr(0, mark);
    request.query = target.substr(std::min(mark + 1, target.size()));
    return true;
}

bool set_head(Request& request, const Parser::value_type& message)
{
    request.method = message.method_string();
    request.minor = message.version() % 10;
    request.keep_alive = message.keep_alive();
    for (const auto& field : message)
        request.fields.add(field.name_string(), field.value());
    request.authority = ascii::to_lower(request.field("Host"));
    return set_target(request, message.target());
}

bool may_have_body(const Request& request, unsigned status)
{
    return request.method != "HEAD" && status != 204 && status != 304; // RFC 9110 §6.4.1
}

/// How the end of an answer without a length is told from its loss: RFC 9112
/// §7.1. HTTP/1.0 knows no chunks (§6.1).
bool chunked(const Request& request, const Response& response)
{
    return response.endless && request.minor > 0;
}

std::string format_head(const Request& request, const Response& response)
{
    beast::response<beast::empty_body> message;
    message.version(11);
    message.result(response.status);
    message.reason(reason_phrase(response.status));
    for (const auto& [name, value] : response.fields.lines())
        message.insert(name, value);
    // RFC 9112 §6.3: a body without a length ends with the connection. RFC 9110
    // §8.6: none with 204, and 304 may leave it out.
    if (response.status != 204 && response.status != 304 && !response.endless)
        message.content_length(response.size());
    if (chunked(request, response)) message.set(beast::field::transfer_encoding, "chunked");
    if (!request.keep_alive || response.endless)
        message.set(beast::field::connection, "close");
    else if (request.minor == 0)
        message.set(beast::field::connection, "keep-alive");

    std::string text;
    beast::response_serializer<beast::empty_body> serializer(message);
    serializer.split(true); // the head alone
    boost::system::error_code error;
    while (!serializer.is_header_done() && !error) {
        serializer.next(error, [&](boost::system::error_code&, const auto& buffers) {
            std::size_t octets = 0;
            for (const auto buffer : boost::beast::buffers_range_ref(buffers)) {
                text.append(static_cast<const char*>(buffer.data()), buffer.size());
                octets += buffer.size();
            }
            serializer.consume(octets);
        });
    }
    return text;
}

awaitable<void> send_source(net::Connection& connection, Source& source, std::uint64_t octets)
{
    while (octets > 0) {
        const auto piece = co_await source.next();
        // The length was promised: a short body can only be told by the end.
        if (!piece || piece->empty()) connection.break_off();
        const auto part = piece->substr(0, std::min<std::uint64_t>(piece->size(), octets));
        co_await connection.send(part);
        octets -= part.size();
    }
}

/// Each piece as soon as there is one.
awaitable<void> send_endless(net::Connection& connection, Source& source, bool chunks)
{
    while (true) {
        co_await connection.flush();
        const auto piece = co_await source.next();
        if (!piece) connection.break_off();
        if (piece->empty()) break;
        if (chunks) connection.put(fmt::format("{:x}\r\n", piece->size()));
        co_await connection.send(*piece);
        if (chunks) connection.put("\r\n");
    }
    if (chunks) connection.put("0\r\n\r\n");
}

} // namespace

awaitable<Incoming> read_request(net::Connection& connection, Receive receive)
{
    Incoming incoming;
    incoming.request.secure = connection.secure();
    incoming.request.peer = connection.peer();

    HeadReader head;
    co_await read_head(connection, head);
    incoming.refusal = head.refusal();
    incoming.unread = true;
    if (incoming.refusal) co_return incoming;

    Parser parser;
    parser.header_limit(HeadReader::longest_head + 1);
    parser.body_limit(boost::none); // known once the head is
    boost::system::error_code error;
    parser.put(asio::buffer(head.text().data(), head.text().size()), error);
    if (parser.is_header_done() && !set_head(incoming.request, parser.get()))
        incoming.refusal = Refusal{400, "The target is malformed."};
    if (error && error != beast::error::need_more) incoming.refusal = refusal_of(error);
    if (!incoming.refusal && !parser.is_header_done())
        incoming.refusal = Refusal{400, "The request is malformed."};
    if (incoming.refusal) co_return incoming;

    Reception reception;
    if (receive) reception = co_await receive(incoming.request);
    incoming.answer = std::move(reception.answer);
    if (incoming.answer) co_return incoming;
    if (parser.content_length().value_or(0) > reception.most) incoming.refusal = too_large(reception.most);
    if (incoming.refusal) co_return incoming;
    parser.body_limit(reception.most);

    // RFC 9110 §10.1.1: the client waits for this before it sends the body.
    if (!parser.is_done() && incoming.request.minor == 1 && incoming.request.fields.contains("Expect"))
        connection.put("HTTP/1.1 100 Continue\r\n\r\n");
    incoming.refusal = co_await read_body(connection, parser, reception);
    incoming.unread = incoming.refusal.has_value();
    incoming.request.body = std::move(parser.get().body());
    incoming.request.upload = std::move(reception.spool);
    co_return incoming;
}

awaitable<void> write_response(net::Connection& connection, const Request& request, Response response)
{
    connection.put(format_head(request, response));
    if (!may_have_body(request, response.status)) co_return;
    if (response.endless)
        co_await send_endless(connection, *response.source, chunked(request, response));
    else if (response.source)
        co_await send_source(connection, *response.source, response.source_size);
    else if (!response.embedded.empty())
        co_await connection.send(response.embedded);
    else
        co_await connection.send(response.body);
}

awaitable<void> linger(net::Connection& connection)
{
    const auto deadline = Clock::now() + std::chrono::seconds{1};
    std::size_t octets = 0;
    while (octets < most_lingering && Clock::now() < deadline) {
        const std::string_view unread = co_await connection.read_some(until(deadline));
        octets += unread.size();
        connection.consume(unread.size());
    }
}

} // namespace pillarbox::http
