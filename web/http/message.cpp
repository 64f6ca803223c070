#include "web/http/message.hpp"

#include "server/base/ascii.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <ctime>

namespace pillarbox::http {

namespace {

int hex_digit(char c)
{
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

} // namespace

void Fields::set(std::string_view name, std::string_view value)
{
    std::erase_if(lines_, [name](const Line& line) { return ascii::equal(line.first, name); });
    add(name, value);
}

std::string_view Fields::find(std::string_view name) const
{
    for (const auto& [key, value] : lines_) {
        if (ascii::equal(key, name)) return value;
    }
    return {};
}

bool Fields::contains(std::string_view name) const
{
    return std::ranges::any_of(lines_, [name](const Line& line) { return ascii::equal(line.first, name); });
}

std::uint64_t Response::size() const
{
    if (source) return source_size;
    return embedded.empty() ? body.size() : embedded.size();
}

std::optional<std::string> percent_decode(std::string_view text, bool plus_is_space)
{
    std::string result;
    result.reserve(text.size());
    for (std::size_t i = 0; i < text.size(); ++i) {
        char c = text[i];
        if (c == '+' && plus_is_space) c = ' ';
        if (c == '%') {
            if (i + 2 >= text.size()) return std::nullopt;
            const int high = hex_digit(text[i + 1]);
            const int low = hex_digit(text[i + 2]);
            if (high < 0 || low < 0) return std::nullopt;
            c = static_cast<char>(high * 16 + low);
            i += 2;
        }
        if (c == '\0') return std::nullopt;
        result += c;
    }
    return result;
}

std::optional<std::vector<Fields::Line>> parse_query(std::string_view query)
{
    std::vector<Fields::Line> result;
    while (!query.empty()) {
        const auto end = std::min(query.find('&'), query.size());
        const auto item = query.substr(0, end);
        query.remove_prefix(std::min(end + 1, query.size()));
        if (item.empty()) continue;
        const auto equals = std::min(item.find('='), item.size());
        auto name = percent_decode(item.substr(0, equals), true);
        auto value = percent_decode(item.substr(std::min(equals + 1, item.size())), true);
        if (!name || !value) return std::nullopt;
        result.emplace_back(std::move(*name), std::move(*value));
    }
    return result;
}

std::string_view find_cookie(std::string_view field, std::string_view name)
{
    while (!field.empty()) {
        const auto end = std::min(field.find(';'), field.size());
        const auto pair = ascii::trim(field.substr(0, end));
        field.remove_prefix(std::min(end + 1, field.size()));
        const auto equals = pair.find('=');
        if (equals == std::string_view::npos || pair.substr(0, equals) != name) continue;
        return pair.substr(equals + 1);
    }
    return {};
}

std::string http_date(std::int64_t seconds)
{
    static constexpr std::array days{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    static constexpr std::array months{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                       "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    const std::time_t time = seconds;
    std::tm parts{};
    gmtime_r(&time, &parts);
    std::array<char, 64> text{};
    const int length = std::snprintf(text.data(), text.size(), "%s, %02d %s %04d %02d:%02d:%02d GMT",
                                     days[static_cast<std::size_t>(parts.tm_wday)], parts.tm_mday,
                                     months[static_cast<std::size_t>(parts.tm_mon)], parts.tm_year + 1900,
                                     parts.tm_hour, parts.tm_min, parts.tm_sec);
    return {text.data(), static_cast<std::size_t>(length)};
}

bool etag_matches(std::string_view field, std::string_view etag)
{
    const auto opaque = [](std::string_view tag) { return tag.starts_with("W/") ? tag.substr(2) : tag; };
    while (!field.empty()) {
        const auto end = std::min(field.find(','), field.size());
        const auto tag = ascii::trim(field.substr(0, end));
        field.remove_prefix(std::min(end + 1, field.size()));
        if (tag == "*" || (!tag.empty() && opaque(tag) == opaque(etag))) return true;
    }
    return false;
}

} // namespace pillarbox::http
