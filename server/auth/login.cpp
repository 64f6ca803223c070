#include "server/auth/login.hpp"

#include "server/auth/digest.hpp"
#include "server/auth/password.hpp"
#include "server/auth/throttle.hpp"
#include "server/base/ascii.hpp"
#include "server/net/networks.hpp"
#include "server/net/offload.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/thread_pool.hpp>

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <mutex>
#include <optional>
#include <set>
#include <string_view>
#include <utility>
#include <vector>

namespace pillarbox::auth {

namespace asio = boost::asio;

namespace {

/// Verifications at the same time. Each takes a core and hash_kib of memory:
/// guessing shall leave the machine usable.
constexpr std::size_t verifying_threads = 2;
/// Sign-ins that may wait for one of them, about two seconds' worth.
constexpr std::size_t longest_queue = 256;
/// App passwords of one account that a sign-in is compared with, newest last.
/// More of them would show in the time a wrong password takes.
constexpr std::size_t most_app_passwords = 32;

class Category final : public boost::system::error_category
{
public:
    const char* name() const noexcept override { return "pillarbox.auth"; }
    std::string message(int value) const override
    {
        switch (static_cast<Failure>(value)) {
        case Failure::credentials:
            return "wrong name or password";
        case Failure::throttled:
            return "too many failed sign-ins from this network, try again later";
        case Failure::busy:
            return "too many sign-ins at once, try again later";
        }
        return "unknown failure";
    }
};

bool acceptable_name(std::string_view user)
{
    const auto control = [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; };
    return !user.empty() && user.size() <= longest_user_name &&
           std::none_of(user.begin(), user.end(), control);
}

/// What the store knows of a name.
struct Known
{
    std::optional<storage::Account> account; // none: a stranger, or disabled
    std::vector<storage::AppPassword> devices;
    std::string suffix; // of Identity
};

/// Whom a name may mean.
struct Reading
{
    std::string address;
    std::string suffix;
};

/// The name as it stands, and without what follows its first '+'.
std::vector<Reading> readings_of(std::string_view user)
{
    std::vector<Reading> readings{{.address = ascii::to_lower(user), .suffix = {}}};
    const auto at = std::min(user.rfind('@'), user.size());
    const auto local_part = user.substr(0, at);
    const auto plus = local_part.find('+');
    if (plus == std::string_view::npos || plus == 0) return readings;
    readings.push_back(
        {.address = ascii::to_lower(local_part.substr(0, plus)) + ascii::to_lower(user.substr(at)),
         .suffix = std::string(local_part.substr(plus + 1))});
    return readings;
}

/// What verifying came to.
struct Verified
{
    enum class Kind
    {
        wrong,
        refused, // the network failed too often while this one waited
        account,
        device
    };

    Kind kind = Kind::wrong;
    std::string label{};    // of the device
    std::string new_hash{}; // when the account's deserves a better one
};

/// One more sign-in under way, for as long as it lives.
class Slot
{
public:
    explicit Slot(std::atomic<std::size_t>& count) : count_(count) { ++count_; }
    Slot(const Slot&) = delete;
    Slot& operator=(const Slot&) = delete;
    ~Slot() { --count_; }

private:
    std::atomic<std::size_t>& count_;
};

} // namespace

const boost::system::error_category& failure_category() noexcept
{
    static const Category category;
    return category;
}

boost::system::error_code make_error_code(Failure failure) noexcept
{
    return {static_cast<int>(failure), failure_category()};
}

bool may_send_password(const Config::Auth& rule, bool secure, const asio::ip::address& peer)
{
    if (secure) return true;
    switch (rule.allow_plaintext) {
    case Config::Auth::Plaintext::never:
        return false;
    case Config::Auth::Plaintext::always:
        return true;
    case Config::Auth::Plaintext::loopback:
        break;
    }
    // A socket for both families shows ::ffff:127.0.0.1.
    return net::plain_address(peer).is_loopback();
}

struct Login::State
{
    State(storage::Accounts& accounts_, const Config& config, std::string key_)
        : accounts(accounts_),
          cost{config.auth.hash_passes, config.auth.hash_kib},
          key(std::move(key_)),
          stranger(hash_password("nobody has this password", cost)),
          throttle(config.limits.exempt)
    {}

