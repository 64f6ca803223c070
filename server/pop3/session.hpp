#pragma once

#include "server/auth/claim.hpp"
#include "server/auth/login.hpp"
#include "server/base/config.hpp"
#include "server/base/log.hpp"
#include "server/net/connection.hpp"
#include "server/net/error.hpp"
#include "server/net/transcript.hpp"
#include "server/pop3/command.hpp"
#include "server/pop3/faults.hpp"
#include "server/pop3/ledger.hpp"
#include "server/pop3/login_delay.hpp"
#include "server/pop3/maildrop_lock.hpp"
#include "server/pop3/numbering.hpp"
#include "server/pop3/read_ahead.hpp"
#include "server/pop3/reply.hpp"
#include "server/pop3/texts.hpp"
#include "storage/accounts.hpp"
#include "storage/mail.hpp"

#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace pillarbox::pop3 {

using net::awaitable;

/// What a session uses. All of it outlives the session.
struct Services
{
    storage::Mail& mail;
    storage::Accounts& accounts;
    storage::Devices& devices;
    auth::Login& login;
    net::TlsContext* tls = nullptr; // null: no STLS
    std::shared_ptr<const Config> config;
    LoginDelay& logins;
    MaildropLocks& locks;
};

/// How a listener is to make connections for this protocol.
net::Connection::Limits connection_limits();

/// One conversation, greeting to QUIT, for net::run_session(). Under implicit
/// TLS (RFC 8314) the handshake has been made already.
awaitable<void> serve(net::Connection& connection, Log log, Services services);

/// What a client hears when the server ends the conversation, for
/// net::run_session(); nothing after a time-out (RFC 1939 §3).
std::string farewell(net::Errc reason);

/// The session states of RFC 1939 §3, one after the other. Only a QUIT in
/// TRANSACTION leads to UPDATE, so a lost connection deletes nothing (§6).
class Session
{
public:
    Session(net::Connection& connection, Log log, Services services);

    awaitable<void> run();

private:
    enum class Next
    {
        proceed, // to the next state
        leave    // and change nothing
    };

    awaitable<Next> authorization();
    awaitable<Next> transaction();
    awaitable<void> update();

    // authorization.cpp
    void user(const Command& command);
    awaitable<void> pass(const Command& command);
    awaitable<void> apop(const Command& command);
    awaitable<void> authenticate(const Command& command);
    awaitable<void> stls();
    awaitable<void> enter(auth::Login::Outcome outcome, auth::Claim claim);
    awaitable<void> enter_afresh(auth::Claim claim);
    auth::Freshness freshness() const;
    awaitable<storage::Result<storage::MaildropView>> find_view(storage::AccountId account,
                                                                std::string suffix);
    void refuse_unavailable(std::string_view user, const boost::system::error_code& error);
    auth::Place place() const;
    void refuse_login(std::string_view user, std::string_view reason, const std::string& reply);
    std::chrono::seconds login_patience() const;
    std::size_t login_line() const;
    bool passwords_allowed() const;
    bool stls_possible() const;

    // capabilities.cpp
    awaitable<void> capabilities();
    reply::Offer offer() const;

    // session.cpp
    void stat();
    awaitable<void> list(const Command& command);
    awaitable<void> retrieve(const Command& command);
    awaitable<void> mark(const Command& command);
    awaitable<void> last();
    awaitable<bool> number();
    void choose_language(const Command& command);
    std::string messages(std::uint32_t count) const;
    void heard(const net::Line& line, const Command& command);
    void misused(const net::Line& line, const Command& command, Text otherwise);
    bool worn_out();
    bool has_maildrop();
    std::string_view say(Text text) const { return pop3::say(text, language_); }

    net::Connection& connection_;
    Log log_;
    Services services_;
    const Faults faults_;
    Language language_ = Language::english;
    bool utf8_ = false; // the client said UTF8, RFC 6856 §2

    // AUTHORIZATION
    const std::string timestamp_; // for APOP
    const std::chrono::steady_clock::time_point login_deadline_;
    std::string user_; // of USER, until the next PASS
    std::size_t failed_logins_ = 0;
    std::size_t misuses_ = 0;

    // TRANSACTION
    std::unique_ptr<MaildropLocks::Lock> lock_; // null while maildrops are shared
    std::unique_ptr<storage::Maildrop> maildrop_;
    std::chrono::seconds login_delay_{0};               // the account's
    std::chrono::days expire_ = storage::never_expires; // of what the maildrop shows
    std::optional<Numbering> numbering_;                // from the first command that needs it
    Ledger ledger_;
    ReadAhead ahead_;
    std::size_t retrieved_ = 0;
};

} // namespace pillarbox::pop3
