#include "server/pop3/shown.hpp"

#include "server/auth/sasl_names.hpp"
#include "server/base/ascii.hpp"
#include "server/pop3/texts.hpp"

namespace pillarbox::pop3 {

namespace {

using net::Shown;

constexpr std::size_t longest_language = 5; // "de-AT"

/// What of the line is before the end of `part`, which points into it.
std::string_view up_to(std::string_view line, std::string_view part)
{
    return line.substr(0, static_cast<std::size_t>(part.data() + part.size() - line.data()));
}

Shown faulty(net::Line::Fault fault)
{
    switch (fault) {
    case net::Line::Fault::too_long:
        return {"", "a line that is too long"};
    case net::Line::Fault::bare_lf:
        return {"", "a line that ends in LF alone"};
    case net::Line::Fault::nul_octet:
        return {"", "a line with NUL"};
    case net::Line::Fault::none:
        break;
    }
    return {"", "no command"};
}

} // namespace

Shown shown(const net::Line& line, const Command& command)
{
    if (line.fault != net::Line::Fault::none) return faulty(line.fault);
    const std::string_view text = line.text;
    std::string_view rest = text;
    const std::string_view keyword = ascii::take_until(rest, ' ');
    switch (command.verb) {
    case Verb::unknown:
        return {"", "no command"};
    case Verb::malformed:
        if (!is_keyword(keyword)) return {"", "no command"};
        return rest.empty() ? Shown{text} : Shown{keyword, "something else"};
    case Verb::user:
        // A name has no spaces; what comes behind one may be a password.
        if (command.argument.find(' ') != std::string_view::npos) return {keyword, "a name with spaces"};
        return {text};
    case Verb::pass:
        return {keyword, "secret"};
    case Verb::apop:
        return {up_to(text, command.argument), "secret"};
    case Verb::auth: {
        std::string_view response = command.argument;
        const std::string_view mechanism = ascii::take_until(response, ' ');
        if (!mechanism.empty() && !auth::sasl::is_registered(mechanism)) return {keyword, "no mechanism"};
        if (mechanism.size() == command.argument.size()) return {text};
        return {up_to(text, mechanism), "secret"};
    }
    case Verb::lang:
        if (command.argument.size() <= longest_language && find_language(command.argument)) return {text};
        if (command.argument.empty()) return {text};
        return {keyword, "no language"};
    case Verb::stls:
    case Verb::utf8:
    case Verb::stat:
    case Verb::list:
    case Verb::retr:
    case Verb::dele:
    case Verb::rset:
    case Verb::top:
    case Verb::uidl:
    case Verb::last:
    case Verb::noop:
    case Verb::capa:
    case Verb::quit:
        return {text}; // numbers, if anything
    }
    return {"", "no command"};
}

} // namespace pillarbox::pop3
