#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>

namespace pillarbox::bench {

struct Appended
{
    std::size_t pieces = 0;
    std::uint64_t octets = 0;
    std::size_t flushes = 0;
    double seconds = 0;
    double median_ms = 0; // one group: written and flushed

    double rate() const { return static_cast<double>(pieces) / seconds; } // pieces a second
};

/// What this disk does at best: pieces of so many octets, appended to a file in
/// groups of `group` on average, each group written at once and flushed with
/// fdatasync. The file is removed.
Appended append_and_flush(const std::filesystem::path& file, std::size_t piece, double group,
                          std::size_t pieces);

} // namespace pillarbox::bench
