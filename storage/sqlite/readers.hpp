#pragma once

#include "storage/sqlite/op.hpp"
#include "storage/store.hpp"

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace pillarbox::storage::sqlite {

/// Threads that read: a connection each. Under load a thread takes several Ops
/// at once, for one snapshot and one wake-up of their waiters, and it wakes the
/// next thread only when there is more than it takes. A query that
/// passes its deadline is interrupted (timed_out). They also pread bodies.
class Readers
{
public:
    struct Options
    {
        std::chrono::milliseconds deadline{10'000}; // for one Op, from when it was pushed
        std::size_t max_waiting = 32'768;           // Ops; beyond, they are refused (timed_out)
        std::shared_ptr<Observer> observer;         // may be null
        std::function<void()> damaged{};            // the database was found damaged; any thread
    };

    Readers(std::vector<std::unique_ptr<Database>> connections, Options options);
    Readers(const Readers&) = delete;
    Readers& operator=(const Readers&) = delete;

    /// Finishes every Op already pushed, then joins.
    ~Readers();

    /// Any thread; never blocks.
    void push(std::unique_ptr<Op> op);

private:
    void read(Database& database);
    Group take(); // under the lock
    void run(Database& database, Group group);
    void run(Database& database, Op& op);

    Options options_;
    std::mutex mutex_; // guards what follows
    std::condition_variable pushed_;
    std::deque<std::unique_ptr<Op>> waiting_;
    bool woken_ = false; // a thread is on its way to what waits
    bool closing_ = false;

    std::vector<std::unique_ptr<Database>> connections_;
    std::vector<std::thread> threads_;
};

} // namespace pillarbox::storage::sqlite
