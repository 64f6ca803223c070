#pragma once

#include "server/dkim/key_answer.hpp"
#include "server/mailauth/dns.hpp"

#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <string>

namespace pillarbox::mailauth {

/// The keys that are published at `name`, RFC 6376 §3.6.2. A name that is none has
/// none; asks nothing after `latest`, and does not know then.
awaitable<dkim::KeyAnswer> key_at(Dns& dns, std::string name, std::chrono::steady_clock::time_point latest);

} // namespace pillarbox::mailauth
