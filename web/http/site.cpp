#include "web/http/site.hpp"

#include "server/base/random.hpp"
#include "server/net/session.hpp"
#include "web/http/assets.hpp"
#include "web/http/exchange.hpp"
#include "web/http/headers.hpp"
#include "web/http/problem.hpp"
#include "web/http/secret.hpp"

#include <chrono>
#include <exception>

namespace pillarbox::http {

namespace {

constexpr std::string_view setup_page = "/setup";

bool is_health(const Request& request)
{
    return request.path == "/healthz" || request.path == "/readyz";
}

Response plain(unsigned status, std::string_view text)
{
    Response response;
    response.status = status;
    response.fields.set("Content-Type", "text/plain; charset=utf-8");
    response.fields.set("Cache-Control", "no-store");
    response.body = text;
    return response;
}

Response wrong_method(const Request& request, std::string_view allow)
{
    auto response = problem(request, 405, "This resource does not know that method.");
    response.fields.set("Allow", allow); // RFC 9110 §10.2.1
    return response;
}

} // namespace

Site::Site(Services services)
    : services_(std::move(services)),
      setup_(services_.store.accounts(), services_.setup_code, services_.config()->limits.exempt)
{
    if (services_.key.empty()) services_.key = random_token();
}

Response Site::health(const Request& request, bool draining) const
{
    if (!request.safe()) return wrong_method(request, "GET, HEAD");
    if (request.path == "/healthz") return plain(200, "ok\n");
    if (draining) return plain(503, "draining\n");
    if (!services_.store.healthy()) return plain(503, "the store has stopped\n");
    return plain(200, "ready\n");
}

std::optional<Response> Site::check_host(const Request& request) const
{
    const auto host = judge_host(request.authority, services_.hostname);
    // A page elsewhere could have its own name point here, and read what it gets.
    if (host == Host::unknown)
        return problem(request, 421, "This server does not answer for that host name.");
    if (request.secure || host == Host::local) return std::nullopt;
    if (!services_.https_port)
        return problem(request, 403,
                       "Without TLS, Pillarbox is served to localhost only. Turn on https.listen.");
    const auto name = host_of(request.authority);
    std::string location = "https://";
    location += name.find(':') == std::string_view::npos ? std::string(name) : "[" + std::string(name) + "]";
    if (*services_.https_port != 443) location += ":" + std::to_string(*services_.https_port);
    location += request.path;
    if (!request.query.empty()) location += "?" + request.query;
    auto response = plain(308, "Use HTTPS.\n");
    response.fields.set("Location", location);
    return response;
}

awaitable<Reception> Site::receive(const Request& request) const
{
    Reception reception;
    const auto match = router_.find(request.method, request.path);
    if (!match.route || match.route->upload == 0) co_return reception;
    // Strangers, and who comes by another host name, do not get to fill the disk.
    reception.answer = check_host(request);
    if (reception.answer) co_return reception;
    Context context;
    context.request = request;
    reception.answer = co_await authorise(*match.route, context);
    if (reception.answer) co_return reception;
    reception.most = match.route->upload;
    if (const auto room = services_.store.mail().has_room(reception.most); !room)
        reception.answer = problem(request, room.error());
    else
        reception.spool = services_.store.mail().new_spool();
    co_return reception;
}

awaitable<Response> Site::call(const Router::Route& route, Context context) const
{
    auto refused = co_await authorise(route, context);
    if (refused) co_return std::move(*refused);
    Response response = co_await route.handler(context);
    co_return response;
}

awaitable<Response> Site::route(Request request, Log log, bool draining) const
{
    if (is_health(request)) co_return health(request, draining);
    auto match = router_.find(request.method, request.path);
    if (!match.route || match.route->access != Access::published) {
        auto refused = check_host(request);
        if (refused) co_return std::move(*refused);
    }
    if (match.malformed) co_return problem(request, 400, "The path is malformed.");
    if (match.route) {
        Context context;
        context.request = std::move(request);
        context.parameters = std::move(match.parameters);
        context.log = log;
        Response response = co_await call(*match.route, std::move(context));
        co_return response;
    }
    if (!match.allow.empty()) co_return wrong_method(request, match.allow);
    if (request.path == "/api" || request.path.starts_with("/api/"))
        co_return problem(request, 404, "The API has no such resource.");
    if (!request.safe()) co_return wrong_method(request, "GET, HEAD");
    const auto* asset = find_asset(request.path);
    if (asset && asset->path != "/index.html" && asset->path != "/frame/message.html")
        co_return serve_asset(request, *asset);
    Response page = co_await show_page(request);
    co_return page;
}

/// A page of the application; a server that nobody has set up yet has one only.
awaitable<Response> Site::show_page(const Request& request) const
{
    const bool waits = co_await setup_.pending();
    if (waits && request.path != setup_page) {
        auto response = plain(303, "This server is to be set up first.\n");
        response.fields.set("Location", setup_page);
        co_return response;
    }
    co_return serve_page(request, waits);
}

awaitable<Response> Site::answer(Request request, Log log, bool draining) const
{
    Request kept; // what finish() and a failure need when the request has moved on
    kept.authority = request.authority;
    kept.secure = request.secure;
    kept.id = request.id;
    Response response;
    std::string failure;
    try {
        response = co_await route(std::move(request), log, draining);
    } catch (const std::exception& error) {
        failure = error.what();
    }
    if (!failure.empty()) {
        log.error("http.failed", {{"request", kept.id}, {"error", failure}});
        response = problem(kept, 500,
                           "Something went wrong here. The server's log has more under this request's name.");
    }
    finish(kept, response);
    co_return response;
}

namespace {

/// One connection's requests, one after the other.
struct Session
{
    net::Connection& connection;
    Log log;
    const Site& site;
    bool in_request = false; // read in part: a time-out is told

