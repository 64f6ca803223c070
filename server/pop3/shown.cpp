#include "server/pop3/shown.hpp"

#include "server/auth/sasl_shown.hpp"
#include "server/base/ascii.hpp"
#include "server/net/line_shown.hpp"
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

} // namespace

Shown shown(const net::Line& line, const Command& command)
{
    if (line.fault != net::Line::Fault::none) return {"", net::fault_shown(line.fault)};
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
    case Verb::auth:
        return auth::sasl::shown(text, command.argument);
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
