#include "server/auth/login.hpp"

#include "server/auth/digest.hpp"
#include "server/auth/login_state.hpp"
#include "server/net/networks.hpp"
#include "server/net/offload.hpp"

#include <boost/asio/post.hpp>

#include <functional>
#include <utility>

namespace pillarbox::auth {

namespace asio = boost::asio;

namespace {

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

Login::Login(storage::Accounts& accounts, const Config& config, std::string key, storage::Events* events)
    : state_(std::make_unique<State>(accounts, config, std::move(key), events))
{}

Login::~Login()
{
    state_->pool.join();
}

awaitable<bool> Login::admits(asio::ip::address peer)
{
    const bool admitted = co_await state_->admit(peer);
    co_return admitted;
}

void Login::was_wrong(const asio::ip::address& peer)
{
    static_cast<void>(state_->wrong(peer)); // it only names it
}

awaitable<Login::Outcome> Login::password(std::string user, std::string password, asio::ip::address peer,
                                          Freshness freshness)
{
    State& state = *state_;
    const bool admitted = co_await state.admit(peer);
    if (!admitted) co_return Failure::throttled;
    if (!acceptable_name(user) || password.empty() || password.size() > longest_password)
        co_return state.wrong(peer);
    if (state.waiting >= longest_queue) co_return Failure::busy;
    const Slot slot(state.waiting);
    if (freshness == Freshness::lately) {
        auto identity = state.recall_identity(user, password, peer);
        if (identity) co_return *std::move(identity);
    }

    auto known = co_await state.find(user);
    if (!known) co_return Failure::busy;
    const Slot turn(state.verifying);
    Verified verified;
    // What is known needs no hash, and so not the pool; but only where no guess is
    // being verified there that is still to be counted.
    if (turn.alone()) verified = state.recall(*known, password, peer);
    if (verified.kind == Verified::Kind::wrong) {
        auto work = [&state, known = *known, password, peer] { return state.verify(known, password, peer); };
        verified = co_await net::offload(state.pool, std::move(work));
    }
    if (verified.kind == Verified::Kind::refused) co_return Failure::throttled;
    if (verified.kind == Verified::Kind::wrong) co_return Failure::credentials;

    const bool recalled = verified.hash.empty(); // no hash was computed
    const storage::Account& account = *known->account;
    if (verified.kind == Verified::Kind::device)
        state.accounts.touch_app_password(account.id, verified.label);
    if (!verified.scram.empty())
        co_await state.keep_scram(account.id, verified.label, std::move(verified.hash),
                                  std::move(verified.scram));
    if (!verified.new_hash.empty()) {
        // Where the store refuses, the sign-in stands, and the next one tries again.
        std::string hash = std::move(verified.new_hash);
        co_await state.accounts.renew_hash(account.id, account.password_hash, std::move(hash));
    }
    Identity identity{.account = account.id,
                      .address = account.address,
                      .device = std::move(verified.label),
                      .admin = account.admin,
                      .pop3 = account.pop3,
                      .suffix = known->suffix};
    // From when it was verified on, no longer. With a suffix there is more to find
    // out than whose maildrop it is.
    if (!recalled && identity.suffix.empty()) state.remember(user, password, identity, known->version);
    co_return identity;
}

awaitable<Login::Outcome> Login::apop(std::string user, std::string timestamp, std::string digest,
                                      asio::ip::address peer)
{
    auto matches = [&state = *state_, timestamp = std::move(timestamp),
                    digest = std::move(digest)](const Known& known) {
        return state.digest_matches(known, digest, [&timestamp](const std::string& secret) {
            return apop_digest(timestamp, secret);
        });
    };
    auto outcome = co_await state_->by_secret(std::move(user), peer, std::move(matches), nullptr);
    co_return outcome;
}

awaitable<Login::Outcome> Login::vouched(std::string user, asio::ip::address peer)
{
    State::Matcher is_somebody = [](const Known& known) {
        return known.account ? std::optional(Match{}) : std::nullopt;
    };
    auto outcome = co_await state_->by_secret(std::move(user), peer, std::move(is_somebody), nullptr);
    co_return outcome;
}

awaitable<Login::Outcome> Login::check(sasl::Exchange& exchange, sasl::Step& next, asio::ip::address peer,
                                       Freshness freshness)
{
    State& state = *state_;
    const Claim claim = exchange.claim();
    std::string signature;
    Outcome outcome = Failure::credentials;
    if (const auto* plain = std::get_if<PasswordClaim>(&claim)) {
        outcome = co_await password(plain->user, plain->password, peer, freshness);
    } else if (const auto* cram = std::get_if<CramClaim>(&claim)) {
        State::Matcher matches = [&state, cram](const Known& known) {
            return state.digest_matches(known, cram->digest, [cram](const std::string& secret) {
                return cram_digest(cram->challenge, secret);
            });
        };
        outcome = co_await state.by_secret(cram->user, peer, std::move(matches), nullptr);
    } else if (const auto* scram = std::get_if<ScramClaim>(&claim)) {
        State::Matcher matches = [&state, scram](const Known& known) {
            return state.scram_matches(known, *scram);
        };
        outcome = co_await state.by_secret(scram->user, peer, std::move(matches), &signature);
    } else if (const auto* token = std::get_if<TokenClaim>(&claim)) {
        outcome = co_await state.by_token(*token, peer);
    } else if (const auto* certificate = std::get_if<CertificateClaim>(&claim)) {
        outcome = co_await vouched(certificate->user, peer);
    }
    // What could not be checked was not refused either: the client hears so at once.
    if (!outcome && outcome.error() != Failure::credentials) {
        next = {sasl::Step::Kind::done, {}};
        co_return outcome;
    }
    next = exchange.settle(outcome ? std::optional(std::move(signature)) : std::nullopt);
    co_return outcome;
}

std::string Login::mechanisms(const Config& config, const net::Connection& connection) const
{
    return sasl::offered(config.auth.mechanisms, state_->scram, connection.secure(),
                         !connection.certified_addresses().empty());
}

sasl::Terms Login::terms(const Config& config, const net::Connection& connection) const
{
    std::string mechanisms = this->mechanisms(config, connection);
    std::function<std::string(std::string_view)> binding;
    if (mechanisms.find("-PLUS") != std::string::npos)
        binding = [&connection](std::string_view type) { return connection.channel_binding(type); };
    return {.mechanisms = std::move(mechanisms),
            .hostname = config.hostname,
            .key = state_->key,
            .channel_binding = std::move(binding),
            .certified = connection.certified_addresses(),
            .oauth_scope = config.auth.oauth_scope,
            .oauth_discovery = discovery_url(config.auth.oauth_issuer)};
}

SignIns& Login::sign_ins()
{
    return state_->sign_ins;
}

awaitable<void> Login::prepare()
{
    return state_->learn_scram();
}

void Login::reload(const Config& config)
{
    auto tokens = TokenCheck::make(config.auth);
    const std::lock_guard lock(state_->mutex);
    state_->tokens = std::move(tokens);
}

void Login::drain()
{
    const std::lock_guard lock(state_->mutex);
    state_->draining = true;
    for (const auto& timer : state_->delays) // each on the thread that waits for it
        asio::post(timer->get_executor(), [timer] { timer->cancel(); });
}

} // namespace pillarbox::auth
