#pragma once

#include "server/auth/claim.hpp"

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace pillarbox::auth::sasl {

/// What the server brings into an exchange.
struct Terms
{
    std::string mechanisms; // offered here, as EHLO and CAPA list them
    std::string hostname;   // for CRAM-MD5
    std::string key;        // the server's, for SCRAM's salts
    /// The connection's octets for a type of channel binding (RFC 5056), none
    /// for one that it has not; null without TLS.
    std::function<std::string(std::string_view type)> channel_binding;
    std::vector<std::string> certified{}; // addresses that the client's certificate names
    std::string oauth_scope{};            // what a token must be good for; may be empty
    std::string oauth_discovery{};        // URL of what clients can know of the provider; may be empty
};

/// What the server does next in an exchange.
struct Step
{
    enum class Kind
    {
        challenge, // send `text` behind "334 " or "+ ", and read a line
        claim,     // let Login check claim(), and go on with settle()
        done,      // it is as Login said
        cancelled, // the client said "*"
        malformed, // no base64, or not what the mechanism expects
        denied,    // it asks to act for somebody else (RFC 4616 §2), or somebody is between
                   // client and server (RFC 5802 §6): as a wrong password
    };

    Kind kind = Kind::malformed;
    std::string text; // base64, may be empty
};

/// One mechanism's side of an exchange, on decoded octets.
class Mechanism
{
public:
    virtual ~Mechanism() = default;

    /// What the server says when the client sent no initial response.
    virtual Step begin() { return {Step::Kind::challenge, {}}; }
    /// The client's next response, decoded. The text of a challenge is not
    /// encoded yet.
    virtual Step respond(std::string_view response) = 0;
    /// After a claim that held; `signature` is Login's.
    virtual Step accepted(std::string_view /*signature*/) { return {Step::Kind::done, {}}; }
    /// After one that did not. A challenge tells the client more, who has then
    /// nothing to say that would change it.
    virtual Step refused() { return {Step::Kind::done, {}}; }

    const Claim& claim() const { return claim_; }

protected:
    Claim claim_;
};

/// One AUTH exchange in the words of RFC 4954 (SMTP) and RFC 5034 (POP3), from
/// the command's argument to its end. Knows no socket and no store: the session
/// carries lines to and fro, and Login checks the claim.
class Exchange
{
public:
    /// `argument` is what follows AUTH: a mechanism's name and perhaps an
    /// initial response. Nothing for a mechanism that is not offered.
    static std::optional<Exchange> open(std::string_view argument, const Terms& terms);

    /// The first step; an initial response is used up here.
    Step start();
    /// The next one, for a line of the client without its line end.
    Step feed(std::string_view line);
    /// The next one after Step::Kind::claim. `signature` is what proves the
    /// server to the client, where a mechanism knows that; nothing: refused.
    Step settle(const std::optional<std::string>& signature);

    /// Meaningful after Step::Kind::claim.
    const Claim& claim() const { return mechanism_->claim(); }

private:
    Exchange(std::unique_ptr<Mechanism> mechanism, std::optional<std::string> initial)
        : mechanism_(std::move(mechanism)), initial_(std::move(initial))
    {}

    Step respond(std::string_view response);

    std::unique_ptr<Mechanism> mechanism_;
    std::optional<std::string> initial_; // as sent; "=" is an empty one
    bool refused_ = false;
};

/// Those of the configured mechanisms that can be offered on a connection, in
/// one line as EHLO and CAPA list them: SCRAM only where every password of the
/// store can be checked that way, its -PLUS forms only under TLS, and before all
/// others EXTERNAL where a certificate names whom it is for.
std::string offered(const std::vector<std::string>& configured, bool scram, bool secure, bool certified);

/// The longest line of an exchange, in octets with CRLF: RFC 4954 §4.
inline constexpr unsigned longest_line = 12288;

} // namespace pillarbox::auth::sasl
