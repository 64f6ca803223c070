#include "server/transcript/record.hpp"

#include "server/base/ascii.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <iterator>

namespace pillarbox::transcript {

namespace {

using About = net::Transcript::About;

constexpr std::string_view mark = "@ ";
constexpr std::string_view last_line = "@.\n";

std::optional<About> parse_about(std::string_view line)
{
    About about;
    about.session = ascii::take_until(line, ' ');
    about.protocol = ascii::take_until(line, ' ');
    about.peer = ascii::take_until(line, ' ');
    const auto began = ascii::parse_number<std::uint64_t>(ascii::take_until(line, ' '));
    const auto lasted = ascii::parse_number<std::uint64_t>(ascii::take_until(line, ' '));
    about.end = ascii::take_until(line, ' ');
    // Whose address it was then: the id comes before it.
    std::string_view rest = line;
    const auto id = ascii::parse_number<std::uint64_t>(ascii::take_until(rest, ' '));
    constexpr std::uint64_t most_id = std::uint64_t{1} << 62;
    if (id && *id < most_id) {
        about.account_id = static_cast<std::int64_t>(*id);
        line = rest;
    }
    about.account = line;
    constexpr std::uint64_t most = std::uint64_t{1} << 50; // milliseconds; what is more was never written
    if (!began || !lasted || *began > most || *lasted > most || about.end.empty()) return std::nullopt;
    about.began += std::chrono::milliseconds(*began);
    about.lasted = std::chrono::milliseconds(*lasted);
    return about;
}

} // namespace

void append(std::string& octets, const About& about, std::string_view text)
{
    fmt::format_to(std::back_inserter(octets), "{}{} {} {} {} {} {} {} {}\n", mark, about.session,
                   about.protocol, about.peer, about.began.time_since_epoch().count(), about.lasted.count(),
                   about.end, about.account_id, about.account);
    octets += text;
    octets += last_line;
}

std::optional<Record> Records::next()
{
    while (!rest_.empty()) {
        const std::string_view line = ascii::take_until(rest_, '\n');
        if (!line.starts_with(mark)) continue;
        auto about = parse_about(line.substr(mark.size()));
        if (!about) continue;
        // Lines of a dialogue begin with a digit.
        std::size_t end = rest_.starts_with('@') ? 0 : rest_.find("\n@");
        if (end != 0) end = end == std::string_view::npos ? rest_.size() : end + 1;
        Record record{*std::move(about), rest_.substr(0, end), true};
        rest_.remove_prefix(end);
        record.whole = rest_.starts_with(last_line);
        return record;
    }
    return std::nullopt;
}

} // namespace pillarbox::transcript
