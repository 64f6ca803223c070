#include "server/admin/terminal.hpp"

#include "server/transfer/progress.hpp"

#include <fmt/format.h>

#include <cstdio>

#include <unistd.h>

namespace pillarbox::admin {

using namespace std::chrono_literals;
using transfer::describe_octets;

ProgressLine::ProgressLine() : terminal_(::isatty(STDERR_FILENO) == 1) {}

void ProgressLine::show(const storage::Progress& progress)
{
    const auto now = std::chrono::steady_clock::now();
    if (!terminal_) return;
    if (doing_ != progress.doing) {
        doing_ = progress.doing;
        began_ = now;
    } else if (now < shown_ + 200ms) {
        return;
    }
    shown_ = now;
    auto line = doing_;
    if (progress.total > 0) {
        const auto took = std::chrono::duration<double>(now - began_).count();
        line += fmt::format(": {} of {} ({} %)", describe_octets(static_cast<double>(progress.done)),
                            describe_octets(static_cast<double>(progress.total)),
                            progress.done * 100 / progress.total);
        if (took > 1)
            line += fmt::format(", {}/s", describe_octets(static_cast<double>(progress.done) / took));
    }
    fmt::print(stderr, "\r\x1b[K{}", line);
    std::fflush(stderr);
    drawn_ = true;
}

void ProgressLine::clear()
{
    if (!drawn_) return;
    fmt::print(stderr, "\r\x1b[K");
    std::fflush(stderr);
    drawn_ = false;
}

} // namespace pillarbox::admin
