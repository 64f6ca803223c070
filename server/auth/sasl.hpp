#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace pillarbox::auth::sasl {

/// What a client has proved, or claims, once its exchange is over.
struct Credentials
{
    std::string user;
    std::string password;
};

/// What the server does next in an exchange.
struct Step
{
    enum class Kind
    {
        challenge, // send `text` behind "334 " or "+ ", and read a line
        complete,  // credentials() is there to be checked
        cancelled, // the client said "*"
        malformed, // no base64, or not what the mechanism expects
        denied,    // it asks to act for somebody else (RFC 4616 §2): as a wrong password
    };

    Kind kind = Kind::malformed;
    std::string text; // base64, may be empty
};

/// One mechanism's side of an exchange, on decoded octets. CRAM-MD5 and SCRAM
/// fit as well: they challenge first, or more than once.
class Mechanism
{
public:
    virtual ~Mechanism() = default;

    /// What the server says when the client sent no initial response.
    virtual Step begin() = 0;
    /// The client's next response, decoded. The text of a challenge is not
    /// encoded yet.
    virtual Step respond(std::string_view response) = 0;

    const Credentials& credentials() const { return credentials_; }

protected:
    Credentials credentials_;
};

/// One AUTH exchange in the words of RFC 4954 (SMTP) and RFC 5034 (POP3), from
/// the command's argument to credentials. Knows no socket: the session carries
/// lines to and fro.
class Exchange
{
public:
    /// `argument` is what follows AUTH: a mechanism's name and perhaps an
    /// initial response. Nothing for a mechanism that is not offered.
    static std::optional<Exchange> open(std::string_view argument);

    /// The first step; an initial response is used up here.
    Step start();
    /// The next one, for a line of the client without its line end.
    Step feed(std::string_view line);

    /// Meaningful after Step::Kind::complete.
    const Credentials& credentials() const { return mechanism_->credentials(); }

private:
    Exchange(std::unique_ptr<Mechanism> mechanism, std::optional<std::string> initial)
        : mechanism_(std::move(mechanism)), initial_(std::move(initial))
    {}

    Step respond(std::string_view response);

    std::unique_ptr<Mechanism> mechanism_;
    std::optional<std::string> initial_; // as sent; "=" is an empty one
};

/// The mechanisms offered, in one line as EHLO and CAPA list them.
inline constexpr std::string_view mechanisms = "PLAIN LOGIN";

/// The longest line of an exchange, in octets with CRLF: RFC 4954 §4.
inline constexpr unsigned longest_line = 12288;

} // namespace pillarbox::auth::sasl
