#include "server/smtp/command.hpp"

#include "server/base/ascii.hpp"
#include "server/smtp/parameters.hpp"

#include <algorithm>
#include <array>
#include <vector>

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
    Name{"STARTTLS", Verb::starttls}, Name{"AUTH", Verb::auth},    Name{"XCLIENT", Verb::xclient},
    Name{"LHLO", Verb::lhlo},         Name{"GET", Verb::http},     Name{"POST", Verb::http},
    Name{"PUT", Verb::http},          Name{"HEAD", Verb::http},    Name{"DELETE", Verb::http},
    Name{"CONNECT", Verb::http},      Name{"OPTIONS", Verb::http}, Name{"TRACE", Verb::http},
    Name{"PATCH", Verb::http},        Name{"PRI", Verb::http},
};

constexpr Reply line_too_long{500, "5.5.2", "line too long: at most 2048 octets with CR LF"};
constexpr Reply bare_lf{500, "5.5.2", "end lines in CR LF, not in LF alone"};
constexpr Reply nul_in_command{500, "5.5.2", "NUL is not allowed in commands: leave it out"};
constexpr Reply control_character{500, "5.5.2",
                                  "control characters are not allowed in commands: leave them out"};
constexpr Reply beyond_ascii{500, "5.5.2", "only ASCII is allowed in this command: write it without accents"};
constexpr Reply mail_syntax{501, "5.5.4", "write MAIL FROM:<name@example.org>"};
constexpr Reply rcpt_syntax{501, "5.5.4", "write RCPT TO:<name@example.org>"};
constexpr Reply parameter_syntax{501, "5.5.4", "write parameters as KEYWORD or KEYWORD=VALUE"};
constexpr Reply unknown_parameter{555, "5.5.4", "parameter not recognised: see the reply to EHLO"};
constexpr Reply bdat_syntax{501, "5.5.4",
                            "write BDAT SIZE or BDAT SIZE LAST; closing, for the chunk's end is unknown"};
// Each is also the answer to a parameter that is there twice.
constexpr Reply bad_size{501, "5.5.4", "write SIZE=N once, a number of octets"};
constexpr Reply bad_body{501, "5.5.4", "write BODY=7BIT, BODY=8BITMIME or BODY=BINARYMIME, once"};
constexpr Reply bad_auth{501, "5.5.4", "write AUTH=<> or AUTH=ADDRESS in xtext, once"};
constexpr Reply bad_smtputf8{501, "5.5.4", "write SMTPUTF8 once, without a value"};
constexpr Reply bad_require_tls{501, "5.5.4", "write REQUIRETLS once, without a value"};
constexpr Reply tls_needed{530, "5.7.10", "REQUIRETLS is for TLS: STARTTLS first"};
constexpr Reply bad_hold_for{501, "5.5.4", "write HOLDFOR=SECONDS once, and no HOLDUNTIL"};
constexpr Reply bad_by{501, "5.5.4", "write BY=SECONDS;R or BY=SECONDS;N once, with R more than 0 seconds"};
constexpr Reply bad_hold_until{
    501, "5.5.4", "write HOLDUNTIL=2026-12-31T08:00:00Z once, a time of RFC 3339, and no HOLDFOR"};
constexpr Reply bad_return{501, "5.5.4", "write RET=FULL or RET=HDRS, once"};
constexpr Reply bad_envelope_id{501, "5.5.4",
                                "write ENVID=ID once, at most 100 characters of xtext, printable ASCII"};
constexpr Reply bad_notify{501, "5.5.4",
                           "write NOTIFY=NEVER, or NOTIFY= and SUCCESS, FAILURE, DELAY with commas, once"};
constexpr Reply bad_original_recipient{
    501, "5.5.4",
    "write ORCPT=rfc822;ADDRESS once, in xtext, or ORCPT=utf-8;ADDRESS: at most 500 characters"};
// The codes are those of RFC 6531 §3.5, one for MAIL, another for RCPT.
constexpr Reply sender_utf8{550, "5.6.7", "this sender address is not ASCII: say SMTPUTF8 behind it"};
constexpr Reply recipient_utf8{553, "5.6.7", "this address is not ASCII: say SMTPUTF8 behind MAIL FROM"};

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

/// What remains behind the path: nothing, or a space and parameters.
/// Calls `take(parameter, again)`, which returns a reply to refuse it; `again`
/// when it has been there before.
template <class Take>
std::optional<Reply> for_each_parameter(std::string_view rest, Take take)
{
    if (!rest.empty() && rest.front() != ' ') return parameter_syntax;
    std::vector<std::string_view> taken; // no more than there are
    for (rest = trim_left(rest); !rest.empty(); rest = trim_left(rest)) {
        const auto parameter = parse_parameter(ascii::take_until(rest, ' '));
        if (!parameter) return parameter_syntax;
        const bool again = std::any_of(taken.begin(), taken.end(), [&](std::string_view keyword) {
            return ascii::equal(keyword, parameter->keyword);
        });
        if (const std::optional<Reply> refusal = take(*parameter, again)) return refusal;
        taken.push_back(parameter->keyword);
    }
    return std::nullopt;
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
        return refused(line.text, bare_lf);
    case Fault::nul_octet:
        return refused(line.text, nul_in_command);
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
    if (!ascii_only && !names_address(command.verb)) return refused(line.text, beyond_ascii);
    return command;
}

