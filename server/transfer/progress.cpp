#include "server/transfer/progress.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>

#include <unistd.h>

namespace pillarbox::transfer {

namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

constexpr auto redraw = 200ms;
constexpr auto line_every = 10s;

} // namespace

std::string describe_octets(double octets)
{
    const char* units[] = {"octets", "kB", "MB", "GB"};
    std::size_t unit = 0;
    for (; octets >= 1000 && unit + 1 < std::size(units); ++unit)
        octets /= 1000;
    return unit == 0 ? fmt::format("{:.0f} {}", octets, units[0])
                     : fmt::format("{:.1f} {}", octets, units[unit]);
}

std::string describe(const Progress::State& state, std::chrono::duration<double> took)
{
    std::string text =
        fmt::format("{} messages, {}", state.messages, describe_octets(static_cast<double>(state.octets)));
    if (state.total > 0)
        text += fmt::format(", {} %", std::min<std::uint64_t>(100, state.done * 100 / state.total));
    if (took > 100ms)
        text += fmt::format(", {}/s", describe_octets(static_cast<double>(state.octets) / took.count()));
    return text;
}

ProgressLine::ProgressLine() : terminal_(::isatty(STDERR_FILENO) == 1), began_(Clock::now()), shown_(began_)
{}

void ProgressLine::show(const State& state)
{
    const auto now = Clock::now();
    if (now - shown_ < (terminal_ ? Clock::duration(redraw) : Clock::duration(line_every))) return;
    shown_ = now;
    drawn_ = terminal_;
    const auto text = describe(state, now - began_);
    if (terminal_)
        fmt::print(stderr, "\r{}\x1b[K", text);
    else
        fmt::print(stderr, "{}\n", text);
    std::fflush(stderr);
}

void ProgressLine::note(std::string_view line)
{
    clear();
    fmt::print(stderr, "{}\n", line);
}

void ProgressLine::clear()
{
    if (drawn_) fmt::print(stderr, "\r\x1b[K");
    drawn_ = false;
}

} // namespace pillarbox::transfer
