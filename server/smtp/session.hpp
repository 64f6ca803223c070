#pragma once

#include "server/auth/login.hpp"
#include "server/base/config.hpp"
#include "server/base/log.hpp"
#include "server/mailflow/intake.hpp"
#include "server/net/connection.hpp"
#include "server/net/error.hpp"
#include "server/net/tls.hpp"
#include "server/net/transcript.hpp"
#include "server/smtp/chunk_reader.hpp"
#include "server/smtp/command.hpp"
#include "server/smtp/incoming.hpp"
#include "server/smtp/rate.hpp"
#include "server/smtp/reply.hpp"
#include "server/smtp/xclient.hpp"
#include "storage/store.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/address.hpp>

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace pillarbox::smtp {

using boost::asio::awaitable;

/// What a session works with. Everything referred to outlives every session.
struct Services
{
    /// Port 25 takes mail from other servers for the domains here; submission
    /// (ports 587 and 465, RFC 6409) takes mail from those who sign in; LMTP
    /// (RFC 2033) takes mail for the domains here from a server close by.
    enum class Kind
    {
        relay,
        submission,
        lmtp
    };

    Kind kind = Kind::relay;
    storage::Accounts& accounts;
    storage::Mail& mail;
    mailflow::Intake& intake;
    auth::Login& login;
    Rates& rates;
    net::TlsContext* tls = nullptr; // none: STARTTLS is not offered
    std::shared_ptr<const Config> config;
};

/// How a connection that serve() is to have must be made: command lines of
/// 2048 octets (RFC 5321 §4.5.3.1.4 asks for 512 at least).
net::Connection::Limits connection_limits();

/// One SMTP session, RFC 5321, from the greeting to its end; TLS may be
/// there already (RFC 8314). Run inside net::run_session().
awaitable<void> serve(net::Connection& connection, Log log, Services services);

/// The last words of a session that ends against its will: a 421, RFC 5321 §3.8.
std::string farewell(net::Errc reason);

/// The dialogue. SMTP has no sequence of states: RSET, EHLO and STARTTLS may
/// come at any time. Its state is what exists: a client's name after EHLO, an
/// identity after AUTH, a transaction after MAIL.
class Session
{
public:
    Session(net::Connection& connection, Log log, Services services);

    awaitable<void> run();

private:
    struct Hello
    {
        std::string name; // empty when it may not be written into a trace field
        bool extended = false;
    };

    /// A message between two of its chunks, RFC 3030.
    struct Chunks
    {
        ChunkReader reader;
        Incoming message;
    };

    struct Transaction
    {
        std::string reverse_path;
        storage::MailParameters parameters;
        std::uint64_t declared_size = 0; // octets; 0 when not declared
        bool binary = false;             // BODY=BINARYMIME was said
        std::vector<mailflow::Recipient> recipients;
        bool refused_recipient = false;
        std::optional<Chunks> chunks; // once BDAT has begun

        bool refused() const { return chunks && chunks->message.refusal(); }
    };

    // session.cpp: the dialogue and what is said
    awaitable<bool> speaks_early();
    awaitable<bool> speaks_tls();
    bool comes_too_often();
    awaitable<void> obey(Command command);
    void greet();
    void hello(const Command& command);
    std::string limits() const;
    static std::string future_release();
    awaitable<void> start_tls(Command command);
    awaitable<bool> without_effect();
    void help();
    void say(const Reply& reply);
    void leave(const Reply& reply);
    void expect_hello();
    bool exempted() const;
    std::chrono::seconds patience() const;
    bool submission() const { return services_.kind == Services::Kind::submission; }

    // lmtp.cpp: what RFC 2033 does otherwise
    bool lmtp() const { return services_.kind == Services::Kind::lmtp; }
    bool greets(Verb verb) const;
    Reply hello_first() const;
    std::string_view spoken(bool utf8 = false) const;
    bool welcome();
    Reply no_recipients(const Transaction& transaction) const;
    void answer(std::size_t recipients, const Reply& reply);
    awaitable<void> hand_over_apart(Transaction transaction, std::unique_ptr<storage::Spool> body);

    // transaction.cpp: one message's envelope
    static constexpr unsigned most_messages = 100; // in one session
    static constexpr std::chrono::hours longest_hold{30 * 24};
    awaitable<void> mail(Command command);
    std::optional<Reply> hold(MailCommand& mail) const;
    static std::optional<Reply> limit_time(MailCommand& mail);
    awaitable<void> rcpt(Command command);
    bool spaced_against_will(const Command& command) const;
    void refuse_recipient(Transaction& transaction, const Path& path, const Reply& reply);
    awaitable<bool> is_suppressed(Transaction& transaction, const Path& path);
    awaitable<storage::Result<storage::Route>> route_bounce(mailflow::Srs::Undone original);
    awaitable<storage::Result<storage::Route>> route_bare_postmaster(std::string* domain);

    // data.cpp: its text
    awaitable<void> data(Command command);
    awaitable<void> bdat(Command command);
    std::optional<Reply> no_text_yet() const;
    Incoming begin_message();
    bool from_elsewhere() const;
    Chunks& begin_chunks();
    awaitable<bool> receive_text(Incoming* message);
    awaitable<bool> receive_chunk(Chunks* chunks, std::uint64_t octets);
    static std::chrono::seconds time_left(Incoming::Clock::time_point deadline);
    void say_received(const Chunks& chunks, std::uint64_t octets);
    awaitable<void> accept(Transaction transaction, Incoming message);
    awaitable<void> hand_over(Transaction transaction, Incoming message);
    mailflow::Origin origin(bool utf8 = false) const;
    void refused(storage::EventKind kind, std::string reverse_path, std::string forward_path,
                 const Reply& reply) const;
    void log_verdict(const mailflow::Verdict& verdict, const std::string& reverse_path,
                     std::size_t recipients, std::uint64_t octets) const;

    // on_behalf.cpp: a proxy that says whose mail it is
    bool speaks_for_others() const;
    awaitable<void> xclient(Command command);
    void begin_anew(const XclientCommand& said);

    // submission.cpp: who may send, and as whom
    std::size_t command_line() const;
    bool passwords_allowed() const;
    Reply sign_in_needed() const;
    awaitable<void> authenticate(Command command);
    void signed_in_or_not(const auth::Login::Outcome& outcome, std::string_view user);
    void log_sign_in_failed(const auth::Login::Outcome& outcome, std::string_view user);
    auth::Place place() const;
    void sign_in_failed(const Reply& reply);
    bool message_within_rate();
    bool recipient_within_rate();
    void over_rate(std::string_view limit, std::string_view what, std::chrono::seconds wait);
    awaitable<bool> sender_allowed(auth::Identity sender, Path reverse_path);
    awaitable<bool> authors_allowed(auth::Identity sender, std::string head);

    net::Connection& connection_;
    Log log_;
    Services services_;
    boost::asio::ip::address peer_; // at the other end, or whom XCLIENT named
    bool exempt_;                   // limits.exempt, and LMTP: neither slowed down nor counted
    const Load::Counted counted_;

    std::optional<Hello> hello_;
    std::optional<auth::Identity> identity_;
    std::optional<Transaction> transaction_;
    std::chrono::steady_clock::time_point hello_deadline_;

    bool over_ = false;
    unsigned mistakes_ = 0;
    unsigned unknown_recipients_ = 0;
    unsigned without_effect_ = 0; // EHLO, RSET, NOOP, VRFY, HELP since the last message
    unsigned messages_ = 0;
    unsigned failed_sign_ins_ = 0;
};

} // namespace pillarbox::smtp
