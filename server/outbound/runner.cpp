#include "server/outbound/runner.hpp"

#include "server/base/log.hpp"
#include "server/base/metrics.hpp"
#include "server/net/reactor.hpp"
#include "server/net/resolver.hpp"
#include "server/outbound/dice.hpp"

#include <algorithm>
#include <utility>

namespace pillarbox::outbound {

namespace {

using namespace std::chrono_literals;
using Mode = Config::Outbound::Mode;
using Clock = std::chrono::steady_clock;
using boost::asio::awaitable;

constexpr std::size_t most_couriers = 100;     // each with a connection and a message in memory
constexpr std::size_t most_at_destination = 5; // conversations
constexpr std::size_t most_at_smarthost = 20;
constexpr std::chrono::milliseconds poll = 2s;           // what verbs in other processes change, nobody tells
constexpr std::chrono::milliseconds trouble = 10s;       // after the store could not answer
constexpr std::chrono::seconds longest_rest = 60s;       // when it was not reached
constexpr std::chrono::milliseconds report_poll = 30min; // for a day that is over

} // namespace

Runner::Runner(net::Reactor& reactor, storage::Store& store, const Config& config, mailflow::Srs srs,
               mailflow::Signer* signer)
    : reactor_(reactor),
      store_(store),
      resolver_(std::make_unique<net::Resolver>(
          reactor, net::Resolver::Options{.servers = config.dns.servers,
                                          .trust_anchor = config.dns.trust_anchor.string()})),
      dns_(*resolver_),
      reporter_(store, config.hostname, std::move(srs), signer),
      policies_(store.tls_facts(), policy_world()),
      tls_reporter_(store, config.hostname, signer, report_world()),
      dmarc_reporter_(store, config.hostname, signer, dns_),
      settings_(settings_of(config)),
      alarm_(reactor),
      report_alarm_(reactor)
{}

Runner::~Runner()
{
    store_.queue().on_queued({});
}

/// Whom policies are asked of; with the settings of that moment.
StsPolicies::World Runner::policy_world()
{
    const auto fetch = [this](std::string domain) -> awaitable<StsPolicies::Fetched> {
        const auto settings = settings_; // which a reload replaces
        auto fetched = co_await fetch_sts_policy(*resolver_, *settings->authorities, settings->mta_sts_port,
                                                 std::move(domain));
        co_return fetched;
    };
    return {.txt = [this](std::string name) { return resolver_->txt(std::move(name)); },
            .fetch = fetch,
            .now = storage::now};
}

TlsReporter::World Runner::report_world()
{
    const auto post = [this](std::string uri, std::string octets) -> awaitable<TlsReporter::Posted> {
        const auto settings = settings_;
        auto posted =
            co_await post_tls_report(*resolver_, *settings->authorities, std::move(uri), std::move(octets));
        co_return posted;
    };
    return {.txt = [this](std::string name) { return resolver_->txt(std::move(name)); }, .post = post};
}

void Runner::start()
{
    metrics::add_gauge("outbound_conversations", "Conversations with other servers now.", {},
                       [this] { return static_cast<double>(couriers_); });
    store_.queue().on_queued([this] { reactor_.post([this] { wake(); }); });
    reactor_.spawn("outbound", run());
    reactor_.spawn("reports", report());
}

void Runner::reload(const Config& config)
{
    auto loaded = settings_of(config);
    reactor_.post([this, loaded = std::move(loaded)] {
        settings_ = loaded;
        smarthost_rests_until_ = {};
        wake();
    });
}

void Runner::drain()
{
    store_.queue().on_queued({});
    reactor_.post([this] {
        draining_ = true;
        tls_reporter_.stop();
        dmarc_reporter_.stop();
        report_alarm_.ring();
        wake();
    });
}

void Runner::wake()
{
    alarm_.ring();
}

/// Whether nothing may begin now, whatever is due.
bool Runner::idle()
{
    if (settings_->mode == Mode::hold || couriers_ >= most_couriers || pace_.full(Clock::now())) return true;
    if (!settings_->together()) return false;
    return smarthost_is_busy() || Clock::now() < smarthost_rests_until_;
}

/// Whether the smarthost has all the conversations it may have, whatever domains they are for,
/// or all the messages for now.
bool Runner::smarthost_is_busy()
{
    if (at_smarthost_ >= most_at_smarthost) return true;
    return settings_->smarthost && pace_.rests(settings_->pace.lane_of({}), Clock::now());
}

/// Destinations that get no further conversation now.
std::vector<std::string> Runner::busy()
{
    if (settings_->together()) return {};
    std::vector<std::string> names = pace_.resting(Clock::now());
    for (const auto& [name, conversations] : at_)
        if (conversations >= most_at_destination) names.push_back(name);
    return names;
}

/// How long there is nothing to do, as far as one knows here.
std::chrono::milliseconds Runner::pause()
{
    const auto now = Clock::now();
    const auto next = pace_.next(now);
    return next ? std::min(poll, std::chrono::ceil<std::chrono::milliseconds>(*next - now)) : poll;
}

awaitable<void> Runner::run()
{
    while (!draining_) {
        if (idle()) {
            co_await alarm_.wait(pause());
            continue;
        }
        if (smarthost_is_busy()) { // with routes beside it
            const bool begun = co_await begin_on_a_route();
            if (!begun) co_await alarm_.wait(pause());
            continue;
        }
        const auto due = co_await store_.queue().next_due(busy());
        if (!due) {
            Log().warning("outbound.queue_unread", {{"reason", due.error().message()}});
            co_await alarm_.wait(trouble);
        } else if (!*due || **due > storage::now()) {
            co_await alarm_.wait(pause());
        } else if (!draining_) {
            co_await begin();
        }
    }
}

/// Each day's reports, some time after it is over: not all servers of the world at
/// once, RFC 8460 §4.1.
awaitable<void> Runner::report()
{
    const auto up_to = [](double hours) {
        return std::chrono::seconds(static_cast<int>(dice() * hours * 60 * 60));
    };
    const auto tls_delay = up_to(4);
    const auto dmarc_delay = up_to(20);
    while (!draining_) {
        if (settings_->tls_reports) co_await tls_reporter_.report_due(storage::now() - tls_delay);
        if (settings_->dmarc_reports != DmarcReports::off) {
            dmarc_reporter_.write_as(settings_->dmarc_reports);
            co_await dmarc_reporter_.report_due(storage::now() - dmarc_delay);
        }
        co_await report_alarm_.wait(report_poll);
    }
}

/// One conversation more, if there is still something to say.
awaitable<void> Runner::begin()
{
    auto wish = wish_for(*settings_, storage::now());
    wish.busy = busy();
    auto claimed = co_await store_.queue().claim(std::move(wish));
    if (!claimed) {
        Log().warning("outbound.queue_unread", {{"reason", claimed.error().message()}});
        co_await alarm_.wait(trouble);
    } else if (*claimed) {
        spawn_courier(std::move(**claimed));
    }
}

void Runner::spawn_courier(storage::Claim claim)
{
    pace_.book(settings_->pace.lane_of(claim.destination), Clock::now());
    reactor_.spawn("courier", converse(std::move(claim)));
}

/// The same for a domain that has a route. Whether one began.
awaitable<bool> Runner::begin_on_a_route()
{
    const auto settings = settings_; // which a reload replaces
    const auto full = busy();
    for (const auto& [domain, relay] : settings->routes) {
        if (draining_) break;
        if (std::ranges::find(full, domain) != full.end()) continue;
        auto wish = wish_for(*settings, storage::now());
        wish.destination = domain;
        auto claimed = co_await store_.queue().claim(std::move(wish));
        if (!claimed) {
            Log().warning("outbound.queue_unread", {{"reason", claimed.error().message()}});
            co_return false;
        }
        if (!*claimed) continue;
        spawn_courier(std::move(**claimed));
        co_return true;
    }
    co_return false;
}

/// A conversation, counted while it lives.
class Runner::Conversation
{
public:
    Conversation(Runner& runner, std::string destination)
        : runner_(runner),
          destination_(std::move(destination)),
          at_smarthost_(runner.settings_->smarthost && !runner.settings_->routes.contains(destination_))
    {
        ++runner_.couriers_;
        if (at_smarthost_) ++runner_.at_smarthost_;
        ++runner_.at_[destination_];
    }
    Conversation(const Conversation&) = delete;
    Conversation& operator=(const Conversation&) = delete;
    ~Conversation()
    {
        --runner_.couriers_;
        if (at_smarthost_) --runner_.at_smarthost_;
        const auto at = runner_.at_.find(destination_);
        if (--at->second == 0) runner_.at_.erase(at);
        runner_.wake();
    }

private:
    Runner& runner_;
    const std::string destination_;
    const bool at_smarthost_; // as the settings were when it began
};

awaitable<void> Runner::converse(storage::Claim claim)
{
    const Conversation counted(*this, claim.destination);
    Courier::Services services{reactor_,
                               *resolver_,
                               store_.queue(),
                               reporter_,
                               {*resolver_, policies_, store_.tls_facts(), store_.tallies()},
                               pace_};
    Courier courier(services, settings_);
    co_await courier.carry(std::move(claim));
    if (!courier.unreached()) {
        smarthost_failures_ = 0;
        co_return;
    }
    constexpr unsigned most_doublings = 6;
    const auto pause = 1s * (1 << std::min(smarthost_failures_++, most_doublings));
    smarthost_rests_until_ = Clock::now() + std::min<std::chrono::seconds>(pause, longest_rest);
}

} // namespace pillarbox::outbound