Parsed<MailCommand> parse_mail(std::string_view argument, Offered offered)
{
    if (!take_keyword(argument, "FROM:")) return mail_syntax;
    auto path = take_path(argument, PathKind::reverse);
    if (!path) return path.error();

    MailCommand mail;
    mail.reverse_path = std::move(*path);
    const auto refusal =
        for_each_parameter(argument, [&](const Parameter& parameter, bool again) -> std::optional<Reply> {
            const std::string_view value = parameter.value.value_or("");
            if (ascii::equal(parameter.keyword, "SIZE")) {
                const auto size = parse_size(value);
                if (!size || again) return bad_size;
                mail.size = *size;
                return std::nullopt;
            }
            if (ascii::equal(parameter.keyword, "BODY")) {
                mail.binary = ascii::equal(value, "BINARYMIME");
                // Binary is not kept: such parts are encoded as they come in.
                const auto kind = mail.binary ? storage::BodyKind::eight_bit : parse_body_kind(value);
                if (!kind || again) return bad_body;
                mail.parameters.body = *kind;
                return std::nullopt;
            }
            if (ascii::equal(parameter.keyword, "RET")) {
                const auto content = parse_return_content(value);
                if (!content || again) return bad_return;
                mail.parameters.return_content = *content;
                return std::nullopt;
            }
            if (ascii::equal(parameter.keyword, "ENVID")) {
                auto id = parse_envelope_id(value);
                if (!id || again) return bad_envelope_id;
                mail.parameters.envelope_id = std::move(*id);
                return std::nullopt;
            }
            if (ascii::equal(parameter.keyword, "SMTPUTF8")) {
                if (parameter.value || again) return bad_smtputf8; // RFC 6531 §3.4
                mail.parameters.smtputf8 = true;
                return std::nullopt;
            }
            if (ascii::equal(parameter.keyword, "REQUIRETLS")) {
                if (parameter.value || again) return bad_require_tls;
                if (!offered.tls) return tls_needed;
                mail.parameters.tls = storage::TlsWish::required;
                return std::nullopt;
            }
            if (offered.submission && ascii::equal(parameter.keyword, "AUTH")) {
                if (!is_auth_value(value) || again) return bad_auth;
                return std::nullopt;
            }
            if (offered.submission && ascii::equal(parameter.keyword, "HOLDFOR")) {
                mail.hold_for = parse_interval(value);
                if (!mail.hold_for || again || mail.hold_until) return bad_hold_for;
                return std::nullopt;
            }
            if (offered.submission && ascii::equal(parameter.keyword, "HOLDUNTIL")) {
                mail.hold_until = parse_date_time(value);
                if (!mail.hold_until || again || mail.hold_for) return bad_hold_until;
                return std::nullopt;
            }
            if (offered.submission && ascii::equal(parameter.keyword, "BY")) {
                mail.by = parse_by(value);
                if (!mail.by || again) return bad_by;
                return std::nullopt;
            }
            return unknown_parameter;
        });
    if (refusal) return *refusal;
    if (mail.reverse_path.utf8 && !mail.parameters.smtputf8) return sender_utf8;
    return mail;
}

Parsed<RcptCommand> parse_rcpt(std::string_view argument, bool utf8)
{
    if (!take_keyword(argument, "TO:")) return rcpt_syntax;
    auto path = take_path(argument, PathKind::forward);
    if (!path) return path.error();

    RcptCommand rcpt;
    rcpt.forward_path = std::move(*path);
    const auto refusal =
        for_each_parameter(argument, [&](const Parameter& parameter, bool again) -> std::optional<Reply> {
            const std::string_view value = parameter.value.value_or("");
            if (ascii::equal(parameter.keyword, "NOTIFY")) {
                const auto bits = parse_notify(value);
                if (!bits || again) return bad_notify;
                rcpt.parameters.notify = *bits;
                return std::nullopt;
            }
            if (ascii::equal(parameter.keyword, "ORCPT")) {
                auto original = parse_original_recipient(value);
                if (!original || again) return bad_original_recipient;
                rcpt.parameters.original_recipient = std::move(*original);
                return std::nullopt;
            }
            return unknown_parameter;
        });
    if (refusal) return *refusal;
    if (rcpt.forward_path.utf8 && !utf8) return recipient_utf8;
    return rcpt;
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
