// Signing in with a bearer token: the provider says who it is, and the store
// has an account of that address.

#include "server/auth/login_state.hpp"
#include "server/base/ascii.hpp"
#include "server/base/log.hpp"
#include "server/net/offload.hpp"

#include <utility>

namespace pillarbox::auth {

namespace asio = boost::asio;

namespace {

/// Whether a token's claim is that address: all of it, or where it has no
/// domain, its local part. Neither a suffix nor an alias is the same person to
/// the provider.
bool is_address(std::string_view claim, std::string_view address)
{
    const bool short_name = claim.find('@') == std::string_view::npos;
    return ascii::equal(claim, short_name ? address.substr(0, address.rfind('@')) : address);
}

} // namespace

/// On the pool. A failure is counted here, as verify() does.
TokenUser Login::State::verify_token(const TokenCheck& check, std::string_view token,
                                     const asio::ip::address& peer)
{
    if (refused(peer)) return {.kind = TokenUser::Kind::refused};
    const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
    auto user = check.user_of(token, now);
    if (user && acceptable_name(*user)) return {.kind = TokenUser::Kind::known, .name = *std::move(user)};
    const std::string_view why = user ? "the account that it names is none" : user.error().why;
    log_refusal(why, peer);
    wrong(peer);
    return {};
}

void Login::State::log_refusal(std::string_view why, const asio::ip::address& peer)
{
    Log().info("auth.token_refused", {{"peer", peer.to_string()}, {"reason", why}});
}

awaitable<Login::Outcome> Login::State::by_token(TokenClaim claim, asio::ip::address peer)
{
    const bool admitted = co_await admit(peer);
    if (!admitted) co_return Failure::throttled;
    if (!claim.user.empty() && !acceptable_name(claim.user)) co_return wrong(peer);
    const auto check = token_check();
    if (!check || waiting >= longest_queue) co_return Failure::busy;
    const Slot slot(waiting);

    auto work = [this, check, token = std::move(claim.token), peer] {
        return verify_token(*check, token, peer);
    };
    const TokenUser user = co_await net::offload(pool, std::move(work));
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
    co_return Identity{account.id, account.address, {}, account.admin, known->suffix};
}

std::shared_ptr<const TokenCheck> Login::State::token_check()
{
    const std::lock_guard lock(mutex);
    return tokens;
}

} // namespace pillarbox::auth
