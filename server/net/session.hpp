#pragma once

#include "server/base/log.hpp"
#include "server/net/connection.hpp"
#include "server/net/error.hpp"

#include <functional>
#include <string>

namespace pillarbox::net {

/// Runs one session to its end. The one place where the end of a connection
/// is caught, logged and counted. When the peer can still hear, `farewell` is
/// the last it hears: SMTP says 421; POP3 is silent after a time-out,
/// RFC 1939 §3. A transcript is finished here too. Never throws.
awaitable<void> run_session(Connection& connection, Log log, std::function<awaitable<void>()> dialogue,
                            std::function<std::string(Errc)> farewell);

} // namespace pillarbox::net
