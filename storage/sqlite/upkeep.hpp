#pragma once

#include "storage/sqlite/compaction.hpp"
#include "storage/types.hpp"

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <thread>

namespace pillarbox::storage::sqlite {

struct Core;

/// Work in the background of a server: takes mail out of Inboxes that has been
/// there for its time, ends what the vault has kept for its time, gives the space of removed mail back,
/// empties segments that have little else, ends sessions that have expired, forgets old changes and events,
/// writes down which devices signed in, keeps the reserve. A thread of its own; what it changes goes through
/// the writer in small pieces, so that deliveries never wait long.
class Upkeep
{
public:
    explicit Upkeep(Core& core);
    Upkeep(const Upkeep&) = delete;
    Upkeep& operator=(const Upkeep&) = delete;
    ~Upkeep();

    /// There is something to do. Any thread; cheap.
    void wake();

    /// Writes down what must not be lost, then joins.
    void stop();

    /// Does now what it does in the background, to the end; for tests.
    void run_once();

private:
    struct Buried
    {
        std::size_t messages = 0;
        std::uint64_t octets = 0; // that come back
        bool more = false;        // there are perhaps more
    };

    enum class Pace
    {
        gently, // in the pauses of others
        at_once
    };

    void work();
    void do_all(Pace pace);
    void write_touches();
    void write_visits();
    void expire_mail(Pace pace);
    Buried bury_dead(Time until);
    void make_the_vault_yield();
    void give_back_space();
    bool compact(Pace pace);
    bool pause(std::chrono::steady_clock::duration time);
    void sweep_sessions();
    void forget_old_changes();
    void forget_old_events();
    void let_go_of_fetched(Pace pace);
    void shrink_database();
    bool stopping() const;

    Core& core_;
    mutable std::mutex mutex_;
    std::condition_variable woken_;
    bool wanted_ = true; // what a crash left is there from the beginning
    bool stopping_ = false;
    std::mutex running_; // guards what follows: one thread at a time does it
    Compaction compaction_;
    std::chrono::steady_clock::time_point next_expiry_{};
    std::chrono::days last_expire_ = never_expires; // when mail was last looked for
    std::chrono::steady_clock::time_point next_removal_{};
    std::thread thread_;
};

} // namespace pillarbox::storage::sqlite
