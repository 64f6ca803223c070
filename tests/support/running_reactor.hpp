#pragma once

#include "server/net/reactor.hpp"

#include <thread>

namespace pillarbox::test {

/// A reactor that runs on a thread of its own until the test ends.
class RunningReactor
{
public:
    RunningReactor() : thread_([this] { reactor_.run(); }) {}
    ~RunningReactor()
    {
        reactor_.cancel_all();
        reactor_.stop();
        thread_.join();
    }
    RunningReactor(const RunningReactor&) = delete;
    RunningReactor& operator=(const RunningReactor&) = delete;

    net::Reactor& operator*() { return reactor_; }
    net::Reactor* operator->() { return &reactor_; }

private:
    net::Reactor reactor_;
    std::thread thread_;
};

} // namespace pillarbox::test
