#pragma once

#include "tests/bench/support_socket.hpp"

#include <chrono>
#include <filesystem>

namespace pillarbox::bench {

/// Tells when a file, or what is in a folder, changes: also when a hole is
/// made in it.
class Watch
{
public:
    explicit Watch(const std::filesystem::path& path);

    /// Returns at the next change, at the latest after `patience`.
    void await_change(std::chrono::milliseconds patience) const;

private:
    Descriptor watch_;
};

} // namespace pillarbox::bench
