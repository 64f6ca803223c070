#pragma once

#include "tests/bench/support_child.hpp"

#include <cstdint>

namespace pillarbox::bench {

/// An SMTP server that takes mail and keeps none: what a client and the
/// kernel's loopback can do at best. One thread in a process of its own, which
/// looks for the end of every line and of every message, and does nothing else.
class NullSmtp
{
public:
    /// Before this process has threads.
    NullSmtp();

    std::uint16_t port() const { return port_; }
    const Child& process() const { return process_; }

private:
    std::uint16_t port_ = 0;
    Child process_;
};

} // namespace pillarbox::bench
