#pragma once

#include "server/base/config.hpp"
#include "server/junk/hook.hpp"
#include "server/net/tls_trust.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/system/result.hpp>

#include <string>

namespace pillarbox::junk {

/// Octets of a message that programs are shown; beyond, they are not asked.
inline constexpr std::uint64_t most_hook_octets = 8ull << 20;

/// Asks the programs of the settings about messages. Any reactor may call it,
/// whose thread it leaves free.
class Hooks
{
public:
    /// Those of `terms`, for good. Throws std::runtime_error with a sentence for
    /// people where the system's authorities are needed and cannot be read.
    explicit Hooks(const Config::Junk& terms);

    /// Whether there is anybody to be asked about a message.
    bool wanted() const { return !terms_.rspamd.host.empty() || !terms_.milters.empty(); }

    /// All that they say together, within Config::Junk::hook_patience each. An
    /// error is a sentence for the log: one did not answer.
    boost::asio::awaitable<boost::system::result<HookAnswer, std::string>> ask(HookQuestion question);

private:
    Config::Junk terms_;
    net::TlsTrust trust_;
};

} // namespace pillarbox::junk