    bool refused(const asio::ip::address& peer);
    Failure wrong(const asio::ip::address& peer);
    awaitable<bool> admit(asio::ip::address peer);
    awaitable<void> wait(std::chrono::seconds time);
    awaitable<storage::Result<Known>> find(std::string user);
    Verified verify(const Known& known, const std::string& password, const asio::ip::address& peer);
    std::optional<std::string> digest_matches(const Known& known, const std::string& timestamp,
                                              const std::string& digest) const;

    storage::Accounts& accounts;
    const HashCost cost;
    const std::string key;
    const std::string stranger; // a hash that no password fits, as costly as any

    std::mutex mutex; // guards the three below
    Throttle throttle;
    std::set<std::shared_ptr<asio::steady_timer>> delays;
    bool draining = false;

    std::atomic<std::size_t> waiting{0};
    asio::thread_pool pool{verifying_threads}; // last: joins before the rest goes
};

Login::Login(storage::Accounts& accounts, const Config& config, std::string key)
    : state_(std::make_unique<State>(accounts, config, std::move(key)))
{}

Login::~Login()
{
    state_->pool.join();
}

awaitable<Login::Outcome> Login::password(std::string user, std::string password, asio::ip::address peer)
{
    State& state = *state_;
    const bool admitted = co_await state.admit(peer);
    if (!admitted) co_return Failure::throttled;
    if (!acceptable_name(user) || password.empty() || password.size() > longest_password)
        co_return state.wrong(peer);
    if (state.waiting >= longest_queue) co_return Failure::busy;
    const Slot slot(state.waiting);

    auto known = co_await state.find(std::move(user));
    if (!known) co_return Failure::busy;
    auto work = [&state, known = *known, password = std::move(password), peer] {
        return state.verify(known, password, peer);
    };
    Verified verified = co_await net::offload(state.pool, std::move(work));
    if (verified.kind == Verified::Kind::refused) co_return Failure::throttled;
    if (verified.kind == Verified::Kind::wrong) co_return Failure::credentials;

    const storage::Account& account = *known->account;
    if (verified.kind == Verified::Kind::device)
        state.accounts.touch_app_password(account.id, verified.label);
    if (!verified.new_hash.empty()) {
        // Where the store refuses, the sign-in stands, and the next one tries again.
        std::string hash = std::move(verified.new_hash);
        co_await state.accounts.renew_hash(account.id, account.password_hash, std::move(hash));
    }
    co_return Identity{account.id, account.address, std::move(verified.label), account.admin, known->suffix};
}

awaitable<Login::Outcome> Login::apop(std::string user, std::string timestamp, std::string digest,
                                      asio::ip::address peer)
{
    State& state = *state_;
    const bool admitted = co_await state.admit(peer);
    if (!admitted) co_return Failure::throttled;
    if (!acceptable_name(user)) co_return state.wrong(peer);

    const auto known = co_await state.find(std::move(user));
    if (!known) co_return Failure::busy;
    if (state.refused(peer)) co_return Failure::throttled;
    auto label = state.digest_matches(*known, timestamp, digest);
    if (!label) co_return state.wrong(peer);

    const storage::Account& account = *known->account;
    state.accounts.touch_app_password(account.id, *label);
    co_return Identity{account.id, account.address, *std::move(label), account.admin, known->suffix};
}

void Login::drain()
{
    const std::lock_guard lock(state_->mutex);
    state_->draining = true;
    for (const auto& timer : state_->delays) // each on the thread that waits for it
        asio::post(timer->get_executor(), [timer] { timer->cancel(); });
}

bool Login::State::refused(const asio::ip::address& peer)
{
    const std::lock_guard lock(mutex);
    return throttle.check(peer, std::chrono::steady_clock::now()).refused;
}

/// Counts a failure and names it.
Failure Login::State::wrong(const asio::ip::address& peer)
{
    const std::lock_guard lock(mutex);
    throttle.failed(peer, std::chrono::steady_clock::now());
    return Failure::credentials;
}

/// False when nothing from `peer` is looked at now; otherwise when its delay,
/// if it has one, is over.
awaitable<bool> Login::State::admit(asio::ip::address peer)
{
    Throttle::Verdict verdict;
    {
        const std::lock_guard lock(mutex);
        verdict = throttle.check(peer, std::chrono::steady_clock::now());
        if (verdict.delay.count() > 0 && draining) verdict.refused = true;
    }
    if (verdict.refused) co_return false;
    if (verdict.delay.count() == 0) co_return true;
    co_await wait(verdict.delay);
    const std::lock_guard lock(mutex);
    co_return !draining && !throttle.check(peer, std::chrono::steady_clock::now()).refused;
}

awaitable<void> Login::State::wait(std::chrono::seconds time)
{
    const auto executor = co_await asio::this_coro::executor;
    const auto timer = std::make_shared<asio::steady_timer>(executor, time);
    {
        const std::lock_guard lock(mutex);
        if (draining) co_return;
        delays.insert(timer);
    }
    [[maybe_unused]] const auto ended = co_await timer->async_wait(asio::as_tuple(asio::deferred));
    const std::lock_guard lock(mutex);
    delays.erase(timer);
}

/// The account of that name with its app passwords. A stranger is no error,
/// and costs as many questions to the store.
awaitable<storage::Result<Known>> Login::State::find(std::string user)
{
    if (user.find('@') == std::string::npos) {
        const auto domains = co_await accounts.domains();
        if (!domains) co_return domains.error();
        if (domains->size() == 1) user += '@' + domains->front().name;
    }
    Known known;
    bool found = false;
    // Each is asked for, whichever there is: the time says nothing. One that
    // has the whole name wins, disabled or not.
    for (const Reading& reading : readings_of(user)) {
        auto account = co_await accounts.find(reading.address);
        if (!account && account.error() != storage::Errc::not_found) co_return account.error();
        if (!account || found) continue;
        found = true;
        known.suffix = reading.suffix;
        if (account->enabled) known.account = *std::move(account);
    }

    const storage::AccountId id = known.account ? known.account->id : storage::AccountId{};
    auto devices = co_await accounts.app_passwords(id);
    if (devices)
        known.devices = *std::move(devices);
    else if (devices.error() != storage::Errc::not_found)
        co_return devices.error();
    if (known.devices.size() > most_app_passwords)
        known.devices.erase(known.devices.begin(), known.devices.end() - most_app_passwords);
    co_return known;
}

/// On the pool. App passwords come first: they are cheap to compare, and a
/// device asks far more often than a person. A failure is counted here, before
/// the next guess of the same network is looked at.
Verified Login::State::verify(const Known& known, const std::string& password, const asio::ip::address& peer)
{
    // Asked again, since this one may have waited beside many that failed.
    if (refused(peer)) return {.kind = Verified::Kind::refused};
    for (const storage::AppPassword& device : known.devices) {
        if (verify_password(device.password_hash, password))
            return {.kind = Verified::Kind::device, .label = device.label};
    }
    const bool right = verify_password(known.account ? known.account->password_hash : stranger, password);
    if (!known.account || !right) {
        wrong(peer);
        return {};
    }
    Verified verified{.kind = Verified::Kind::account};
    if (!needs_rehash(known.account->password_hash, cost)) return verified;
    try {
        verified.new_hash = hash_password(password, cost);
    } catch (const std::bad_alloc&) {
        verified.new_hash.clear(); // the old one serves until memory is less short
    }
    return verified;
}

/// The label of the app password that `digest` was made with.
std::optional<std::string> Login::State::digest_matches(const Known& known, const std::string& timestamp,
                                                        const std::string& digest) const
{
    std::optional<std::string> label;
    for (const storage::AppPassword& device : known.devices) {
        if (device.sealed.empty() || !known.account) continue;
        const auto secret = unseal(key, known.account->address, device.label, device.sealed);
        if (!secret) continue;
        const std::string expected = apop_digest(timestamp, *secret);
        if (!expected.empty() && equal_in_constant_time(expected, digest)) label = device.label;
    }
    return label;
}

} // namespace pillarbox::auth
