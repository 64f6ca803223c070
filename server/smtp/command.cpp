#include "server/smtp/command.hpp"

#include "server/base/ascii.hpp"

#include <algorithm>
#include <array>
#include <limits>

namespace pillarbox::smtp {

namespace {

struct Name
{
    std::string_view text;
    Verb verb;
};

constexpr std::array names{
    Name{"EHLO", Verb::ehlo},         Name{"HELO", Verb::helo},    Name{"MAIL", Verb::mail},
    Name{"RCPT", Verb::rcpt},         Name{"DATA", Verb::data},    Name{"BDAT", Verb::bdat},
    Name{"RSET", Verb::rset},         Name{"NOOP", Verb::noop},    Name{"VRFY", Verb::vrfy},
    Name{"EXPN", Verb::expn},         Name{"HELP", Verb::help},    Name{"QUIT", Verb::quit},
    Name{"STARTTLS", Verb::starttls}, Name{"AUTH", Verb::auth},    Name{"GET", Verb::http},
    Name{"POST", Verb::http},         Name{"PUT", Verb::http},     Name{"HEAD", Verb::http},
    Name{"DELETE", Verb::http},       Name{"CONNECT", Verb::http}, Name{"OPTIONS", Verb::http},
    Name{"TRACE", Verb::http},        Name{"PATCH", Verb::http},   Name{"PRI", Verb::http},
};

constexpr Reply line_too_long{500, "5.5.2", "line too long"};
constexpr Reply bare_line_feed{500, "5.5.2", "lines end in CR LF, not in LF alone"};
constexpr Reply nul_octet{500, "5.5.2", "NUL is not allowed in commands"};
constexpr Reply control_character{500, "5.5.2", "control characters are not allowed in commands"};
constexpr Reply non_ascii{500, "5.5.2", "only ASCII is allowed in commands"};
constexpr Reply mail_syntax{501, "5.5.4", "write MAIL FROM:<name@example.org>"};
constexpr Reply rcpt_syntax{501, "5.5.4", "write RCPT TO:<name@example.org>"};
constexpr Reply parameter_syntax{501, "5.5.4", "parameters are written KEYWORD or KEYWORD=VALUE"};
constexpr Reply parameter_twice{501, "5.5.4", "a parameter may be given once only"};
constexpr Reply unknown_parameter{555, "5.5.4", "parameter not recognised: see the reply to EHLO"};
constexpr Reply bdat_syntax{501, "5.5.4",
                            "write BDAT SIZE or BDAT SIZE LAST; closing, for the chunk's end is unknown"};
constexpr Reply bad_size{501, "5.5.4", "SIZE is a number of octets"};
constexpr Reply bad_body{501, "5.5.4", "BODY is 7BIT, 8BITMIME or BINARYMIME"};
constexpr Reply bad_smtputf8{501, "5.5.4", "SMTPUTF8 takes no value"};
// The codes are those of RFC 6531 §3.5, one for MAIL, another for RCPT.
constexpr Reply sender_utf8{550, "5.6.7", "this sender address is not ASCII: say SMTPUTF8 behind it"};
constexpr Reply recipient_utf8{553, "5.6.7", "this address is not ASCII: say SMTPUTF8 behind MAIL FROM"};
constexpr Reply bad_auth{501, "5.5.4", "AUTH is an xtext address or <>"};

Command refused(std::string_view line, const Reply& refusal)
{
    if (ascii::starts_with(line, "BDAT")) return {Verb::bdat, {}, {}};
    return {Verb::malformed, {}, refusal};
}

std::string_view trim_left(std::string_view text)
{
    text.remove_prefix(std::min(text.find_first_not_of(' '), text.size()));
    return text;
}

/// `FROM:` or `TO:`, in any case, off the front. A space behind the colon is
/// against RFC 5321 §3.3, but scanners and scripts send one; a setting refuses it.
bool take_keyword(std::string_view& text, std::string_view keyword)
{
    if (!ascii::starts_with(text, keyword)) return false;
    text = trim_left(text.substr(keyword.size()));
    return true;
}

/// esmtp-param, RFC 5321 §4.1.2.
struct Parameter
{
    std::string_view keyword;
    std::optional<std::string_view> value;
};

std::optional<Parameter> parse_parameter(std::string_view text)
{
    Parameter parameter;
    const auto equals = text.find('=');
    parameter.keyword = text.substr(0, equals);
    if (equals != std::string_view::npos) parameter.value = text.substr(equals + 1);

    const auto alnum = [](char c) {
        return ascii::is_digit(c) || (ascii::lower(c) >= 'a' && ascii::lower(c) <= 'z');
    };
    const auto& keyword = parameter.keyword;
    if (keyword.empty() || !alnum(keyword.front())) return std::nullopt;
    if (!std::all_of(keyword.begin(), keyword.end(), [&](char c) { return c == '-' || alnum(c); }))
        return std::nullopt;
    if (parameter.value) {
        const auto valued = [](char c) { return c > ' ' && c <= '~' && c != '='; };
        // AUTH=<> and xtext hold '=' only as "+3D", so one rule serves all.
        if (parameter.value->empty() ||
            !std::all_of(parameter.value->begin(), parameter.value->end(), valued)) {
            return std::nullopt;
        }
    }
    return parameter;
}

/// size-value, RFC 1870 §4: one to twenty digits. One too large for 64 bits is
/// too large for any limit.
std::optional<std::uint64_t> parse_size(std::string_view digits)
{
    if (digits.empty() || digits.size() > 20 || !std::all_of(digits.begin(), digits.end(), ascii::is_digit)) {
        return std::nullopt;
    }
    return ascii::parse_number<std::uint64_t>(digits).value_or(std::numeric_limits<std::uint64_t>::max());
}

/// What remains behind the path: nothing, or a space and parameters.
/// Calls `take(parameter)`, which returns a reply to refuse it.
template <class Take>
std::optional<Reply> for_each_parameter(std::string_view rest, Take take)
{
    if (!rest.empty() && rest.front() != ' ') return parameter_syntax;
    for (rest = trim_left(rest); !rest.empty(); rest = trim_left(rest)) {
        const auto parameter = parse_parameter(ascii::take_until(rest, ' '));
        if (!parameter) return parameter_syntax;
        if (const std::optional<Reply> refusal = take(*parameter)) return refusal;
    }
    return std::nullopt;
}

/// xtext, RFC 3461 §4, or "<>".
bool is_auth_value(std::string_view value)
{
    if (value == "<>") return true;
    const auto hex = [](char c) { return ascii::is_digit(c) || (c >= 'A' && c <= 'F'); };
    for (std::size_t i = 0; i < value.size(); ++i) {
        if (value[i] != '+') continue;
        if (i + 2 >= value.size() || !hex(value[i + 1]) || !hex(value[i + 2])) return false;
        i += 2;
    }
    return !value.empty();
}

bool names_address(Verb verb)
{
    return verb == Verb::mail || verb == Verb::rcpt || verb == Verb::vrfy || verb == Verb::expn;
}

} // namespace

Command parse_command(const net::Line& line)
{
    using Fault = net::Line::Fault;
    switch (line.fault) {
    case Fault::too_long:
        return refused(line.text, line_too_long);
    case Fault::bare_lf:
        return refused(line.text, bare_line_feed);
    case Fault::nul_octet:
        return refused(line.text, nul_octet);
    case Fault::none:
        break;
    }
    bool ascii_only = true;
    for (const char c : line.text) {
        const auto octet = static_cast<unsigned char>(c);
        if (octet < ' ' || octet == 0x7f) return refused(line.text, control_character);
        if (octet > 0x7e) ascii_only = false;
    }

    // Trailing white space is tolerated, RFC 5321 §4.1.1.
    std::string_view text = ascii::trim(line.text);
    if (line.text.starts_with(' ')) return {Verb::unknown, {}, {}};
    const std::string_view word = ascii::take_until(text, ' ');

    Command command{Verb::unknown, trim_left(text), {}};
    for (const Name& name : names) {
        if (ascii::equal(word, name.text)) command.verb = name.verb;
    }
    // Where an address stands, RFC 6531 §3.1; anywhere else such octets are a mistake.
    if (!ascii_only && !names_address(command.verb)) return refused(line.text, non_ascii);
    return command;
}

Parsed<MailCommand> parse_mail(std::string_view argument, bool with_auth)
{
    if (!take_keyword(argument, "FROM:")) return mail_syntax;
    auto path = take_path(argument, PathKind::reverse);
    if (!path) return path.error();

    MailCommand mail;
    mail.reverse_path = std::move(*path);
    bool size_given = false;
    bool body_given = false;
    bool auth_given = false;
    const auto once = [](bool& given) -> std::optional<Reply> {
        if (given) return parameter_twice;
        given = true;
        return std::nullopt;
    };
    const auto refusal =
        for_each_parameter(argument, [&](const Parameter& parameter) -> std::optional<Reply> {
            const std::string_view value = parameter.value.value_or("");
            if (ascii::equal(parameter.keyword, "SIZE")) {
                const auto size = parse_size(value);
                if (!size) return bad_size;
                mail.size = *size;
                return once(size_given);
            }
            if (ascii::equal(parameter.keyword, "BODY")) {
                mail.binary = ascii::equal(value, "BINARYMIME");
                if (!mail.binary && !ascii::equal(value, "7BIT") && !ascii::equal(value, "8BITMIME"))
                    return bad_body;
                return once(body_given);
            }
            if (ascii::equal(parameter.keyword, "SMTPUTF8")) {
                if (parameter.value) return bad_smtputf8; // RFC 6531 §3.4
                return once(mail.utf8);
            }
            if (with_auth && ascii::equal(parameter.keyword, "AUTH")) {
                if (!is_auth_value(value)) return bad_auth;
                return once(auth_given);
            }
            return unknown_parameter;
        });
    if (refusal) return *refusal;
    if (mail.reverse_path.utf8 && !mail.utf8) return sender_utf8;
    return mail;
}

Parsed<Path> parse_rcpt(std::string_view argument, bool utf8)
{
    if (!take_keyword(argument, "TO:")) return rcpt_syntax;
    auto path = take_path(argument, PathKind::forward);
    if (!path) return path.error();
    const auto refusal =
        for_each_parameter(argument, [](const Parameter&) { return std::optional(unknown_parameter); });
    if (refusal) return *refusal;
    if (path->utf8 && !utf8) return recipient_utf8;
    return std::move(*path);
}

bool space_after_colon(std::string_view argument)
{
    const auto colon = argument.find(':');
    return colon != std::string_view::npos && argument.substr(colon + 1).starts_with(' ');
}

Parsed<ChunkCommand> parse_bdat(std::string_view argument)
{
    const std::string_view digits = ascii::take_until(argument, ' ');
    const auto octets = ascii::parse_number<std::uint64_t>(digits);
    const std::string_view marker = trim_left(argument);
    const bool last = ascii::equal(marker, "LAST");
    if (!octets || (!last && !marker.empty())) return bdat_syntax;
    return ChunkCommand{*octets, last};
}

bool traceable_name(std::string_view name)
{
    if (name.empty() || name.size() > 255) return false;
    return std::all_of(name.begin(), name.end(), [](char c) {
        return ascii::is_digit(c) || (ascii::lower(c) >= 'a' && ascii::lower(c) <= 'z') ||
               std::string_view(".:[]_-").find(c) != std::string_view::npos;
    });
}

} // namespace pillarbox::smtp
