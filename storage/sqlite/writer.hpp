#pragma once

#include "storage/sqlite/gathering.hpp"
#include "storage/sqlite/op.hpp"
#include "storage/store.hpp"

#include <atomic>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <optional>
#include <thread>

namespace pillarbox::storage::sqlite {

/// The only way to change the store. Two threads in a row: the first appends
/// and syncs the bodies of everything waiting, the second runs the rows in one
/// transaction, commits once the bodies are durable, and never before. Only then
/// do the waiters resume, with one post for each reactor. While one group commits,
/// the next one's bodies sync, and the one after gathers: the slower the disk,
/// the larger the group. On a fast one, Gathering keeps groups from being small.
///
/// An Op that fails is undone alone. Savepoints for that cost a copy of each page
/// an Op touches, so that they are only there when a group has to be run again.
///
/// A sync or commit that fails leaves unknown what is on the disk: its group
/// fails, and so does everything after it (unavailable). A full disk refuses
/// what carries a payload; the rest of its group is tried once more.
class Writer
{
public:
    struct Options
    {
        std::size_t max_ops = 512;                   // in a group
        std::size_t max_octets = 64ul * 1024 * 1024; // in a group
        std::size_t max_waiting = 32'768;            // Ops; beyond, they are refused (timed_out)
        bool gives_way = false;             // as long between two groups as one takes: another process writes
        std::shared_ptr<Observer> observer; // may be null
        std::function<void()> committed;    // called on the row thread after each commit, before its waiters
        std::function<void()> out_of_space; // called on either thread, before the second try
    };

    /// `bodies` may be null: then no Op has one.
    Writer(std::unique_ptr<Database> database, BodyStore* bodies, Options options);
    Writer(const Writer&) = delete;
    Writer& operator=(const Writer&) = delete;

    /// Finishes every Op already pushed, then joins.
    ~Writer();

    /// Any thread. Never blocks: sessions have one Op under way each, and a
    /// queue that is full all the same refuses.
    void push(std::unique_ptr<Op> op);

    /// False after a failed sync or commit, or after give_up().
    bool healthy() const { return !failed_; }

    /// The database was found damaged: nothing more is written to it. Any thread.
    void give_up() { failed_ = true; }

    /// Nothing waits and nothing is under way.
    bool idle() const;

private:
    void write_bodies();
    void write_rows();
    /// Ops on their way, and when the first thread took them.
    struct Taken
    {
        Group ops;
        std::chrono::steady_clock::time_point began{};
        std::uint64_t number = 0; // of the group
    };

    Taken take_group();
    error_code put_bodies(Group& group);
    void note_bodies(const error_code& error);
    void gather(std::unique_lock<std::mutex>& lock);
    void hand_over(std::optional<Taken> group);
    void give_way(std::chrono::steady_clock::duration took);
    void commit(Taken taken);
    int transact(const Taken& group, bool savepoints = false);
    bool run_in_savepoint(Op& op);
    bool await_bodies(std::uint64_t group);
    int begin();
    void roll_back() noexcept;
    void finish(Group group, error_code commit);
    void refuse(std::unique_ptr<Op> op, Errc error);
    void fail(std::string_view what, std::string_view detail);
    void checkpoint_when_due();

    static constexpr int restart_pages = 32 * 1024; // 64 MiB: readers have kept the log from beginning anew

    std::unique_ptr<Database> database_; // the row thread's
    int restart_above_ = restart_pages;  // likewise: how long the log may be before readers are waited for
    BodyStore* bodies_;                  // the body thread's
    Options options_;
    std::atomic<bool> failed_ = false;

    mutable std::mutex mutex_; // guards what follows
    std::condition_variable gathered_;
    std::condition_variable handed_over_;
    std::condition_variable closed_;
    Group waiting_;
    Gathering gathering_;
    std::condition_variable synced_;
    std::optional<Taken> next_;     // its bodies are written; at most one group
    std::uint64_t last_taken_ = 0;  // number of a group
    std::uint64_t last_synced_ = 0; // likewise; the bodies of those before are too
    std::size_t under_way_ = 0;     // groups taken and not finished
    bool closing_ = false;
    bool bodies_done_ = false;

    std::thread body_thread_;
    std::thread row_thread_;
};

} // namespace pillarbox::storage::sqlite
