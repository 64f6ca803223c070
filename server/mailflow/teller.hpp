#pragma once

#include "server/base/config.hpp"
#include "server/base/log.hpp"
#include "server/junk/webhook.hpp"
#include "server/net/tls_trust.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <cstddef>
#include <deque>
#include <string>

namespace pillarbox::mailflow {

/// Tells a webhook of messages that were accepted, one after the other, after
/// their senders were answered. Nobody waits for it and nothing is kept of it on disk:
/// what it does not take is told again, 5 times in some minutes, and the rest waits
/// behind that; then it is logged, and that is all.
class Teller
{
public:
    /// `executor` is where run() runs. Throws ConfigError when the secret cannot
    /// be read.
    Teller(boost::asio::any_io_executor executor, const Config::Junk& terms);

    /// Whether there is a webhook.
    bool wanted() const { return !url_.host.empty(); }

    /// Is told later. Any thread; of a flood some are left out.
    void tell(const junk::webhook::Accepted& message);

    /// Until stop(). Once.
    boost::asio::awaitable<void> run();

    /// Lets run() end once it has told what it is at. Any thread.
    void stop();

private:
    enum class Outcome
    {
        told,
        again, // it could not take it now
        never  // it does not want it
    };

    boost::asio::awaitable<Outcome> post(std::string body);
    void settle(Outcome outcome);

    HttpUrl url_;
    std::string secret_;
    std::chrono::seconds patience_;
    net::TlsTrust trust_;
    Log log_;
    boost::asio::steady_timer timer_; // this and the rest on run()'s thread only
    std::deque<std::string> waiting_;
    unsigned tries_ = 0; // of the first of them
    std::chrono::steady_clock::time_point not_before_{};
    bool stopped_ = false;
};

} // namespace pillarbox::mailflow
