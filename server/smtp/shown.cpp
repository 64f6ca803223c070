#include "server/smtp/shown.hpp"

#include "server/auth/sasl_shown.hpp"
#include "server/base/ascii.hpp"
#include "server/net/line_shown.hpp"
#include "server/smtp/xclient.hpp"

namespace pillarbox::smtp {

using net::Shown;

Shown shown(const net::Line& line, const Command& command)
{
    const std::string_view text = line.text;
    std::string_view rest = text;
    const std::string_view word = ascii::take_until(rest, ' ');
    const std::string_view argument = command.argument;
    const auto whole_if = [&](bool harmless) {
        return harmless ? Shown{text} : Shown{word, "something else"};
    };
    switch (command.verb) {
    case Verb::malformed:
        if (line.fault != net::Line::Fault::none) return {"", net::fault_shown(line.fault)};
        return {"", "a line with octets that no command has"};
    case Verb::unknown:
        return {"", "no command"};
    case Verb::http:
        return {word, "HTTP"};
    case Verb::ehlo:
    case Verb::helo:
    case Verb::lhlo:
        return whole_if(argument.empty() || traceable_name(argument));
    case Verb::mail:
        return whole_if(ascii::starts_with(argument, "FROM:"));
    case Verb::rcpt:
        return whole_if(ascii::starts_with(argument, "TO:"));
    case Verb::xclient:
        return whole_if(parse_xclient(argument).has_value());
    case Verb::auth:
        return auth::sasl::shown(text, argument);
    case Verb::bdat:
        return parse_bdat(argument) ? Shown{text} : Shown{"BDAT", "something else"};
    case Verb::data:
    case Verb::rset:
    case Verb::noop:
    case Verb::vrfy:
    case Verb::expn:
    case Verb::help:
    case Verb::quit:
    case Verb::starttls:
        return whole_if(argument.empty());
    }
    return {"", "no command"};
}

} // namespace pillarbox::smtp
