#include "server/junk/score_field.hpp"

#include "server/base/ascii.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <utility>

namespace pillarbox::junk {

namespace {

constexpr std::size_t most_reasons = 64;
constexpr std::size_t longest_detail = 200; // octets, before they are encoded
constexpr std::size_t longest_name = 40;
constexpr double largest = 1000;

constexpr std::array<std::pair<std::string_view, Fate>, 3> fates{
    {{"inbox", Fate::inbox}, {"junk", Fate::junk}, {"refuse", Fate::refuse}}};

std::string_view name_of(Fate fate)
{
    return fates[static_cast<std::size_t>(fate)].first;
}

std::string encode(std::string_view text)
{
    std::string out;
    for (const char c : text.substr(0, longest_detail)) {
        if (c >= ' ' && c <= '~' && c != '%' && c != '"' && c != '\\')
            out += c;
        else
            out += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    }
    return out;
}

std::string decode(std::string_view text)
{
    std::string out;
    for (std::size_t at = 0; at < text.size(); ++at) {
        unsigned octet = 0;
        const char* const digits = text.data() + at + 1;
        if (text[at] == '%' && at + 2 < text.size() &&
            std::from_chars(digits, digits + 2, octet, 16).ptr == digits + 2) {
            out += static_cast<char>(octet);
            at += 2;
        } else {
            out += text[at];
        }
    }
    return out;
}

std::optional<double> parse_weight(std::string_view text)
{
    double value = 0;
    const char* const end = text.data() + text.size();
    const auto parsed = std::from_chars(text.data(), end, value, std::chars_format::fixed);
    if (parsed.ec != std::errc() || parsed.ptr != end || !(std::abs(value) <= largest)) return std::nullopt;
    return value;
}

std::string_view trimmed(std::string_view text)
{
    const auto first = text.find_first_not_of(" \t\r\n");
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1);
}

/// `blocklist=4.0 "zen.example.org"`
std::optional<Reason> parse_reason(std::string_view text)
{
    std::string_view detail = trimmed(text);
    std::string_view weight = ascii::take_until(detail, ' ');
    const std::string_view name = ascii::take_until(weight, '=');
    const auto value = parse_weight(weight);
    const auto fits = [](char c) { return (c >= 'a' && c <= 'z') || c == '-'; };
    if (name.empty() || name.size() > longest_name || !std::ranges::all_of(name, fits) || !value)
        return std::nullopt;
    if (detail.empty()) return Reason{std::string(name), *value, {}};
    if (detail.size() < 2 || !detail.starts_with('"') || !detail.ends_with('"')) return std::nullopt;
    return Reason{std::string(name), *value, decode(detail.substr(1, detail.size() - 2))};
}

/// Up to the next ';' outside quotes.
std::string_view take_part(std::string_view& text)
{
    bool quoted = false;
    for (std::size_t at = 0; at < text.size(); ++at) {
        if (text[at] == '"') quoted = !quoted;
        if (text[at] != ';' || quoted) continue;
        const auto part = text.substr(0, at);
        text.remove_prefix(at + 1);
        return part;
    }
    return std::exchange(text, {});
}

/// A weight as it is shown: with one decimal, and no "-0.0".
std::string shown(double weight)
{
    const double rounded = std::round(weight * 10) / 10;
    return fmt::format("{:.1f}", rounded == 0 ? 0.0 : rounded);
}

} // namespace

std::string score_field(const Score& score)
{
    std::string field =
        fmt::format("{}: {} score={}", score_field_name, name_of(score.fate), shown(score.total));
    for (const auto& reason : score.reasons) {
        field += fmt::format(";\r\n    {}={}", reason.name, shown(reason.weight));
        if (!reason.detail.empty()) field += fmt::format(" \"{}\"", encode(reason.detail));
    }
    return field + "\r\n";
}

std::string in_one_line(const Score& score)
{
    std::string line = fmt::format("{} score={}", name_of(score.fate), shown(score.total));
    for (const auto& reason : score.reasons) {
        line += fmt::format("; {}={}", reason.name, shown(reason.weight));
        if (!reason.detail.empty() && reason.name != "words")
            line += fmt::format(" \"{}\"", encode(reason.detail));
    }
    return line;
}

std::optional<Score> parse_score_field(std::string_view body)
{
    std::string_view total = trimmed(take_part(body));
    const std::string_view word = ascii::take_until(total, ' ');
    Score score;
    bool known = false;
    for (const auto& [name, fate] : fates) {
        if (word != name) continue;
        score.fate = fate;
        known = true;
    }
    if (!known || !total.starts_with("score=")) return std::nullopt;
    const auto value = parse_weight(total.substr(total.find('=') + 1));
    if (!value) return std::nullopt;
    score.total = *value;
    while (!body.empty()) {
        auto reason = parse_reason(take_part(body));
        if (!reason || score.reasons.size() >= most_reasons) return std::nullopt;
        score.reasons.push_back(std::move(*reason));
    }
    return score;
}

} // namespace pillarbox::junk
