#pragma once

#include "tests/bench/support_child.hpp"
#include "tests/bench/support_socket.hpp"

#include <chrono>
#include <filesystem>
#include <string>

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

/// The first whole line of a log with `text` in it, as soon as it is there. The
/// file exists. Throws std::runtime_error, with the log, when its writer ends
/// or takes more than a minute.
std::string await_line(const std::filesystem::path& log, const std::string& text, const Child& writer);

} // namespace pillarbox::bench
