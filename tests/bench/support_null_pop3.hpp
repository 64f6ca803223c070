#pragma once

#include "tests/bench/support_child.hpp"

#include <cstddef>
#include <cstdint>
#include <string>

namespace pillarbox::bench {

/// A POP3 server with one maildrop for everybody, in memory, and every answer
/// made before it is asked for: what a client and the kernel's loopback can do
/// at best. Only the password is real work: its hash is verified, and known for
/// a minute, as in Pillarbox. One thread in a process of its own.
class NullPop3
{
public:
    /// Before this process has threads. `messages` of so many octets.
    NullPop3(const std::string& password, std::size_t messages, std::size_t octets);

    std::uint16_t port() const { return port_; }

private:
    std::uint16_t port_ = 0;
    Child process_;
};

} // namespace pillarbox::bench
