// What CAPA tells: RFC 2449 §5, and of an account's own terms §6.5 and §6.7.

#include "server/pop3/session.hpp"

#include <algorithm>

namespace pillarbox::pop3 {

awaitable<void> Session::capabilities()
{
    reply::Offer offer = this->offer();
    const auto own = co_await services_.accounts.pop3_extremes();
    const auto& pop3 = services_.config->pop3;
    if (own) {
        // Before somebody has signed in: the largest and the smallest that it
        // can be. Where even that is no delay, nothing is to be told of it.
        const auto delay = std::max(pop3.login_delay, own->login_delay.value_or(pop3.login_delay));
        if (delay.count() > 0) offer.login_delay = delay;
        offer.expire = std::min(pop3.expire, own->expire.value_or(pop3.expire));
        offer.own_login_delay = own->login_delay && !maildrop_;
        offer.own_expire = own->expire && !maildrop_;
    }
    // Otherwise nothing is told, for it could be wrong.
    if (maildrop_) {
        if (offer.login_delay || login_delay_.count() > 0) offer.login_delay = login_delay_;
        offer.expire = expire_;
    }
    connection_.put(reply::capabilities(offer));
}

/// What does not depend on the accounts.
reply::Offer Session::offer() const
{
    return {
        .passwords = passwords_allowed(),
        .mechanisms = services_.login.mechanisms(*services_.config, connection_),
        .stls = stls_possible(),
        .language = language_,
        .implementation = services_.config->pop3.implementation,
    };
}

} // namespace pillarbox::pop3
