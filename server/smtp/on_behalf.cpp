// XCLIENT: a proxy that speaks SMTP itself says whose mail it passes on. What
// the PROXY header does before a session, this does inside one.

#include "server/net/networks.hpp"
#include "server/smtp/session.hpp"

#include <utility>

namespace pillarbox::smtp {

namespace {

constexpr Reply not_authorised{550, "5.7.1", "XCLIENT is not for your address: see xclient.from"};
constexpr Reply xclient_in_transaction{503, "5.5.1", "finish the mail transaction, or RSET, before XCLIENT"};
constexpr Reply no_such_login{550, "5.7.1", "LOGIN must be the address of an account that may sign in"};

} // namespace

/// Whether who really is at the other end may use XCLIENT: it stays so once it
/// has named somebody else.
bool Session::speaks_for_others() const
{
    return net::NetworkSet(services_.config->xclient.from).contains(connection_.peer());
}

awaitable<void> Session::xclient(Command command)
{
    if (!speaks_for_others()) co_return say(not_authorised);
    if (transaction_) co_return say(xclient_in_transaction);
    const auto said = parse_xclient(command.argument);
    if (!said) co_return say(said.error());
    std::optional<auth::Identity> identity;
    if (submission() && said->login && !said->login->empty()) {
        const auto outcome = co_await services_.login.vouched(*said->login, connection_.peer());
        if (!outcome) {
            log_sign_in_failed(outcome, *said->login);
            co_return say(outcome.error() == auth::Failure::credentials ? no_such_login : unavailable);
        }
        identity = *outcome;
    }
    begin_anew(*said);
    if (identity) {
        log_.info("smtp.login", {{"user", identity->address}, {"by", "XCLIENT"}});
        if (connection_.transcript())
            connection_.transcript()->signed_in(identity->address,
                                                static_cast<std::int64_t>(identity->account));
        services_.login.sign_ins().succeeded(*identity, place());
        identity_ = std::move(identity);
    }
    greet();
}

/// A session as after the greeting, with another client.
void Session::begin_anew(const XclientCommand& said)
{
    if (said.address)
        peer_ = said.address->empty() ? boost::asio::ip::address()
                                      : net::plain_address(boost::asio::ip::make_address(*said.address));
    exempt_ = exempted();
    identity_.reset();
    hello_.reset();
    // A proxy that names the client's HELO need not say its own.
    if (said.helo) hello_ = Hello{traceable_name(*said.helo) ? *said.helo : std::string(), said.extended};
    expect_hello();
    mistakes_ = unknown_recipients_ = without_effect_ = messages_ = failed_sign_ins_ = 0;
    log_ = log_.with({"client", peer_.to_string()});
    log_.info("smtp.xclient");
}

} // namespace pillarbox::smtp
