#pragma once

#include "server/pop3/texts.hpp"
#include "storage/types.hpp"

#include <boost/system/error_code.hpp>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

/// Every octet a POP3 client can receive is made here. RFC 1939 §3: a reply
/// line has at most 512 octets with its CRLF.
namespace pillarbox::pop3::reply {

/// "+OK text" or "+OK", with CRLF.
std::string ok(std::string_view text = {});

/// "-ERR text", with CRLF.
std::string error(std::string_view text);
/// "-ERR [CODE] text": a response code of RFC 2449 §8 or RFC 3206.
std::string error(std::string_view code, std::string_view text);
/// "-ERR [SYS/TEMP]" and `text`; or [SYS/PERM], and that the operator must
/// help, where the store has failed and waiting is in vain. RFC 3206 §4.
std::string system_error(boost::system::error_code why, Text text, Language language);

/// The first line a client sees. The timestamp stands last, in the form of a
/// msg-id, for APOP (RFC 1939 §7).
std::string greeting(std::string_view timestamp);

/// Asks for the client's next response, RFC 5034 §4; `text` is base64.
std::string challenge(std::string_view text);

inline constexpr std::string_view crlf = "\r\n";

/// Appends "number size" without CRLF: a scan listing, RFC 1939 §5.
void scan_listing(std::string& text, std::uint32_t number, std::uint64_t octets);
/// Appends "number unique-id" without CRLF, RFC 1939 §7.
void unique_id_listing(std::string& text, std::uint32_t number, const storage::UniqueId& unique_id);

/// What CAPA and AUTH have to know.
struct Offer
{
    bool passwords = false;   // USER and SASL would be accepted as things stand
    std::string mechanisms{}; // of SASL, with spaces between them
    bool stls = false;        // could be begun now
    Language language = Language::english;
    bool implementation = true; // may be told

    // RFC 2449 §6.5 and §6.7; empty: nothing is said of it.
    std::optional<std::chrono::seconds> login_delay{};
    std::optional<std::chrono::days> expire{};
    bool own_login_delay = false; // some accounts have one of their own: who signs in, hears more
    bool own_expire = false;
};

/// CAPA's whole answer, RFC 2449 §5.
std::string capabilities(const Offer& offer);
/// The answer to AUTH without an argument: the mechanisms, as old clients ask.
std::string mechanisms(const Offer& offer);

/// The answer to LANG without an argument, RFC 6856 §3.2: a tag and a name on each line.
std::string languages(Language language);
/// The answer to LANG that changes to `language`: its tag, and a text in it.
std::string language_changed(Language language);

/// The last line of a multi-line reply, RFC 1939 §3.
inline constexpr std::string_view end = ".\r\n";

/// Makes a message's octets a multi-line reply: a line that begins with "." is
/// sent with another in front (RFC 1939 §3), and TOP's end is found. Only CRLF
/// ends a line. Pieces may be cut anywhere.
class Stuffer
{
public:
    /// The whole message.
    Stuffer() = default;
    /// The header section, the empty line, and `body_lines` lines of the body.
    explicit Stuffer(std::uint32_t body_lines) : lines_left_(body_lines) {}

    /// The octets to send for `piece`. They hold until the next call, and no
    /// longer than `piece` itself: mostly they are the very same.
    std::string_view feed(std::string_view piece);

    /// TOP has what it wants: further octets add nothing.
    bool satisfied() const { return satisfied_; }

    /// What goes behind the last piece: the end, on a line of its own.
    std::string finish() const;

private:
    std::string_view up_to_the_last_line(std::string_view piece);
    bool ends_line(std::string_view piece, std::size_t line_feed) const;

    std::optional<std::uint32_t> lines_left_; // TOP only
    bool in_body_ = false;                    // TOP only
    bool satisfied_ = false;
    std::uint64_t line_octets_ = 0; // TOP only: of the line that was cut
    bool at_line_start_ = true;
    char previous_ = '\0'; // the last octet fed
    std::string stuffed_;
};

} // namespace pillarbox::pop3::reply