    awaitable<void> run();
    awaitable<bool> exchange();
    std::string farewell(net::Errc error) const;
};

awaitable<bool> Session::exchange()
{
    co_await connection.idle(idle_patience);
    in_request = true;
    Receive receive = [this](const Request& request) { return site.receive(request); };
    Incoming incoming = co_await read_request(connection, std::move(receive));
    in_request = false;
    Request& request = incoming.request;
    request.id = random_name(12);
    const auto started = std::chrono::steady_clock::now();

    Request kept; // what the writer needs
    kept.method = request.method;
    kept.minor = request.minor;
    kept.keep_alive = request.keep_alive && !incoming.unread && !connection.draining();
    const std::string path = request.path;

    Response response;
    if (incoming.refusal) {
        response = problem(request, incoming.refusal->status, incoming.refusal->detail);
        finish(request, response);
    } else if (incoming.answer) {
        response = std::move(*incoming.answer);
        finish(request, response);
    } else {
        response = co_await site.answer(std::move(request), log, connection.draining());
    }
    if (response.endless) kept.keep_alive = false;
    const auto status = response.status;
    co_await write_response(connection, kept, std::move(response));
    const auto took = std::chrono::steady_clock::now() - started;
    log.debug("http.request", {{"method", kept.method},
                               {"path", path},
                               {"status", status},
                               {"us", std::chrono::duration_cast<std::chrono::microseconds>(took).count()}});
    if (incoming.unread) {
        co_await connection.flush();
        co_await linger(connection);
    }
    co_return kept.keep_alive;
}

awaitable<void> Session::run()
{
    bool more = true;
    while (more)
        more = co_await exchange();
    co_await connection.flush();
}

std::string Session::farewell(net::Errc error) const
{
    // RFC 9110 §15.5.9. A connection on which nothing was asked just ends.
    if (error != net::Errc::timed_out || !in_request) return {};
    return "HTTP/1.1 408 Request Timeout\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
}

} // namespace

net::Connection::Limits connection_limits()
{
    net::Connection::Limits limits;
    limits.write = write_patience;
    return limits;
}

awaitable<void> serve(net::Connection& connection, Log log, const Site& site)
{
    Session session{connection, log, site};
    std::function<awaitable<void>()> dialogue = [&session] { return session.run(); };
    std::function<std::string(net::Errc)> farewell = [&session](net::Errc error) {
        return session.farewell(error);
    };
    co_await net::run_session(connection, log, std::move(dialogue), std::move(farewell));
}

} // namespace pillarbox::http
