#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace pillarbox::bench {

/// Sessions as clients have them that poll: connect, sign in, STAT, UIDL,
/// RETR 1, QUIT, each command behind the answer to the one before.
struct PollLoad
{
    std::uint16_t port = 0;
    std::vector<std::string> users; // one for each connection; as many at a time
    std::string password;
    std::chrono::milliseconds time{2000}; // then what has begun is finished
};

struct PollResult
{
    std::size_t sessions = 0;
    double seconds = 0;
    double client_cpu = 0; // seconds

    double rate() const { return static_cast<double>(sessions) / seconds; }
    /// How much of a core the client has used.
    double client_share() const { return client_cpu / seconds; }
};

/// A coroutine for each connection, on this one thread. The first session of
/// each, which finds nothing in memory, is had before the clock starts. An
/// answer that is not +OK throws std::runtime_error.
PollResult poll(const PollLoad& load);

/// Messages a second of RETR for the messages 1 to `count`, all of which are
/// asked for at once (pipelined, RFC 2449 §6.6), in a session of `user`.
double retrieve_pipelined(std::uint16_t port, const std::string& user, const std::string& password,
                          std::size_t count);

} // namespace pillarbox::bench
