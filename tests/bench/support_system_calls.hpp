#pragma once

#include "tests/bench/support_socket.hpp"

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace pillarbox::bench {

/// Counts system calls of another process, with the kernel's trace points: no
/// stop at each, as a tracer would need. Wants root, and /sys/kernel/tracing.
class SystemCalls
{
public:
    /// Of all its threads and those they start. Throws std::runtime_error with
    /// the reason when the kernel does not let us.
    explicit SystemCalls(pid_t pid);

    struct Counts
    {
        std::uint64_t all = 0;
        std::uint64_t flushes = 0; // fsync, fdatasync, sync_file_range, syncfs
    };
    /// Since it was made.
    Counts counts() const;

private:
    std::vector<Descriptor> all_;
    std::vector<Descriptor> flushes_;
};

} // namespace pillarbox::bench
