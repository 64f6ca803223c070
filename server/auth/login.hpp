#pragma once

#include "server/auth/identity.hpp"
#include "server/auth/sasl.hpp"
#include "server/auth/sign_ins.hpp"
#include "server/base/config.hpp"
#include "server/net/connection.hpp"
#include "storage/accounts.hpp"

#include <boost/asio/ip/address.hpp>
#include <boost/system/result.hpp>

#include <memory>
#include <optional>
#include <string>

namespace pillarbox::auth {

using boost::asio::awaitable;

/// Whether an identity must be so now, or may be as it was a short while ago:
/// for somebody who is about to ask the store anyway, and says Identity::as_of
/// there. When that has changed, they sign in again.
enum class Freshness
{
    now,
    lately
};

/// Why a sign-in failed. Peers are told no more than this.
enum class Failure
{
    credentials = 1, // unknown name, wrong password, disabled account: no difference
    throttled,       // too many failures from this network (SASL 454, POP3 [SYS/TEMP], HTTP 429)
    busy,            // too many verifications under way, or the store is unavailable
};

const boost::system::error_category& failure_category() noexcept;
boost::system::error_code make_error_code(Failure failure) noexcept;

/// Whether a password may cross this connection: under TLS always, in the clear
/// as `auth.allow_plaintext` says. A protocol that may not, does not offer it.
bool may_send_password(const Config::Auth& rule, bool secure, const boost::asio::ip::address& peer);

/// Checks who someone is, for every protocol alike. Takes the same time for
/// strangers; counts failures by network over all protocols and slows guessing
/// down, never locking an account. Any reactor may call it.
class Login
{
public:
    /// With `events`, who signs in is noted there. Throws ConfigError where tokens
    /// are to be checked with what cannot be used.
    Login(storage::Accounts& accounts, const Config& config, std::string key,
          storage::Events* events = nullptr);
    ~Login();

    using Outcome = boost::system::result<Identity>; // error: Failure

    /// By name and password: the account's, or one of its app passwords. A name
    /// without a domain means that of the server's only domain. Where nobody
    /// has the name, that before its first '+' signs in, as mail for it goes
    /// there; what followed becomes Identity::suffix. May wait as
    /// long as Throttle::longest_delay.
    awaitable<Outcome> password(std::string user, std::string password, boost::asio::ip::address peer,
                                Freshness freshness = Freshness::now);

    /// APOP, RFC 1939 §7: `digest` is the lower-case hex MD5 of `timestamp`
    /// (angle brackets included) followed by the secret. Only app passwords
    /// that were made for it can match.
    awaitable<Outcome> apop(std::string user, std::string timestamp, std::string digest,
                            boost::asio::ip::address peer);

    /// By the word of somebody whom this server believes: a certificate's
    /// signer, or a proxy. Names as of password().
    awaitable<Outcome> vouched(std::string user, boost::asio::ip::address peer);

    /// Whatever an AUTH exchange has brought; tells `exchange` how to go on, and
    /// the exchange may still be cancelled. Otherwise as the two above.
    awaitable<Outcome> check(sasl::Exchange& exchange, sasl::Step& next, boost::asio::ip::address peer,
                             Freshness freshness = Freshness::now);

    /// The SASL mechanisms that are offered on this connection, with spaces
    /// between them.
    std::string mechanisms(const Config& config, const net::Connection& connection) const;

    /// For a secret of another kind that lets its holder in, and is guessed at as
    /// passwords are: false when too much from this network was wrong. May wait as
    /// password() does.
    awaitable<bool> admits(boost::asio::ip::address peer);
    /// Counts one that was wrong.
    void was_wrong(const boost::asio::ip::address& peer);

    /// What an exchange on this connection needs to know. The connection
    /// outlives it.
    sasl::Terms terms(const Config& config, const net::Connection& connection) const;

    /// Where sessions say what came of a sign-in.
    SignIns& sign_ins();

    /// Learns whether SCRAM can be offered: at start, before anybody comes.
    awaitable<void> prepare();

    /// Takes over how tokens are checked, and reads the provider's keys again.
    /// Throws ConfigError, and changes nothing, when they cannot be used. From
    /// any thread.
    void reload(const Config& config);

    /// The server is ending: nobody waits out a delay any longer; who would
    /// have to is refused. From any thread.
    void drain();

private:
    struct State;
    std::unique_ptr<State> state_;
};

} // namespace pillarbox::auth

template <>
struct boost::system::is_error_code_enum<pillarbox::auth::Failure> : std::true_type
{};
