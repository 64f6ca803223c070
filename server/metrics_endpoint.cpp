#include "server/metrics_endpoint.hpp"

#include "server/base/metrics.hpp"
#include "web/http/exchange.hpp"

namespace pillarbox {

net::awaitable<void> serve_metrics(net::Connection& connection, Log)
{
    for (;;) {
        http::Incoming incoming = co_await http::read_request(connection);
        http::Response response;
        response.fields.set("Content-Type", "text/plain; version=0.0.4; charset=utf-8");
        if (incoming.refusal) {
            response.status = incoming.refusal->status;
            response.body = incoming.refusal->detail;
        } else if (!incoming.request.safe() || incoming.request.path != "/metrics") {
            response.status = 404;
            response.body = "Metrics are at /metrics.\n";
        } else {
            response.body = metrics::text();
        }
        const bool again = !incoming.refusal && incoming.request.keep_alive;
        if (!again) response.fields.set("Connection", "close");
        co_await http::write_response(connection, incoming.request, std::move(response));
        if (again) continue;
        if (incoming.unread) co_await http::linger(connection);
        co_await connection.flush();
        co_return;
    }
}

} // namespace pillarbox
