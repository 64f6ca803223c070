#include "server/mime/builder.hpp"

#include "server/base/ascii.hpp"
#include "server/base/utf8_text.hpp"
#include "server/mime/characters.hpp"
#include "server/mime/date.hpp"
#include "server/mime/field_writer.hpp"
#include "server/mime/flowed.hpp"
#include "server/mime/transfer_encoder.hpp"

#include <algorithm>
#include <array>

namespace pillarbox::mime {

namespace {

constexpr std::size_t longest_text_line = 998; // octets, RFC 5322 §2.1.1

/// Whether text may travel as it is, 7bit (RFC 2045 §2.7) or 8bit (§2.8).
bool fits_as_it_is(std::string_view text, HeaderForm form)
{
    std::size_t line = 0;
    for (const char c : text) {
        const auto octet = static_cast<unsigned char>(c);
        line = c == '\n' ? 0 : line + 1;
        if (line > longest_text_line) return false;
        if (octet >= 0x80 && form == HeaderForm::ascii) return false;
        if (octet == 0x7f || (octet < 0x20 && !is_space(c))) return false;
    }
    return true;
}

std::string text_part(std::string_view text, HeaderForm form)
{
    const std::string flowed = flow(scrub_utf8(text));
    const bool plain = fits_as_it_is(flowed, form);
    std::string out = "Content-Type: text/plain; charset=utf-8; format=flowed\r\n"
                      "Content-Transfer-Encoding: ";
    out += plain ? (utf8::beyond_ascii(flowed) ? "8bit" : "7bit") : "quoted-printable";
    out += "\r\n\r\n";
    return out += plain ? flowed : encode_quoted_printable(flowed);
}

std::vector<std::string> capped(const std::vector<std::string>& references)
{
    if (references.size() <= most_references) return references;
    std::vector<std::string> kept(references.end() - (most_references - 1), references.end());
    kept.insert(kept.begin(), references.front());
    return kept;
}

bool is_restricted_name(std::string_view text)
{
    return !text.empty() && text.size() <= 100 && std::ranges::all_of(text, [](char c) {
        return is_alpha(c) || ascii::is_digit(c) ||
               std::string_view("!#$&+-^_.").find(c) != std::string_view::npos;
    });
}

/// The type that a file is sent as. Messages and multiparts may not be wrapped
/// in base64 (RFC 2046 §5.2.1, RFC 2045 §6.4), and a file is a file.
std::string type_of(std::string_view given)
{
    const auto slash = given.find('/');
    const auto type = given.substr(0, slash);
    const bool valid = slash != std::string_view::npos && is_restricted_name(type) &&
                       is_restricted_name(given.substr(slash + 1)) && !ascii::equal(type, "message") &&
                       !ascii::equal(type, "multipart");
    return valid ? ascii::to_lower(given) : "application/octet-stream";
}

} // namespace

std::string begin_message(const NewMessage& message, std::string_view boundary)
{
    const auto form = needs_utf8(message) ? HeaderForm::utf8 : HeaderForm::ascii;
    std::string out = address_field("From", {message.from}, form);
    out += address_field("To", message.to, form);
    out += address_field("Cc", message.cc, form);
    out += address_field("Bcc", message.bcc, form);
    out += text_field("Subject", message.subject, form);
    out += "Date: " + format_date(message.date) + "\r\n";
    out += id_field("Message-ID", {message.message_id});
    out += id_field("In-Reply-To", {message.in_reply_to});
    out += id_field("References", capped(message.references));
    out += "MIME-Version: 1.0\r\n";
    if (boundary.empty()) return out += text_part(message.text, form);
    out += "Content-Type: multipart/mixed" + parameter("boundary", boundary) + "\r\n";
    return out += begin_part(boundary) + text_part(message.text, form);
}

std::string begin_part(std::string_view boundary)
{
    return "\r\n--" + std::string(boundary) + "\r\n";
}

std::string attachment_header(const NewAttachment& attachment)
{
    std::string out = "Content-Type: " + type_of(attachment.type);
    if (is_restricted_name(attachment.charset)) out += "; charset=" + attachment.charset;
    out += encoded_parameter("name", attachment.name) + "\r\n";
    out += "Content-Disposition: attachment" + parameter("filename", attachment.name) + "\r\n"; // RFC 2183
    return out += "Content-Transfer-Encoding: base64\r\n\r\n";
}

std::string end_message(std::string_view boundary)
{
    return "\r\n--" + std::string(boundary) + "--\r\n";
}

bool needs_utf8(const NewMessage& message)
{
    const auto beyond = [](const Address& person) {
        return is_address(person.address) && utf8::beyond_ascii(person.address);
    };
    return beyond(message.from) || std::ranges::any_of(message.to, beyond) ||
           std::ranges::any_of(message.cc, beyond) || std::ranges::any_of(message.bcc, beyond);
}

std::string boundary_of(std::string_view random)
{
    return "=_" + std::string(random); // RFC 2045 §6.7: "=_" is never in quoted-printable
}

std::string prefix_subject(std::string_view prefix, std::string_view subject)
{
    // What an answer is called by other programs in other languages.
    static constexpr std::array<std::string_view, 6> answers{"re:", "aw:", "sv:", "antw:", "vs:", "ref:"};
    static constexpr std::array<std::string_view, 5> forwards{"fwd:", "fw:", "wg:", "tr:", "vb:"};
    subject = trim(subject);
    const auto there = [&](const auto& known) {
        return std::ranges::any_of(known,
                                   [&](std::string_view word) { return ascii::starts_with(subject, word); });
    };
    const bool answer = ascii::equal(trim(prefix), "re:");
    if (answer ? there(answers) : there(forwards)) return std::string(subject);
    return std::string(prefix) + std::string(subject);
}

} // namespace pillarbox::mime
