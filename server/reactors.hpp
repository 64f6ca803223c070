#pragma once

#include "server/net/reactor.hpp"

#include <cstddef>
#include <functional>
#include <memory>
#include <thread>
#include <vector>

namespace pillarbox {

/// The server's loops, two for each core: one for mail that comes in, one for
/// people who wait for an answer. A loop serves its connections in turn, and
/// one full of mail would keep people waiting. Where there are more threads to
/// run than cores, those of mail give way: a peer that sends does not notice a
/// millisecond.
class Reactors
{
public:
    /// Whose turns a connection shares.
    enum class Turn
    {
        mail,  // of other mail that comes in
        people // of others who wait for an answer
    };

    Reactors();

    /// Those for such connections.
    std::vector<net::Reactor*> of(Turn turn) const;

    /// Runs each on a thread of its own. The last one to end calls `finished`.
    void start(std::function<void()> finished);

    /// Waits for the threads.
    void join();

    /// Sessions that are idle leave, and each loop ends with its last one.
    void drain();

    /// Ends every wait of every connection.
    void cancel_all();

    /// Connections now alive.
    std::size_t sessions() const;

private:
    std::vector<std::unique_ptr<net::Reactor>> reactors_; // of both kinds in turn
    std::vector<std::jthread> threads_;
};

} // namespace pillarbox
