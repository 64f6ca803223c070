#pragma once

#include "server/base/config.hpp"
#include "server/mailauth/dns.hpp"
#include "server/outbound/alarm.hpp"
#include "server/outbound/courier.hpp"
#include "server/outbound/dmarc_reporter.hpp"
#include "server/outbound/pace.hpp"
#include "server/outbound/reporter.hpp"
#include "server/outbound/settings.hpp"
#include "server/outbound/tls_reporter.hpp"
#include "storage/store.hpp"

#include <atomic>
#include <chrono>
#include <cstddef>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace pillarbox::outbound {

/// Sends what is due: claims it and has couriers carry it, a few to each
/// destination and not too many at once. It lives on one reactor; what says "any
/// thread" may be called from elsewhere.
class Runner
{
public:
    /// With `signer`, what senders are told is signed. Throws ConfigError, and
    /// std::runtime_error where DNS cannot be asked.
    Runner(net::Reactor& reactor, storage::Store& store, const Config& config, mailflow::Srs srs,
           mailflow::Signer* signer = nullptr);
    ~Runner();
    Runner(const Runner&) = delete;
    Runner& operator=(const Runner&) = delete;

    /// Once the reactor runs. Any thread.
    void start();

    /// Other settings, for conversations to come. Throws ConfigError, and goes on
    /// with those it had. Any thread.
    void reload(const Config& config);

    /// Claims nothing more; conversations finish the message they are at. Before
    /// the reactor drains. Any thread.
    void drain();

    /// Conversations now.
    std::size_t couriers() const { return couriers_; }

private:
    class Conversation;

    StsPolicies::World policy_world();
    TlsReporter::World report_world();
    boost::asio::awaitable<void> report();
    boost::asio::awaitable<void> run();
    boost::asio::awaitable<void> begin();
    boost::asio::awaitable<bool> begin_on_a_route();
    void spawn_courier(storage::Claim claim);
    boost::asio::awaitable<void> converse(storage::Claim claim);
    void wake();
    bool idle();
    bool smarthost_is_busy();
    std::vector<std::string> busy();
    std::chrono::milliseconds pause();

    net::Reactor& reactor_;
    storage::Store& store_;
    std::unique_ptr<net::Resolver> resolver_;
    mailauth::ResolverDns dns_;
    Reporter reporter_;
    StsPolicies policies_;
    TlsReporter tls_reporter_;
    DmarcReporter dmarc_reporter_;
    std::shared_ptr<const Settings> settings_;
    Alarm alarm_;
    Alarm report_alarm_;
    Pace pace_;
    std::map<std::string, std::size_t> at_; // conversations by destination
    std::atomic<std::size_t> couriers_{0};
    std::size_t at_smarthost_ = 0; // of them
    std::chrono::steady_clock::time_point smarthost_rests_until_{};
    unsigned smarthost_failures_ = 0; // one after the other
    bool draining_ = false;
};

} // namespace pillarbox::outbound
