#include "storage/sqlite/readers.hpp"

#include <sqlite3.h>

#include <algorithm>
#include <optional>
#include <utility>

namespace pillarbox::storage::sqlite {
namespace {

constexpr std::size_t least_shared = 8; // brief Ops: done before another thread has woken
constexpr std::size_t most_at_once = 32;

void finish(std::unique_ptr<Op> op, error_code error)
{
    op->settle(error);
    Group alone;
    alone.push_back(std::move(op));
    resume_all(std::move(alone));
}

/// One snapshot for all that some Ops ask.
class Snapshot
{
public:
    explicit Snapshot(Database& database) : database_(database) { database_.run("BEGIN"); }
    Snapshot(const Snapshot&) = delete;
    Snapshot& operator=(const Snapshot&) = delete;
    ~Snapshot()
    {
        // Nothing was changed: ROLLBACK ends it as well, and cannot fail halfway.
        if (database_.in_transaction())
            sqlite3_exec(database_.handle(), "ROLLBACK", nullptr, nullptr, nullptr);
    }

private:
    Database& database_;
};

} // namespace

Readers::Readers(std::vector<std::unique_ptr<Database>> connections, Options options)
    : options_(std::move(options)), connections_(std::move(connections))
{
    for (auto& connection : connections_)
        threads_.emplace_back([this, database = connection.get()] { read(*database); });
}

Readers::~Readers()
{
    {
        const std::lock_guard lock(mutex_);
        closing_ = true;
    }
    pushed_.notify_all();
    for (auto& thread : threads_)
        thread.join();
}

void Readers::push(std::unique_ptr<Op> op)
{
    op->pushed = std::chrono::steady_clock::now();
    bool wake = false;
    {
        const std::lock_guard lock(mutex_);
        if (waiting_.size() < options_.max_waiting) {
            waiting_.push_back(std::move(op));
            wake = !std::exchange(woken_, true);
        }
    }
    if (op)
        finish(std::move(op), make_error_code(Errc::timed_out));
    else if (wake)
        pushed_.notify_one();
}

void Readers::read(Database& database)
{
    while (true) {
        Group group;
        bool more = false;
        {
            std::unique_lock lock(mutex_);
            pushed_.wait(lock, [this] { return closing_ || !waiting_.empty(); });
            if (waiting_.empty()) return;
            group = take();
            more = !waiting_.empty();
            woken_ = more;
        }
        if (more) pushed_.notify_one();
        run(database, std::move(group));
    }
}

/// One Op; of brief ones this thread's share, for the others take theirs, or a few.
Group Readers::take()
{
    const std::size_t share = std::clamp(waiting_.size() / connections_.size(), least_shared, most_at_once);
    Group group;
    do {
        group.push_back(std::move(waiting_.front()));
        waiting_.pop_front();
    } while (group.size() < share && group.back()->brief && !waiting_.empty() && waiting_.front()->brief);
    return group;
}

void Readers::run(Database& database, Group group)
{
    std::optional<Snapshot> snapshot;
    error_code error;
    try {
        snapshot.emplace(database);
    } catch (...) {
        error = make_error_code(errc_of(current_fault()));
    }
    for (auto& op : group) {
        if (error)
            op->settle(error);
        else
            run(database, *op);
    }
    snapshot.reset();
    resume_all(std::move(group));
}

void Readers::run(Database& database, Op& op)
{
    const auto deadline = op.pushed + options_.deadline;
    // Whoever waited so long has given up; the rest must not wait for it too.
    if (std::chrono::steady_clock::now() > deadline) return op.settle(make_error_code(Errc::timed_out));

    database.set_deadline(deadline);
    op.run(database);
    op.settle({});
    if (op.fault == 0 || errc_of(op.fault) != Errc::unavailable) return;
    if (options_.observer)
        options_.observer->event(Observer::Severity::error, "a query failed", describe(database, op.fault));
    // What else can be read is; but nothing is built on it any more.
    if (damaged(op.fault) && options_.damaged) options_.damaged();
}

} // namespace pillarbox::storage::sqlite
