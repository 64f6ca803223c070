// Signing in with a bearer token: the provider says who it is, and the store
// has an account of that address.

#include "server/auth/login_state.hpp"
#include "server/base/account_name.hpp"
#include "server/base/log.hpp"
#include "server/net/offload.hpp"

#include <utility>

namespace pillarbox::auth {

namespace asio = boost::asio;

namespace {

/// Questions to the provider at the same time.
constexpr std::size_t most_questions = 64;

/// Whether a token's claim is that address: all of it, or where it has no
/// domain, its local part. Neither a suffix nor an alias is the same person to
/// the provider.
bool is_address(std::string_view claim, std::string_view address)
{
    const bool short_name = claim.find('@') == std::string_view::npos;
    if (short_name) address = address.substr(0, address.rfind('@'));
    return account_name(claim) == account_name(address);
}

} // namespace

/// What a verdict means for `peer`; a failure is counted here, as verify() does.
TokenUser Login::State::judge_token(TokenVerdict verdict, const asio::ip::address& peer)
{
    if (verdict.kind == TokenVerdict::Kind::unusable) return {.kind = TokenUser::Kind::unavailable};
    // Asked again, since this one may have waited beside many that failed.
    if (refused(peer)) return {.kind = TokenUser::Kind::refused};
    const bool known = verdict.kind == TokenVerdict::Kind::known;
    if (known && acceptable_name(verdict.name))
        return {.kind = TokenUser::Kind::known, .name = std::move(verdict.name)};
    log_refusal(known ? "the account that it names is none" : verdict.why, peer);
    wrong(peer);
    return {};
}

void Login::State::log_refusal(std::string_view why, const asio::ip::address& peer)
{
    Log().info("auth.token_refused", {{"peer", peer.to_string()}, {"reason", why}});
}

awaitable<TokenUser> Login::State::check_token(std::shared_ptr<const TokenCheck> check, std::string token,
                                               asio::ip::address peer)
{
    constexpr TokenUser::Kind unavailable = TokenUser::Kind::unavailable;
    if (check->asks()) {
        // Counted apart: a provider that is slow shall not keep passwords waiting.
        if (asking >= most_questions) co_return TokenUser{.kind = unavailable};
        const Slot slot(asking);
        auto verdict = co_await check->ask(std::move(token));
        co_return judge_token(std::move(verdict), peer);
    }
    if (waiting >= longest_queue) co_return TokenUser{.kind = unavailable};
    const Slot slot(waiting);
    auto work = [this, check, token = std::move(token), peer] {
        if (refused(peer)) return TokenUser{.kind = TokenUser::Kind::refused};
        const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
        return judge_token(check->verify(token, now), peer);
    };
    auto user = co_await net::offload(pool, std::move(work));
    co_return user;
}

awaitable<Login::Outcome> Login::State::by_token(TokenClaim claim, asio::ip::address peer)
{
    const bool admitted = co_await admit(peer);
    if (!admitted) co_return Failure::throttled;
    if (!claim.user.empty() && !acceptable_name(claim.user)) co_return wrong(peer);
    auto check = token_check();
    if (!check) co_return Failure::busy;
    const TokenUser user = co_await check_token(std::move(check), std::move(claim.token), peer);
    if (user.kind == TokenUser::Kind::unavailable) co_return Failure::busy;
    if (user.kind == TokenUser::Kind::refused) co_return Failure::throttled;
    if (user.kind == TokenUser::Kind::wrong) co_return Failure::credentials;

    // Whom the client names, perhaps with a suffix, must be whom the token does.
    const auto known = co_await find(claim.user.empty() ? user.name : std::move(claim.user));
    const auto named = co_await find(user.name);
    if (!known || !named) co_return Failure::busy;
    if (!known->account || !named->account || known->account->id != named->account->id ||
        !is_address(user.name, named->account->address)) {
        log_refusal("it is for another account than the client names, or for none", peer);
        co_return wrong(peer);
    }
    const storage::Account& account = *known->account;
    co_return Identity{.account = account.id,
                       .address = account.address,
                       .device = {},
                       .admin = account.admin,
                       .pop3 = account.pop3,
                       .suffix = known->suffix};
}

std::shared_ptr<const TokenCheck> Login::State::token_check()
{
    const std::lock_guard lock(mutex);
    return tokens;
}

} // namespace pillarbox::auth
