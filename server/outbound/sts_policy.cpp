#include "server/outbound/sts_policy.hpp"

#include "server/base/ascii.hpp"

#include <algorithm>

namespace pillarbox::outbound {

namespace {

constexpr std::string_view version = "STSv1";
constexpr std::size_t longest_id = 32;
constexpr std::size_t most_policy_hosts = 500;
constexpr std::size_t longest_name = 253;
constexpr std::uint32_t longest_age = 31'557'600; // seconds, RFC 8461 §3.2

bool is_alphanumeric(char c)
{
    const char l = ascii::lower(c);
    return (l >= 'a' && l <= 'z') || ascii::is_digit(c);
}

/// "v=STSv1" and what ends it, RFC 8461 §3.1: other texts at that name are passed over.
bool is_sts_record(std::string_view text)
{
    constexpr std::string_view begin = "v=STSv1";
    if (!text.starts_with(begin)) return false;
    return ascii::trim(text.substr(begin.size())).starts_with(';');
}

std::optional<std::string> id_of(std::string_view text)
{
    std::optional<std::string> id;
    ascii::take_until(text, ';');
    while (!text.empty()) {
        const auto field = ascii::trim(ascii::take_until(text, ';'));
        if (!field.starts_with("id=")) continue;
        const auto value = field.substr(3);
        if (id || value.empty() || value.size() > longest_id || !std::ranges::all_of(value, is_alphanumeric))
            return std::nullopt;
        id = value;
    }
    return id;
}

/// A host's name, or that behind "*.": RFC 8461 §3.2, as A-labels.
std::optional<std::string> pattern_of(std::string_view text)
{
    std::string_view name = text.starts_with("*.") ? text.substr(2) : text;
    if (name.empty() || text.size() > longest_name || name.ends_with('.')) return std::nullopt;
    while (!name.empty()) {
        const auto label = ascii::take_until(name, '.');
        const auto fits = [](char c) { return is_alphanumeric(c) || c == '-' || c == '_'; };
        if (label.empty() || !std::ranges::all_of(label, fits)) return std::nullopt;
    }
    return ascii::to_lower(text);
}

std::optional<StsRules::Mode> mode_of(std::string_view text)
{
    if (text == "enforce") return StsRules::Mode::enforce;
    if (text == "testing") return StsRules::Mode::testing;
    if (text == "none") return StsRules::Mode::none;
    return std::nullopt;
}

/// What a file has said so far. Of a field that comes again, but for mx, the first counts.
struct Read
{
    std::optional<std::string_view> version, mode, max_age;
    std::vector<std::string> hosts;

    /// False for what makes it no policy.
    bool take(std::string_view line)
    {
        const auto colon = line.find(':');
        if (colon == std::string_view::npos) return ascii::trim(line).empty();
        const auto name = ascii::trim(line.substr(0, colon));
        const auto value = ascii::trim(line.substr(colon + 1));
        if (name == "mx") {
            auto pattern = pattern_of(value);
            if (!pattern || hosts.size() == most_policy_hosts) return false;
            hosts.push_back(std::move(*pattern));
        }
        for (const auto& [known, field] :
             {std::pair("version", &version), std::pair("mode", &mode), std::pair("max_age", &max_age)})
            if (name == known && !*field) *field = value;
        return true;
    }
};

} // namespace

std::optional<std::string> parse_sts_record(const std::vector<std::string>& texts)
{
    const auto first = std::ranges::find_if(texts, is_sts_record);
    if (first == texts.end() || std::ranges::count_if(texts, is_sts_record) > 1) return std::nullopt;
    return id_of(*first);
}

bool StsRules::allow(std::string_view host) const
{
    const auto of_host = [host](std::string_view pattern) {
        if (!pattern.starts_with("*.")) return ascii::equal(pattern, host);
        const auto dot = host.find('.');
        return dot != std::string_view::npos && dot > 0 && ascii::equal(pattern.substr(1), host.substr(dot));
    };
    return std::ranges::any_of(hosts, of_host);
}

std::optional<StsRules> parse_sts_policy(std::string_view text)
{
    if (text.size() > longest_sts_policy) return std::nullopt;
    Read read;
    while (!text.empty()) {
        auto line = ascii::take_until(text, '\n');
        if (line.ends_with('\r')) line.remove_suffix(1);
        if (!read.take(line)) return std::nullopt;
    }
    if (read.version != version) return std::nullopt;
    const auto mode = mode_of(read.mode.value_or(""));
    const auto age = ascii::parse_number<std::uint32_t>(read.max_age.value_or(""));
    if (!mode || !age || *age > longest_age) return std::nullopt;
    if (read.hosts.empty() && *mode != StsRules::Mode::none) return std::nullopt;
    return StsRules{*mode, std::chrono::seconds(*age), std::move(read.hosts)};
}

} // namespace pillarbox::outbound
