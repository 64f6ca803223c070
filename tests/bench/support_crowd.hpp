#pragma once

#include "tests/bench/support_socket.hpp"

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

namespace pillarbox::bench {

/// SMTP clients that only keep a server busy: some have said EHLO and then
/// nothing, others are at DATA and send an octet a second. From one thread; they
/// hang up in the end.
class Crowd
{
public:
    struct Size
    {
        std::size_t idle = 5000;
        std::size_t trickling = 1000;
    };

    /// Returns when all are there. Throws std::runtime_error when one is refused.
    Crowd(std::uint16_t port, const std::string& recipient, Size size);

    /// Tricklers whom the server has left meanwhile.
    std::size_t lost() const { return lost_; }

private:
    void trickle(const std::stop_token& stop);

    std::vector<Descriptor> idle_;
    std::vector<Descriptor> trickling_;
    std::atomic<std::size_t> lost_ = 0;
    std::jthread thread_; // ends before the connections do
};

} // namespace pillarbox::bench
