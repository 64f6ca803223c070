#include "server/outbound/runner.hpp"

#include "server/base/log.hpp"
#include "server/base/metrics.hpp"
#include "server/net/reactor.hpp"
#include "server/net/resolver.hpp"
#include "server/net/timer_wheel.hpp"

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
constexpr std::chrono::milliseconds poll = 2s;     // what verbs in other processes change, nobody tells
constexpr std::chrono::milliseconds trouble = 10s; // after the store could not answer
constexpr std::chrono::seconds longest_rest = 60s; // when it was not reached

storage::Time now()
{
    return std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
}

} // namespace

/// Where the runner waits: for a time, or until it is told.
class Runner::Alarm final : public net::Wheel::Node
{
public:
    explicit Alarm(net::Reactor& reactor) : reactor_(reactor) {}

    void expired() noexcept override { ring(); }

    /// Whoever waits goes on; if nobody does, the next one need not.
    void ring() noexcept
    {
        unlink();
        rung_ = !waiter_.waiting();
        waiter_.resume();
    }

    awaitable<void> wait(std::chrono::milliseconds time)
    {
        if (std::exchange(rung_, false)) co_return;
        reactor_.timers().link(*this, time);
        co_await waiter_.wait();
    }

private:
    net::Reactor& reactor_;
    net::Waiter waiter_;
    bool rung_ = false;
};

Runner::Runner(net::Reactor& reactor, storage::Store& store, const Config& config, mailflow::Srs srs,
               mailflow::Signer* signer)
    : reactor_(reactor),
      store_(store),
      resolver_(
          std::make_unique<net::Resolver>(reactor, net::Resolver::Options{.servers = config.dns.servers})),
      reporter_(store, config.hostname, std::move(srs), signer),
      settings_(settings_of(config)),
      alarm_(std::make_unique<Alarm>(reactor))
{}

Runner::~Runner()
{
    store_.queue().on_queued({});
}

void Runner::start()
{
    metrics::add_gauge("outbound_conversations", "Conversations with other servers now.", {},
                       [this] { return static_cast<double>(couriers_); });
    store_.queue().on_queued([this] { reactor_.post([this] { wake(); }); });
    reactor_.spawn("outbound", run());
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
        wake();
    });
}

void Runner::wake()
{
    alarm_->ring();
}

/// Whether nothing may begin now, whatever is due.
bool Runner::idle() const
{
    if (settings_->mode == Mode::hold || couriers_ >= most_couriers) return true;
    if (settings_->mode == Mode::direct) return false;
    return couriers_ >= most_at_smarthost || Clock::now() < smarthost_rests_until_;
}

std::vector<std::string> Runner::busy() const
{
    std::vector<std::string> names;
    if (settings_->mode == Mode::smarthost) return names;
    for (const auto& [name, conversations] : at_)
        if (conversations >= most_at_destination) names.push_back(name);
    return names;
}

awaitable<void> Runner::run()
{
    while (!draining_) {
        if (idle()) {
            co_await alarm_->wait(poll);
            continue;
        }
        const auto due = co_await store_.queue().next_due(busy());
        if (!due) {
            Log().warning("outbound.queue_unread", {{"reason", due.error().message()}});
            co_await alarm_->wait(trouble);
        } else if (!*due || **due > now()) {
            co_await alarm_->wait(poll);
        } else if (!draining_) {
            co_await begin();
        }
    }
}

/// One conversation more, if there is still something to say.
awaitable<void> Runner::begin()
{
    auto wish = wish_for(*settings_, now());
    wish.busy = busy();
    auto claimed = co_await store_.queue().claim(std::move(wish));
    if (!claimed) {
        Log().warning("outbound.queue_unread", {{"reason", claimed.error().message()}});
        co_await alarm_->wait(trouble);
    } else if (*claimed) {
        reactor_.spawn("courier", converse(std::move(**claimed)));
    }
}

/// A conversation, counted while it lives.
class Runner::Conversation
{
public:
    Conversation(Runner& runner, std::string destination)
        : runner_(runner), destination_(std::move(destination))
    {
        ++runner_.couriers_;
        ++runner_.at_[destination_];
    }
    Conversation(const Conversation&) = delete;
    Conversation& operator=(const Conversation&) = delete;
    ~Conversation()
    {
        --runner_.couriers_;
        const auto at = runner_.at_.find(destination_);
        if (--at->second == 0) runner_.at_.erase(at);
        runner_.wake();
    }

private:
    Runner& runner_;
    const std::string destination_;
};

awaitable<void> Runner::converse(storage::Claim claim)
{
    const Conversation counted(*this, claim.destination);
    Courier::Services services{reactor_, *resolver_, store_.queue(), reporter_};
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
