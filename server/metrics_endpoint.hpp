#pragma once

#include "server/base/log.hpp"
#include "server/net/connection.hpp"

namespace pillarbox {

/// Answers GET /metrics in Prometheus' text format, and nothing else, until
/// the peer leaves. For a listener that only the operator's network reaches.
net::awaitable<void> serve_metrics(net::Connection& connection, Log log);

} // namespace pillarbox
