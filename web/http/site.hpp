#pragma once

#include "server/auth/login.hpp"
#include "server/base/config.hpp"
#include "server/base/log.hpp"
#include "server/net/connection.hpp"
#include "storage/store.hpp"
#include "web/http/exchange.hpp"
#include "web/http/router.hpp"
#include "web/http/setup.hpp"
#include "web/http/streams.hpp"

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace pillarbox::http {

/// What the web stands on. All of it outlives the site.
struct Services
{
    storage::Store& store;
    auth::Login& login;
    std::string hostname;                    // the only name, beside localhost and addresses, that is served
    std::optional<std::uint16_t> https_port; // where plain HTTP sends people; none without an HTTPS listener
    std::string key = {}; // signs cursors; empty: a random one, and old cursors end with the process
    std::filesystem::path transcripts = {}; // where they lie; empty: none are kept
    std::string secret = {};                // the server's key, with which passwords are sealed
    std::string setup_code = {};            // lets its holder set up a server without accounts; may be none
    std::function<std::shared_ptr<const Config>()> config = {}; // as it is now; any thread
    std::chrono::seconds vault{}; // how long what was deleted can be had back; 0: not at all

    /// Gives an entry of the queue back to its sender. Errors: not_found.
    std::function<awaitable<storage::Result<void>>(storage::QueueId)> give_up = {};
};

/// Everything served over HTTP: pages, health, and the routes that web/api
/// adds before the first request. Shared by all reactors afterwards.
class Site
{
public:
    explicit Site(Services services);

    const Services& services() const { return services_; }
    Router& router() { return router_; }
    Streams& streams() const { return streams_; }
    Setup& setup() const { return setup_; }

    /// Where a request's body goes: a file to a spool, if its sender may send one.
    awaitable<Reception> receive(const Request& request) const;

    /// Answers one request, headers of every answer included.
    awaitable<Response> answer(Request request, Log log, bool draining) const;

private:
    awaitable<Response> route(Request request, Log log, bool draining) const;
    awaitable<Response> call(const Router::Route& route, Context context) const;
    awaitable<Response> show_page(const Request& request) const;
    /// Why the caller may not; the context knows who it is otherwise.
    awaitable<std::optional<Response>> authorise(const Router::Route& route, Context& context) const;
    std::optional<Response> check_host(const Request& request) const;
    Response health(const Request& request, bool draining) const;

    Services services_;
    Router router_;
    mutable Streams streams_;
    mutable Setup setup_;
};

/// What a connection must be made with: a minute for the peer to take an answer.
net::Connection::Limits connection_limits();

/// Speaks HTTP/1.1 on a connection until it ends. Never throws; `log` carries
/// session and peer. The site outlives the connection.
awaitable<void> serve(net::Connection& connection, Log log, const Site& site);

} // namespace pillarbox::http
