#include "server/smtp/shown.hpp"

#include "server/auth/sasl_names.hpp"
#include "server/base/ascii.hpp"

namespace pillarbox::smtp {

namespace {

using net::Shown;

Shown faulty(const net::Line& line)
{
    switch (line.fault) {
    case net::Line::Fault::too_long:
        return {"", "a line that is too long"};
    case net::Line::Fault::bare_lf:
        return {"", "a line that ends in LF alone"};
    case net::Line::Fault::nul_octet:
        return {"", "a line with NUL"};
    case net::Line::Fault::none:
        break;
    }
    return {"", "a line with octets that no command has"};
}

} // namespace

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
        return faulty(line);
    case Verb::unknown:
        return {"", "no command"};
    case Verb::http:
        return {word, "HTTP"};
    case Verb::ehlo:
    case Verb::helo:
        return whole_if(argument.empty() || traceable_name(argument));
    case Verb::mail:
        return whole_if(ascii::starts_with(argument, "FROM:"));
    case Verb::rcpt:
        return whole_if(ascii::starts_with(argument, "TO:"));
    case Verb::auth: {
        std::string_view response = argument;
        const std::string_view mechanism = ascii::take_until(response, ' ');
        if (!mechanism.empty() && !auth::sasl::is_registered(mechanism)) return {word, "no mechanism"};
        if (mechanism.size() == argument.size()) return {text};
        const char* const end = mechanism.data() + mechanism.size();
        return {text.substr(0, static_cast<std::size_t>(end - text.data())), "secret"};
    }
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
