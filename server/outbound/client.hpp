#pragma once

#include "server/outbound/answer.hpp"
#include "server/outbound/extensions.hpp"
#include "server/outbound/reply_reader.hpp"
#include "storage/body.hpp"
#include "storage/envelope.hpp"

#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace pillarbox::net {
class Connection;
class TlsTrust;
} // namespace pillarbox::net

namespace pillarbox::outbound {

using boost::asio::awaitable;

/// One message, and for whom.
struct Envelope
{
    std::string reverse_path; // empty for the null path
    std::vector<std::string> recipients;
    std::uint64_t size = 0;   // octets
    bool require_tls = false; // REQUIRETLS, RFC 8689: under TLS to a checked server that promises the same
    std::optional<storage::DeliverBy> deliver_by{}; // BY, RFC 2852
    std::chrono::seconds time_left{};               // of that
    storage::ReturnContent return_content{};        // RET, RFC 3461
    std::string envelope_id{};                      // ENVID of that
    std::vector<storage::RcptParameters> asked{};   // NOTIFY and ORCPT of each recipient; or none
};

/// Whether an address of it is one that only SMTPUTF8 (RFC 6531) can carry.
bool beyond_ascii(const Envelope& envelope);

/// How long a server may take, RFC 5321 §4.5.3.2.
struct Patience
{
    std::chrono::seconds greeting{300};
    std::chrono::seconds hello{300};
    std::chrono::seconds mail{300};
    std::chrono::seconds rcpt{300};
    std::chrono::seconds data{120};
    std::chrono::seconds end{600}; // behind the final dot
    std::chrono::seconds quit{10}; // nothing depends on it
    std::chrono::minutes all{60};  // for a message, however slowly it goes
};

/// The client's side of a conversation with another server, which reads like
/// the RFC: it greets, it takes messages, it is left. When the connection ends,
/// what it said is thrown as of net::Connection, and stage() tells how far it was.
class Client
{
public:
    /// How far it came with TLS.
    enum class Tls
    {
        untried, // the conversation was over before, or nobody wanted any
        not_offered,
        failed,
        begun
    };

    struct Options
    {
        std::string own_name;                 // for EHLO
        std::string host;                     // the server's, as its certificate has it
        bool lmtp = false;                    // RFC 2033: each recipient is answered for the message
        const net::TlsTrust* trust = nullptr; // none: TLS is not begun
        bool tls_required = false;
        bool certificate_required = false; // TLS is with nobody but `host`
        bool host_proven = false;          // it is the right host for that mail, beyond doubt
        std::string demanded_by;           // who requires that, for people; may be empty
        std::string user;                  // empty: nobody signs in
        std::string password;
        Patience patience{};
    };

    Client(net::Connection& connection, Options options)
        : connection_(connection), options_(std::move(options))
    {}

    /// Greeting, EHLO, STARTTLS, AUTH. Empty when messages may follow; otherwise
    /// why not. A server that calls itself what we are called is ourselves:
    /// that has failed for good.
    awaitable<std::optional<Answer>> greet();

    /// One message. `answers` are as many as the recipients, and each is set as
    /// soon as it is known for good: when the connection ends, those that are
    /// empty are not.
    awaitable<void> deliver(const Envelope& envelope, storage::MessageReader& message,
                            std::vector<std::optional<Answer>>& answers);

    /// QUIT.
    awaitable<void> quit();

    /// The server has said that it leaves, or what nobody understands.
    bool over() const { return over_; }

    /// What was under way: "waiting for the greeting", and so on.
    std::string_view stage() const { return stage_; }
    /// STARTTLS was answered, and TLS is not there yet.
    bool shaking_hands() const { return shaking_hands_; }
    Tls tls() const { return tls_; }
    /// What was wrong with what the server said last; may be empty.
    std::string_view fault() const { return reader_.fault(); }

private:
    using Answers = std::vector<std::optional<Answer>>;

    awaitable<std::optional<Answer>> hello();
    awaitable<std::optional<Answer>> secure();
    std::string required() const;
    std::optional<Answer> unproven() const;
    awaitable<std::optional<Answer>> sign_in();
    awaitable<ServerReply> ask(std::string command, std::string_view stage, std::chrono::seconds patience);
    awaitable<ServerReply> read_reply(std::string_view stage, std::chrono::seconds patience);

    std::optional<Answer> objection(const Envelope& envelope, bool eight_bit) const;
    awaitable<std::optional<bool>> has_eight_bit(storage::MessageReader& message);
    awaitable<bool> name_recipients(const Envelope& envelope, std::string mail, Answers& answers);
    awaitable<void> send(storage::MessageReader& message);
    awaitable<void> send_chunk(storage::MessageReader& message);
    awaitable<bool> begin_text(storage::MessageReader& message, bool wanted, Answers& answers);
    awaitable<void> read_each(Answers& answers);
    Answer taken(const ServerReply& reply) const;
    awaitable<void> send_text(storage::MessageReader& message, bool wanted, Answers& answers);

    net::Connection& connection_;
    Options options_;
    ReplyReader reader_;
    Extensions offered_;
    std::string_view stage_ = "connecting";
    std::chrono::steady_clock::time_point end_ = std::chrono::steady_clock::time_point::max();
    Tls tls_ = Tls::untried;
    bool shaking_hands_ = false;
    bool over_ = false;
    bool unfinished_ = false; // a transaction, which RSET ends
};

} // namespace pillarbox::outbound
