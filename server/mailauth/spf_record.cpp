#include "server/mailauth/spf_record.hpp"

#include "server/base/ascii.hpp"
#include "server/mailauth/spf_macro.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <utility>

namespace pillarbox::mailauth {

namespace {

constexpr std::string_view version = "v=spf1";
using Kind = SpfMechanism::Kind;

/// cidr-length at the end of `text`, behind `mark`: its number, and it is cut
/// off. `whole` when there is none; nothing when it is no such number.
std::optional<unsigned> take_prefix(std::string_view& text, std::string_view mark, unsigned whole)
{
    auto digits = text.size();
    while (digits > 0 && ascii::is_digit(text[digits - 1]))
        --digits;
    if (digits == text.size() || !text.substr(0, digits).ends_with(mark)) return whole;
    const auto number = text.substr(digits);
    const auto bits = ascii::parse_number<unsigned>(number);
    if (!bits || *bits > whole || (number.size() > 1 && number.front() == '0')) return std::nullopt;
    text.remove_suffix(number.size() + mark.size());
    return bits;
}

/// dual-cidr-length.
bool take_prefixes(std::string_view& text, SpfMechanism& mechanism)
{
    const auto prefix6 = take_prefix(text, "//", 128);
    if (!prefix6) return false;
    const auto prefix4 = take_prefix(text, "/", 32);
    if (!prefix4) return false;
    mechanism.prefix6 = *prefix6;
    mechanism.prefix4 = *prefix4;
    return true;
}

std::optional<std::string> octets_of(int family, std::string_view text)
{
    std::array<char, 16> octets{};
    if (::inet_pton(family, std::string(text).c_str(), octets.data()) != 1) return std::nullopt;
    return std::string(octets.data(), family == AF_INET ? 4 : 16);
}

std::optional<Kind> kind_of(std::string_view name)
{
    constexpr std::array<std::pair<std::string_view, Kind>, 8> kinds{{{"all", Kind::all},
                                                                      {"include", Kind::include},
                                                                      {"a", Kind::a},
                                                                      {"mx", Kind::mx},
                                                                      {"ptr", Kind::ptr},
                                                                      {"ip4", Kind::ip4},
                                                                      {"ip6", Kind::ip6},
                                                                      {"exists", Kind::exists}}};
    for (const auto& [word, kind] : kinds)
        if (ascii::equal(word, name)) return kind;
    return std::nullopt;
}

/// The argument of `mechanism`: what follows its name, with its colon or slash.
bool take_argument(std::string_view text, SpfMechanism& mechanism)
{
    if (mechanism.kind == Kind::a || mechanism.kind == Kind::mx) {
        if (!take_prefixes(text, mechanism)) return false;
    }
    const bool given = !text.empty();
    if (given) {
        if (text.front() != ':') return false;
        text.remove_prefix(1);
    }
    switch (mechanism.kind) {
    case Kind::all:
        return !given;
    case Kind::a:
    case Kind::mx:
    case Kind::ptr:
        if (!given) return true;
        break;
    case Kind::include:
    case Kind::exists:
        break;
    case Kind::ip4:
    case Kind::ip6: {
        const bool v4 = mechanism.kind == Kind::ip4;
        const auto prefix = take_prefix(text, "/", v4 ? 32 : 128);
        const auto network = octets_of(v4 ? AF_INET : AF_INET6, text);
        if (!prefix || !network) return false;
        mechanism.network = *network;
        (v4 ? mechanism.prefix4 : mechanism.prefix6) = *prefix;
        return true;
    }
    }
    if (!is_domain_spec(text)) return false;
    mechanism.domain_spec = text;
    return true;
}

std::optional<SpfMechanism> parse_mechanism(std::string_view term)
{
    SpfMechanism mechanism;
    switch (term.front()) {
    case '-':
        mechanism.result = SpfResult::fail;
        break;
    case '~':
        mechanism.result = SpfResult::softfail;
        break;
    case '?':
        mechanism.result = SpfResult::neutral;
        break;
    default:
        break;
    }
    if (mechanism.result != SpfResult::pass || term.front() == '+') term.remove_prefix(1);
    const auto name = term.substr(0, std::min(term.find_first_of(":/"), term.size()));
    const auto kind = kind_of(name);
    if (!kind) return std::nullopt;
    mechanism.kind = *kind;
    if (!take_argument(term.substr(name.size()), mechanism)) return std::nullopt;
    return mechanism;
}

/// The length of a modifier's name, which ends before '='; 0: it is none.
std::size_t modifier_name(std::string_view term)
{
    const auto is_letter = [](char c) { return ascii::lower(c) >= 'a' && ascii::lower(c) <= 'z'; };
    if (!is_letter(term.front())) return 0;
    std::size_t size = 0;
    while (size < term.size() && (is_letter(term[size]) || ascii::is_digit(term[size]) ||
                                  std::string_view("-_.").find(term[size]) != std::string_view::npos))
        ++size;
    return size < term.size() && term[size] == '=' ? size : 0;
}

bool take_modifier(std::string_view name, std::string_view value, SpfRecord& record)
{
    const bool redirect = ascii::equal(name, "redirect");
    if (!redirect && !ascii::equal(name, "exp")) return is_macro_string(value); // unknown: RFC 7208 §6
    auto& place = redirect ? record.redirect : record.explanation;
    if (place || !is_domain_spec(value)) return false; // each once, RFC 7208 §6
    place = value;
    return true;
}

} // namespace

std::string_view name_of(SpfResult result)
{
    switch (result) {
    case SpfResult::none:
        return "none";
    case SpfResult::neutral:
        return "neutral";
    case SpfResult::pass:
        return "pass";
    case SpfResult::fail:
        return "fail";
    case SpfResult::softfail:
        return "softfail";
    case SpfResult::temperror:
        return "temperror";
    case SpfResult::permerror:
        break;
    }
    return "permerror";
}

bool is_spf_record(std::string_view text)
{
    if (!ascii::starts_with(text, version)) return false;
    return text.size() == version.size() || text[version.size()] == ' ';
}

std::optional<SpfRecord> parse_spf_record(std::string_view text)
{
    if (!is_spf_record(text)) return std::nullopt;
    text.remove_prefix(version.size());
    SpfRecord record;
    while (!text.empty()) {
        const auto term = ascii::take_until(text, ' ');
        if (term.empty()) continue;
        if (const auto name = modifier_name(term)) {
            if (!take_modifier(term.substr(0, name), term.substr(name + 1), record)) return std::nullopt;
            continue;
        }
        auto mechanism = parse_mechanism(term);
        if (!mechanism) return std::nullopt;
        record.mechanisms.push_back(std::move(*mechanism));
    }
    return record;
}

bool in_network(std::string_view address, std::string_view network, unsigned prefix)
{
    if (address.size() != network.size() || prefix > address.size() * 8) return false;
    const std::size_t whole = prefix / 8;
    if (address.substr(0, whole) != network.substr(0, whole)) return false;
    const unsigned rest = prefix % 8;
    if (rest == 0) return true;
    const auto difference =
        static_cast<unsigned char>(address[whole]) ^ static_cast<unsigned char>(network[whole]);
    return (difference >> (8U - rest)) == 0;
}

} // namespace pillarbox::mailauth
