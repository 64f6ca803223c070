#pragma once

#include "server/net/connection.hpp"
#include "web/http/head.hpp"
#include "web/http/message.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>

namespace pillarbox::http {

constexpr std::size_t largest_body = std::size_t{256} * 1024; // octets of a request's JSON
constexpr std::chrono::seconds head_patience{15};
constexpr std::chrono::seconds body_patience{60};
constexpr std::chrono::minutes upload_patience{30}; // for all of a file, and body_patience for each piece
constexpr std::chrono::seconds idle_patience{60};   // between requests
constexpr std::chrono::seconds write_patience{60};  // for one outbox of an answer

/// A request, or why there is none; then nothing more can be read from the
/// connection, and `request` holds what was understood.
struct Incoming
{
    Request request;
    std::optional<Refusal> refusal;
    std::optional<Response> answer; // already, before its body was read
    bool unread = false;            // the client may still be sending what nobody will read
};

/// Where the body of a request goes once its head is known.
struct Reception
{
    std::uint64_t most = largest_body;     // octets
    std::unique_ptr<storage::Spool> spool; // none: into memory
    std::optional<Response> answer;        // the body is not wanted
};

/// Asked between head and body. None: every body goes into memory.
using Receive = std::function<awaitable<Reception>(const Request& request)>;

/// Reads one request with its body. Beast parses what HeadReader let through.
/// Answers `Expect: 100-continue` before it waits for a body.
awaitable<Incoming> read_request(net::Connection& connection, Receive receive = {});

/// Sends the answer; HEAD, 204 and 304 without the body. Waits for a slow
/// peer. A body that cannot be finished breaks the connection off.
awaitable<void> write_response(net::Connection& connection, const Request& request, Response response);

/// Reads and forgets what the client was still sending, so that the answer
/// before it is not lost to a reset (RFC 9112 §9.6). Bounded in time and size.
awaitable<void> linger(net::Connection& connection);

} // namespace pillarbox::http
