#include "server/base/setting_values.hpp"

#include "server/base/ascii.hpp"

#include <fmt/format.h>

#include <arpa/inet.h>

#include <charconv>

namespace pillarbox::setting {

namespace {

constexpr double highest_score = 100;

/// "4", "4.5". Empty when it is none, or out of range.
std::optional<double> score_of(std::string_view text)
{
    double value = 0;
    const auto parsed =
        std::from_chars(text.data(), text.data() + text.size(), value, std::chars_format::fixed);
    if (parsed.ec != std::errc() || parsed.ptr != text.data() + text.size()) return std::nullopt;
    if (!(value >= 0 && value <= highest_score)) return std::nullopt;
    return value;
}

/// An address of IPv4 as a number.
std::optional<std::uint32_t> answer_of(std::string_view text)
{
    in_addr octets{};
    if (::inet_pton(AF_INET, std::string(text).c_str(), &octets) != 1) return std::nullopt;
    return ntohl(octets.s_addr);
}

} // namespace

double parse_score(std::string_view text)
{
    const auto score = score_of(text);
    if (!score)
        throw BadValue(fmt::format("'{}' is no score; write a number from 0 to 100, such as 5 or 4.5", text));
    return *score;
}

DnsList parse_dns_list(std::string_view text)
{
    const auto bad = [text](std::string_view why) {
        return BadValue(fmt::format("'{}' {}; write a list such as zen.example.org, with its weight "
                                    "zen.example.org=4, with the answers that count "
                                    "zen.example.org=4/127.0.0.2-127.0.0.11",
                                    text, why));
    };
    std::string_view answers = text;
    std::string_view zone = ascii::take_until(answers, '/');
    DnsList list;
    if (zone.size() < text.size()) {
        const bool one = answers.find('-') == std::string_view::npos;
        const auto first = answer_of(ascii::take_until(answers, '-'));
        const auto last = one ? first : answer_of(answers);
        if (!first || !last || *first > *last || *first >> 24 != 127 || *last >> 24 != 127)
            throw bad("names answers that no list gives: they are from 127.0.0.0 to 127.255.255.255");
        list.first = *first;
        list.last = *last;
    }
    const auto equals = zone.find('=');
    if (equals != std::string_view::npos) {
        const auto weight = score_of(zone.substr(equals + 1));
        if (!weight) throw bad("has a weight that is no number from 0 to 100");
        list.weight = *weight;
        zone = zone.substr(0, equals);
    }
    list.zone = parse_host_name(zone);
    return list;
}

} // namespace pillarbox::setting
