#include "server/auth/login_state.hpp"

#include "server/auth/digest.hpp"
#include "server/base/account_name.hpp"
#include "server/base/ascii.hpp"
#include "server/base/precis.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/this_coro.hpp>

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

namespace pillarbox::auth {

namespace asio = boost::asio;

namespace {

/// App passwords of one account that a sign-in is compared with, newest last.
/// More of them would show in the time a wrong password takes.
constexpr std::size_t most_app_passwords = 32;

/// Whom a name may mean.
struct Reading
{
    std::string address;
    std::string suffix;
};

/// The name, its local part prepared as RFC 8265 §3.3 has it and its domain in
/// A-labels; as it came, where that is something else, for accounts from before
/// that was done; and without what follows its first '+'.
std::vector<Reading> readings_of(std::string_view user)
{
    const auto at = std::min(user.rfind('@'), user.size());
    const auto local_part = user.substr(0, at);
    std::string domain;
    if (at < user.size()) domain = account_name(user.substr(at));
    std::vector<Reading> readings{{.address = precis::user_name_to_find(local_part) + domain, .suffix = {}}};
    std::string as_it_came = ascii::to_lower(local_part) + domain;
    if (as_it_came != readings.front().address)
        readings.push_back({.address = std::move(as_it_came), .suffix = {}});
    const auto plus = local_part.find('+');
    if (plus == std::string_view::npos || plus == 0) return readings;
    readings.push_back({.address = precis::user_name_to_find(local_part.substr(0, plus)) + domain,
                        .suffix = std::string(local_part.substr(plus + 1))});
    return readings;
}

std::string number_of(storage::AccountId account)
{
    return std::to_string(static_cast<std::int64_t>(account));
}

} // namespace

bool acceptable_name(std::string_view user)
{
    const auto control = [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; };
    return !user.empty() && user.size() <= longest_user_name &&
           std::none_of(user.begin(), user.end(), control);
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
    const auto readings = readings_of(user);
    std::vector<std::string> addresses;
    for (const Reading& reading : readings)
        addresses.push_back(reading.address);
    auto found = co_await accounts.sign_in(std::move(addresses));
    if (!found) co_return found.error();
    Known known;
    known.version = found->version;
    // One that has the whole name wins, disabled or not.
    if (!found->account || !found->account->enabled) co_return known;
    known.suffix = readings[found->which].suffix;
    known.account = std::move(found->account);
    known.devices = std::move(found->app_passwords);
    if (known.devices.size() > most_app_passwords)
        known.devices.erase(known.devices.begin(), known.devices.end() - most_app_passwords);
    co_return known;
}

/// Who this is, if the password fitted a short while ago; otherwise it may be
/// wrong. In the order of compare().
Verified Login::State::recall(const Known& known, const std::string& password, const asio::ip::address& peer)
{
    // Asked again, since this one may have waited beside many that failed.
    if (refused(peer)) return {.kind = Verified::Kind::refused};
    if (!known.account) return {};
    for (const storage::AppPassword& device : known.devices) {
        if (fits(known.account->id, device.password_hash, password))
            return {.kind = Verified::Kind::device, .label = device.label};
    }
    if (fits(known.account->id, known.account->password_hash, password))
        return {.kind = Verified::Kind::account};
    return {};
}

bool Login::State::fits(storage::AccountId account, const std::string& hash,
                        const std::string& password) const
{
    return fitted.find({number_of(account), hash, password}, std::chrono::steady_clock::now()).has_value();
}

/// Who this was a short while ago, with that name and password; as with recall(),
/// only where no guess is being verified that is still to be counted.
std::optional<Identity> Login::State::recall_identity(const std::string& user, const std::string& password,
                                                      const asio::ip::address& peer)
{
    if (verifying != 0 || refused(peer)) return std::nullopt;
    auto identity = identities.find({user, password}, std::chrono::steady_clock::now());
    if (identity && !identity->device.empty())
        accounts.touch_app_password(identity->account, identity->device);
    return identity;
}

void Login::State::remember(const std::string& user, const std::string& password, Identity identity,
                            storage::SignInVersion as_of)
{
    identity.as_of = as_of;
    identities.remember({user, password}, std::move(identity), std::chrono::steady_clock::now());
}

/// On the pool. A failure is counted here, before the next guess of the same
/// network is looked at.
Verified Login::State::verify(const Known& known, const std::string& password, const asio::ip::address& peer)
{
    Verified verified = recall(known, password, peer);
    if (verified.kind != Verified::Kind::wrong) return verified;
    verified = compare(known, password);
    if (verified.kind == Verified::Kind::wrong)
        wrong(peer);
    else
        fitted.remember({number_of(known.account->id), verified.hash, password}, {},
                        std::chrono::steady_clock::now());
    return verified;
}

/// With all that the name has. App passwords come first: they are cheap to
/// compare, and a device asks far more often than a person.
Verified Login::State::compare(const Known& known, const std::string& password) const
{
    const auto forms = forms_of(password);
    for (const storage::AppPassword& device : known.devices) {
        const auto right = [&](const std::string& form) {
            return verify_password(device.password_hash, form);
        };
        if (known.account && std::ranges::any_of(forms, right))
            return {.kind = Verified::Kind::device,
                    .label = device.label,
                    .hash = device.password_hash,
                    .scram = verifier_of(known, device.label, device.scram, forms.front())};
    }
    const std::string& hash = known.account ? known.account->password_hash : stranger;
    const auto right =
        std::ranges::find_if(forms, [&](const std::string& form) { return verify_password(hash, form); });
    if (!known.account || right == forms.end()) return {};
    // From a time when passwords were not prepared: what is kept, is made anew.
    const bool unprepared = right != forms.begin();
    Verified verified{
        .kind = Verified::Kind::account,
        .hash = known.account->password_hash,
        .scram = verifier_of(known, {}, unprepared ? std::string() : known.account->scram, forms.front())};
    if (!unprepared && !needs_rehash(known.account->password_hash, cost)) return verified;
    try {
        verified.new_hash = hash_password(forms.front(), cost);
    } catch (const std::bad_alloc&) {
        verified.new_hash.clear(); // the old one serves until memory is less short
    }
    return verified;
}

/// A verifier for SCRAM while the password is at hand, where there is none that
/// can be opened.
std::string Login::State::verifier_of(const Known& known, const std::string& label,
                                      const std::string& verifier, const std::string& password) const
{
    const std::string& address = known.account->address;
    if (scram::open_verifier(key, address, label, verifier, scram::Hash::sha256)) return {};
    return scram::make_verifier(key, address, label, password);
}

/// Where the store refuses, the sign-in stands, and the next one tries again.
awaitable<void> Login::State::keep_scram(storage::AccountId account, std::string label, std::string hash,
                                         std::string verifier)
{
    const auto kept =
        co_await accounts.keep_scram(account, std::move(label), std::move(hash), std::move(verifier));
    if (kept && !scram) co_await learn_scram();
}

awaitable<void> Login::State::learn_scram()
{
    const auto all = co_await accounts.scram_for_all();
    if (all) scram = *all; // otherwise it stays unoffered, and passwords do
}

awaitable<Login::Outcome> Login::State::by_secret(std::string user, asio::ip::address peer, Matcher matches,
                                                  std::string* signature)
{
    const bool admitted = co_await admit(peer);
    if (!admitted) co_return Failure::throttled;
    if (!acceptable_name(user)) co_return wrong(peer);

    const auto known = co_await find(std::move(user));
    if (!known) co_return Failure::busy;
    if (refused(peer)) co_return Failure::throttled;
    auto match = matches(*known);
    if (!match) co_return wrong(peer);

    const storage::Account& account = *known->account;
    if (!match->label.empty()) accounts.touch_app_password(account.id, match->label);
    if (signature) *signature = std::move(match->signature);
    co_return Identity{.account = account.id,
                       .address = account.address,
                       .device = std::move(match->label),
                       .admin = account.admin,
                       .pop3 = account.pop3,
                       .suffix = known->suffix};
}

/// The app password that `digest` was made with.
std::optional<Match> Login::State::digest_matches(const Known& known, const std::string& digest,
                                                  const Digest& digest_of) const
{
    std::optional<Match> match;
    for (const storage::AppPassword& device : known.devices) {
        if (device.sealed.empty() || !known.account) continue;
        const auto secret = unseal(key, known.account->address, device.label, device.sealed);
        if (!secret) continue;
        for (const std::string& form : forms_of(*secret)) {
            const std::string expected = digest_of(form);
            if (!expected.empty() && equal_in_constant_time(expected, digest))
                match = Match{device.label, {}};
        }
    }
    return match;
}

/// The account's password, or the app password, that the proof was made with.
std::optional<Match> Login::State::scram_matches(const Known& known, const ScramClaim& claim) const
{
    if (!known.account) return std::nullopt;
    std::optional<Match> match;
    const auto compare = [&](const std::string& label, const std::string& verifier) {
        const auto keys = scram::open_verifier(key, known.account->address, label, verifier, claim.hash);
        if (!keys) return;
        auto signature = scram::check(claim.hash, *keys, claim.messages, claim.proof);
        if (signature) match = Match{label, *std::move(signature)};
    };
    compare({}, known.account->scram);
    for (const storage::AppPassword& device : known.devices)
        compare(device.label, device.scram);
    return match;
}

} // namespace pillarbox::auth
