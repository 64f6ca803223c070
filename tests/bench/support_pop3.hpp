#pragma once

#include "tests/bench/support_socket.hpp"

#include <cstddef>
#include <cstdint>
#include <string>

namespace pillarbox::bench {

/// A POP3 client. An answer that is not +OK throws std::runtime_error.
class Pop3
{
public:
    /// Connects, and reads the greeting.
    explicit Pop3(std::uint16_t port);

    /// One command with one line in answer.
    void command(const std::string& text);
    /// One command with a listing or a message in answer; its octets.
    std::uint64_t listing(const std::string& text);
    /// DELE of the messages 1 to `count`, pipelined (RFC 2449 §6.6).
    void remove(std::size_t count);

    void user(const std::string& address) { command("USER " + address); }
    void pass(const std::string& password) { command("PASS " + password); }
    void quit() { command("QUIT"); }

private:
    void expect_ok();

    LineClient client_;
};

} // namespace pillarbox::bench
