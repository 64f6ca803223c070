#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <stop_token>
#include <string>
#include <vector>

namespace pillarbox::bench {

/// A message of exactly this many octets as DATA carries it, without the final
/// dot: a short header, then lines of text.
std::string make_message(std::size_t octets);

struct Load
{
    std::uint16_t port = 0;
    std::vector<std::string> recipients; // each connection has one of them, in turn
    std::size_t connections = 50;
    std::size_t octets = std::size_t{10} * 1024; // of a message
    std::size_t messages = 0;                    // about so many in all; 0: as many as there is time for
    std::chrono::milliseconds time{2000};        // then what has begun is finished
    std::size_t messages_per_connection = 0;     // then it ends and connects anew; 0: never
};

/// One message that was answered with 250.
struct Delivered
{
    std::chrono::steady_clock::time_point when;
    double wait = 0; // ms, from the final dot being sent to the 250
};

struct LoadResult
{
    std::vector<Delivered> messages;
    double seconds = 0;
    double client_cpu = 0; // seconds

    double rate() const { return static_cast<double>(messages.size()) / seconds; }
    /// How much of a core the client has used.
    double client_share() const { return client_cpu / seconds; }
    std::vector<double> waits() const;
};

/// Sends mail over many connections from this one thread: MAIL, RCPT and DATA
/// in one piece (RFC 2920), then the message. The clock starts once all have
/// said EHLO. A refusal or an ended connection throws std::runtime_error. Ends
/// early when asked to.
LoadResult deliver(const Load& load, std::stop_token stop = {});

} // namespace pillarbox::bench
