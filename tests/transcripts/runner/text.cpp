#include "tests/transcripts/runner/text.hpp"

#include "server/auth/digest.hpp"
#include "server/base/ascii.hpp"
#include "server/base/base64.hpp"
#include "server/mailflow/srs.hpp"
#include "tests/transcripts/runner/provider.hpp"

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <stdexcept>

namespace pillarbox::transcripts {

namespace {

/// Reads from `text` what an escape has behind its backslash.
std::string take_escape(std::string_view& text, const Context& context);

/// Reads up to the closing brace.
std::string take_braced(std::string_view& text, const Context& context)
{
    std::string octets;
    while (!text.empty()) {
        const char c = text.front();
        text.remove_prefix(1);
        if (c == '}') return octets;
        if (c == '\\')
            octets += take_escape(text, context);
        else
            octets += c;
    }
    throw std::runtime_error("a macro has no closing brace");
}

std::string repeated(std::uint32_t times, const std::string& text)
{
    std::string octets;
    for (std::uint32_t i = 0; i < times; ++i)
        octets += text;
    return octets;
}

std::string rewritten(const std::string& address, std::chrono::days ago)
{
    const auto today = std::chrono::floor<std::chrono::days>(std::chrono::system_clock::now());
    return mailflow::Srs(srs_key).rewrite(address, "example.test", today - ago);
}

std::string take_macro(std::string_view& text, const Context& context)
{
    const auto end_of_name = text.find_first_of(" *}");
    if (end_of_name == std::string_view::npos || text[end_of_name] == '}')
        throw std::runtime_error(
            "a macro is \\{N*TEXT}, \\{base64 TEXT}, \\{apop SECRET} or \\{token ADDRESS}");
    const std::string name(text.substr(0, end_of_name));
    text.remove_prefix(end_of_name + 1);
    const std::string argument = take_braced(text, context);
    if (const auto times = ascii::parse_number<std::uint32_t>(name)) return repeated(*times, argument);
    if (name == "base64") return base64_encode(argument);
    if (name == "token") return provider::token_for(argument, false);
    if (name == "old-token") return provider::token_for(argument, true);
    if (name == "srs") return rewritten(argument, {});
    if (name == "old-srs") return rewritten(argument, std::chrono::days(30));
    if (name == "apop") return auth::apop_digest(context.timestamp, argument);
    throw std::runtime_error("there is no macro " + name);
}

int hex_digit(char c)
{
    if (ascii::is_digit(c)) return c - '0';
    if (ascii::lower(c) >= 'a' && ascii::lower(c) <= 'f') return ascii::lower(c) - 'a' + 10;
    throw std::runtime_error("\\x takes two hexadecimal digits");
}

std::string take_escape(std::string_view& text, const Context& context)
{
    if (text.empty()) throw std::runtime_error("a backslash stands at the end");
    const char c = text.front();
    text.remove_prefix(1);
    switch (c) {
    case '\\':
    case '*':
        return {c};
    case 'r':
        return "\r";
    case 'n':
        return "\n";
    case 't':
        return "\t";
    case '0':
        return std::string(1, '\0');
    case '{':
        return take_macro(text, context);
    case 'x': {
        if (text.size() < 2) throw std::runtime_error("\\x takes two hexadecimal digits");
        const int octet = hex_digit(text[0]) * 16 + hex_digit(text[1]);
        text.remove_prefix(2);
        return {static_cast<char>(octet)};
    }
    default:
        throw std::runtime_error(std::string("there is no escape \\") + c);
    }
}

} // namespace

Pattern expand_pattern(std::string_view text, const Context& context)
{
    Pattern pattern(1);
    while (!text.empty()) {
        const char c = text.front();
        text.remove_prefix(1);
        if (c == '\\')
            pattern.back() += take_escape(text, context);
        else if (c == '*')
            pattern.emplace_back();
        else
            pattern.back() += c;
    }
    return pattern;
}

std::string expand(std::string_view text, const Context& context)
{
    std::string octets;
    while (!text.empty()) {
        const char c = text.front();
        text.remove_prefix(1);
        if (c == '\\')
            octets += take_escape(text, context);
        else
            octets += c;
    }
    return octets;
}

bool matches(const Pattern& pattern, std::string_view line)
{
    if (pattern.size() == 1) return line == pattern.front();
    if (!line.starts_with(pattern.front())) return false;
    line.remove_prefix(pattern.front().size());
    for (std::size_t i = 1; i + 1 < pattern.size(); ++i) {
        const auto found = line.find(pattern[i]);
        if (found == std::string_view::npos) return false;
        line.remove_prefix(found + pattern[i].size());
    }
    return line.ends_with(pattern.back());
}

std::string printable(std::string_view octets)
{
    constexpr std::size_t longest = 300;
    std::string text;
    for (const char c : octets.substr(0, longest)) {
        if (c >= ' ' && c <= '~') {
            text += c;
            continue;
        }
        char hex[8];
        std::snprintf(hex, sizeof hex, "\\x%02x", static_cast<unsigned char>(c));
        text += hex;
    }
    if (octets.size() > longest) text += "... (" + std::to_string(octets.size()) + " octets)";
    return text;
}

} // namespace pillarbox::transcripts
