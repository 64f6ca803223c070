#include "tests/bench/support_disk.hpp"

#include "tests/bench/support_numbers.hpp"
#include "tests/bench/support_socket.hpp"

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cmath>
#include <string>
#include <system_error>
#include <vector>

namespace pillarbox::bench {

Appended append_and_flush(const std::filesystem::path& file, std::size_t piece, double group,
                          std::size_t pieces)
{
    using Clock = std::chrono::steady_clock;
    const Descriptor out(::open(file.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600));
    const std::string octets(piece * static_cast<std::size_t>(std::ceil(std::max(group, 1.0))), 'x');
    Appended done;
    std::vector<double> each;
    const auto began = Clock::now();
    while (done.pieces < pieces) {
        const auto group_began = Clock::now();
        // Whole pieces, whose mean is `group`.
        const double due = std::max(group, 1.0) * static_cast<double>(done.flushes + 1);
        const auto now = std::max<std::size_t>(1, static_cast<std::size_t>(due) - done.pieces);
        std::size_t left = std::min(now * piece, octets.size());
        done.pieces += left / piece;
        done.octets += left;
        while (left > 0) {
            const auto written = ::write(out.number(), octets.data(), left);
            if (written < 0) throw std::system_error(errno, std::generic_category(), file.string());
            left -= static_cast<std::size_t>(written);
        }
        if (::fdatasync(out.number()) != 0)
            throw std::system_error(errno, std::generic_category(), file.string());
        ++done.flushes;
        each.push_back(std::chrono::duration<double, std::milli>(Clock::now() - group_began).count());
    }
    done.seconds = std::chrono::duration<double>(Clock::now() - began).count();
    done.median_ms = median(std::move(each));
    std::filesystem::remove(file);
    return done;
}

} // namespace pillarbox::bench
