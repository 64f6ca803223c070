#pragma once

#include "storage/sqlite/database.hpp"
#include "storage/sqlite/files.hpp"
#include "storage/sqlite/index_batch.hpp"

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

namespace pillarbox::storage::sqlite {

struct Core;

/// Fills the index of a server, behind the commit and in nobody's way: a
/// thread of the lowest priority that only reads mail.db. What waits for it is
/// kept in no queue: rows of `msg` get their numbers in the order in which they
/// are committed, by whichever process, so the last number that is done says
/// all, and it is written together with what it stands for.
class Indexer
{
public:
    explicit Indexer(Core& core);
    Indexer(const Indexer&) = delete;
    Indexer& operator=(const Indexer&) = delete;
    ~Indexer();

    /// There is something new. Any thread; never waits for the indexer.
    void wake();

    /// The last one of these bodies' messages has gone, perhaps. Any thread.
    void gone(std::vector<std::int64_t> bodies);

    /// Joins. What is left is done after the next start.
    void stop();

    /// Does now what it does in the background, to the end; for tests.
    void run_once();

private:
    void work();
    void wait();
    template <class Work>
    void guarded(Work work);
    void do_what_there_is();
    bool run_step();
    void give_way(std::uint64_t deliveries, std::chrono::steady_clock::duration took);
    void open();
    void start_anew();
    bool index_batch();
    void write_batch(const IndexBatch& batch);
    bool forget_gone();
    bool sweep();
    void forget(const std::vector<std::int64_t>& bodies);
    bool compact();
    void mark_attachments(const std::vector<std::int64_t>& bodies);

    Core& core_;
    Descriptor woken_; // an eventfd: nobody waits for a lock that this thread holds
    std::atomic<bool> wanted_ = true;
    std::atomic<bool> stopping_ = false;
    std::atomic<std::uint64_t> deliveries_ = 0; // since the start; what counts is how fast it grows

    std::mutex rest_mutex_; // guards what follows; sessions never take it
    std::condition_variable rested_;

    std::mutex gone_mutex_; // guards what follows
    std::vector<std::int64_t> gone_;

    std::mutex running_; // guards what follows: run_once() by one thread at a time
    std::unique_ptr<Database> mail_;
    std::unique_ptr<Database> index_;
    std::int64_t swept_ = 0; // bodies up to here were looked after since the start
    bool swept_all_ = false;
    std::int64_t removed_ = 0; // since the last compaction
    bool compacting_ = false;
    std::chrono::steady_clock::time_point anew_until_{}; // not made anew again before
    bool failing_ = false;

    std::thread thread_;
};

} // namespace pillarbox::storage::sqlite
