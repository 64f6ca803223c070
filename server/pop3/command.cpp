#include "server/pop3/command.hpp"

#include "server/base/ascii.hpp"

#include <algorithm>
#include <array>
#include <limits>

namespace pillarbox::pop3 {

namespace {

enum class Takes
{
    nothing,
    number,
    optional_number,
    number_and_lines,
    name,
    name_and_digest,
    optional_rest,
    verbatim
};

struct KnownVerb
{
    std::string_view keyword;
    Verb verb;
    Takes takes;
};

constexpr std::array known_verbs{
    KnownVerb{"USER", Verb::user, Takes::name},
    KnownVerb{"PASS", Verb::pass, Takes::verbatim},
    KnownVerb{"APOP", Verb::apop, Takes::name_and_digest},
    KnownVerb{"AUTH", Verb::auth, Takes::optional_rest},
    KnownVerb{"STLS", Verb::stls, Takes::nothing},
    KnownVerb{"UTF8", Verb::utf8, Takes::nothing},
    KnownVerb{"STAT", Verb::stat, Takes::nothing},
    KnownVerb{"LIST", Verb::list, Takes::optional_number},
    KnownVerb{"RETR", Verb::retr, Takes::number},
    KnownVerb{"DELE", Verb::dele, Takes::number},
    KnownVerb{"RSET", Verb::rset, Takes::nothing},
    KnownVerb{"TOP", Verb::top, Takes::number_and_lines},
    KnownVerb{"UIDL", Verb::uidl, Takes::optional_number},
    KnownVerb{"LAST", Verb::last, Takes::nothing},
    KnownVerb{"NOOP", Verb::noop, Takes::nothing},
    KnownVerb{"CAPA", Verb::capa, Takes::nothing},
    KnownVerb{"LANG", Verb::lang, Takes::optional_rest},
    KnownVerb{"QUIT", Verb::quit, Takes::nothing},
};

std::string_view without_spaces(std::string_view text)
{
    while (text.starts_with(' '))
        text.remove_prefix(1);
    while (text.ends_with(' '))
        text.remove_suffix(1);
    return text;
}

/// The next argument; `rest` keeps what follows it.
std::string_view take_argument(std::string_view& rest)
{
    const std::string_view argument = ascii::take_until(rest, ' ');
    rest = without_spaces(rest);
    return argument;
}

/// Digits only; beyond 32 bits it is the largest number.
std::optional<std::uint32_t> number_of(std::string_view text)
{
    if (text.empty() || !std::all_of(text.begin(), text.end(), ascii::is_digit)) return std::nullopt;
    return ascii::parse_number<std::uint32_t>(text).value_or(std::numeric_limits<std::uint32_t>::max());
}

bool is_digest(std::string_view text)
{
    constexpr std::string_view digits = "0123456789abcdef"; // lower case, RFC 1939 §7
    return text.size() == 32 && text.find_first_not_of(digits) == std::string_view::npos;
}

/// Whether `rest` is what the verb takes; fills in what it says.
bool take_arguments(Takes takes, std::string_view rest, Command& command)
{
    if (takes == Takes::verbatim) {
        command.argument = rest;
        return !rest.empty();
    }
    rest = without_spaces(rest);
    switch (takes) {
    case Takes::nothing:
        return rest.empty();
    case Takes::optional_rest:
        command.argument = rest;
        return true;
    case Takes::name:
        command.argument = rest;
        return !rest.empty();
    case Takes::name_and_digest:
        command.argument = take_argument(rest);
        command.digest = rest;
        return !command.argument.empty() && is_digest(command.digest);
    case Takes::optional_number:
        if (rest.empty()) return true;
        command.number = number_of(rest);
        return command.number.has_value();
    case Takes::number:
        command.number = number_of(rest);
        return command.number.has_value();
    case Takes::number_and_lines: {
        command.number = number_of(take_argument(rest));
        const auto lines = number_of(rest);
        command.body_lines = lines.value_or(0);
        return command.number && lines;
    }
    case Takes::verbatim:
        break;
    }
    return false;
}

} // namespace

Command parse_command(const net::Line& line)
{
    if (line.fault != net::Line::Fault::none) return {};
    std::string_view rest = line.text;
    if (rest.find('\r') != std::string_view::npos) return {}; // no line end, and in no command
    const std::string_view keyword = ascii::take_until(rest, ' ');
    for (const KnownVerb& known : known_verbs) {
        if (!ascii::equal(keyword, known.keyword)) continue;
        Command command{.verb = known.verb};
        if (!take_arguments(known.takes, rest, command)) return {};
        return command;
    }
    return {.verb = Verb::unknown};
}

bool is_keyword(std::string_view word)
{
    return std::ranges::any_of(known_verbs,
                               [word](const KnownVerb& known) { return ascii::equal(word, known.keyword); });
}

} // namespace pillarbox::pop3
