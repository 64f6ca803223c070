#pragma once

#include "storage/sqlite/database.hpp"
#include "storage/types.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/steady_timer.hpp>

#include <array>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

namespace pillarbox::storage::sqlite {

/// One who watches an account. wake() from any thread; the rest on the
/// executor it waits on.
class Watcher : public std::enable_shared_from_this<Watcher>
{
public:
    /// Where it waits from now on.
    void settle_on(const boost::asio::any_io_executor& executor);

    /// What happened up to here is about to be looked at.
    void look() { change_woken(false); }

    /// Something happened since look().
    bool woken() const;

    /// Never expires; cancelled once it is woken.
    boost::asio::steady_timer& timer() { return *timer_; }

    /// Something happened. However often, one wake-up is under way at most.
    void wake();

private:
    friend class Watchers;

    void change_woken(bool woken);

    mutable std::mutex mutex_;
    std::optional<boost::asio::steady_timer> timer_;
    bool woken_ = false;
    bool posted_ = false;
    std::uint64_t seen_ = 0; // the counter, as Watchers' thread saw it last
};

/// Who waits for changes of which accounts. What our writer commits is told at
/// once: SQLite names the rows of `account` that it changes, and every change
/// of mail counts there. For what others commit, a thread looks every second
/// whether the database has another version; it begins with the first watcher. The
/// queue is watched likewise, as a whole.
class Watchers
{
public:
    /// `reader` is for that thread's connection.
    explicit Watchers(Database::Options reader) : options_(std::move(reader)) {}
    Watchers(const Watchers&) = delete;
    Watchers& operator=(const Watchers&) = delete;
    ~Watchers() { stop(); }

    /// Ends the thread, and with it its connection.
    void stop();

    /// Hears what `writer` changes from now on. Its thread then calls
    /// committed() after each commit.
    void listen_to(Database& writer);
    void committed();

    /// Any thread.
    std::shared_ptr<Watcher> add(AccountId account);
    void remove(AccountId account, const std::shared_ptr<Watcher>& watcher);

    /// The same for who is told of the queue, as Queue::watch() says. Returns what
    /// takes it away again.
    std::uint64_t add_to_queue(std::function<void()> changed);
    void remove_from_queue(std::uint64_t number);

private:
    /// What rows of the queue are like, as far as lists show them; of a long one the
    /// beginning, and how far it goes.
    using QueueState = std::array<std::int64_t, 6>;
    static QueueState queue_state(Database& database);

    static void note(void* self, int what, const char* database, const char* table, std::int64_t row);
    bool somebody_watches() const { return !watchers_.empty() || !of_queue_.empty(); }
    void begin_to_watch_others();
    void wake_all();
    void tell_of_queue();
    void watch_others();
    void look_at_accounts(Database& database);
    void look_at_queue(Database& database);

    Database::Options options_;
    std::vector<std::int64_t> touched_; // the writer's thread; perhaps rolled back, which does no harm
    bool forgot_some_ = false;          // the same: there was no memory to note one
    bool queue_touched_ = false;        // the same

    std::optional<QueueState> queue_; // as the thread saw it last; only while somebody is told

    std::mutex mutex_; // guards what follows
    std::condition_variable changed_;
    std::multimap<AccountId, std::shared_ptr<Watcher>> watchers_;
    std::map<std::uint64_t, std::function<void()>> of_queue_;
    std::uint64_t next_of_queue_ = 1;
    bool stopping_ = false;
    std::thread thread_;
};

} // namespace pillarbox::storage::sqlite
