#include "storage/sqlite/writer.hpp"

#include "storage/sqlite/body_store.hpp"

#include <sqlite3.h>

#include <algorithm>
#include <iterator>
#include <string>
#include <utility>

namespace pillarbox::storage::sqlite {
namespace {

constexpr int checkpoint_pages = 8'000; // 16 MB: some tens of milliseconds of copying
constexpr auto after_failed_write = "nothing more is taken: check the disk, and start the server again";
constexpr auto undo = "ROLLBACK";
constexpr int attempts_to_begin = 3; // each waits as long as the connection's busy time

/// Its ROLLBACK is prepared: when that is needed there may be no memory for it.
std::unique_ptr<Database> ready_to_undo(std::unique_ptr<Database> database)
{
    const Query prepared(*database, undo);
    return database;
}

} // namespace

Writer::Writer(std::unique_ptr<Database> database, BodyStore* bodies, Options options)
    : database_(ready_to_undo(std::move(database))),
      bodies_(bodies),
      options_(std::move(options)),
      body_thread_([this] { write_bodies(); }),
      row_thread_([this] { write_rows(); })
{}

Writer::~Writer()
{
    {
        const std::lock_guard lock(mutex_);
        closing_ = true;
    }
    gathered_.notify_all();
    closed_.notify_all();
    body_thread_.join();
    row_thread_.join();
}

void Writer::push(std::unique_ptr<Op> op)
{
    op->pushed = std::chrono::steady_clock::now();
    bool full = false;
    bool first = false;
    if (healthy()) {
        const std::lock_guard lock(mutex_);
        full = waiting_.size() >= options_.max_waiting;
        first = waiting_.empty();
        if (!full) waiting_.push_back(std::move(op));
    }
    if (op)
        refuse(std::move(op), full ? Errc::timed_out : Errc::unavailable);
    else if (first)
        gathered_.notify_one();
}

bool Writer::idle() const
{
    const std::lock_guard lock(mutex_);
    return waiting_.empty() && under_way_ == 0;
}

void Writer::write_bodies()
{
    while (true) {
        Taken group = take_group();
        if (group.ops.empty()) break;
        const auto number = group.number;
        note_bodies(put_bodies(group.ops));
        hand_over(std::move(group)); // its rows are run meanwhile
        if (bodies_ && healthy()) note_bodies(bodies_->sync());
        {
            const std::lock_guard lock(mutex_);
            last_synced_ = number;
        }
        synced_.notify_one();
    }
    hand_over(std::nullopt);
}

error_code Writer::put_bodies(Group& group)
{
    if (!bodies_ || !healthy()) return {};
    for (auto& op : group)
        op->write_body(*bodies_);
    const auto error = bodies_->write();
    if (bodies_->refused_for_space() && options_.out_of_space) options_.out_of_space();
    return error;
}

void Writer::note_bodies(const error_code& error)
{
    if (error) fail("bodies could not be synced", error.message() + "; " + after_failed_write);
}

void Writer::gather(std::unique_lock<std::mutex>& lock)
{
    using Clock = std::chrono::steady_clock;
    gathered_.wait(lock, [this] { return closing_ || under_way_ == 0 || !gathering_.crowded(); });
    while (!closing_ && waiting_.size() < options_.max_ops) {
        const auto patience = gathering_.patience(waiting_.size(), waiting_.front()->pushed, Clock::now());
        if (patience <= Clock::duration::zero()) return;
        gathered_.wait_for(lock, patience, [this] { return closing_; });
    }
}

Writer::Taken Writer::take_group()
{
    std::unique_lock lock(mutex_);
    gathered_.wait(lock, [this] { return closing_ || !waiting_.empty(); });
    gather(lock);
    auto end = waiting_.begin();
    for (std::size_t octets = 0; end != waiting_.end(); ++end) {
        octets += (*end)->octets;
        const auto taken = static_cast<std::size_t>(end - waiting_.begin());
        if (taken > 0 && (taken >= options_.max_ops || octets > options_.max_octets)) break;
    }
    Group group;
    if (end == waiting_.end()) {
        group.swap(waiting_);
    } else {
        group.assign(std::move_iterator(waiting_.begin()), std::move_iterator(end));
        waiting_.erase(waiting_.begin(), end);
    }
    if (!group.empty()) ++under_way_;
    return {std::move(group), std::chrono::steady_clock::now(), ++last_taken_};
}

void Writer::hand_over(std::optional<Taken> group)
{
    {
        std::unique_lock lock(mutex_);
        handed_over_.wait(lock, [this] { return !next_; });
        if (group)
            next_ = std::move(group);
        else
            bodies_done_ = true;
    }
    handed_over_.notify_all();
}

void Writer::write_rows()
{
    while (true) {
        Taken group;
        {
            std::unique_lock lock(mutex_);
            handed_over_.wait(lock, [this] { return next_ || bodies_done_; });
            if (!next_) return;
            group = std::move(*next_);
            next_.reset();
        }
        handed_over_.notify_all();
        const auto began = std::chrono::steady_clock::now();
        commit(std::move(group));
        checkpoint_when_due();
        if (options_.gives_way) give_way(std::chrono::steady_clock::now() - began);
        {
            const std::lock_guard lock(mutex_);
            --under_way_;
        }
        gathered_.notify_one(); // the next group may have waited for this
    }
}

/// SQLite has no queue for those who want to write: they try now and then, and
/// would find it busy for good.
void Writer::give_way(std::chrono::steady_clock::duration took)
{
    std::unique_lock lock(mutex_);
    closed_.wait_for(lock, took, [this] { return closing_; });
}

void Writer::commit(Taken taken)
{
    Group& group = taken.ops;
    if (!healthy()) return finish(std::move(group), make_error_code(Errc::unavailable));
    const std::size_t ops = group.size();
    int code = transact(taken);
    if ((code & 0xff) == SQLITE_FULL) {
        // Deleting needs room for the log too: without payloads, and with the
        // reserve given up, it usually goes through.
        if (options_.out_of_space) options_.out_of_space();
        const auto payload =
            std::partition(group.begin(), group.end(), [](auto& op) { return op->octets == 0; });
        Group refused(std::move_iterator(payload), std::move_iterator(group.end()));
        group.erase(payload, group.end());
        finish(std::move(refused), make_error_code(Errc::out_of_space));
        code = group.empty() ? SQLITE_OK : transact(taken);
    }
    if (code == SQLITE_OK) {
        if (options_.committed) options_.committed();
        finish(std::move(group), {});
        const auto took = std::chrono::steady_clock::now() - taken.began;
        {
            const std::lock_guard lock(mutex_);
            gathering_.finished(ops, waiting_.size(), taken.began + took);
        }
        if (options_.observer)
            options_.observer->committed(ops, std::chrono::duration_cast<std::chrono::microseconds>(took));
        return;
    }
    if (!healthy()) return finish(std::move(group), make_error_code(Errc::unavailable)); // its bodies failed
    // A group that failed for another reason than a busy or full database has
    // left unknown what is on the disk.
    const Errc error = errc_of(code);
    const bool temporary = error == Errc::timed_out || error == Errc::out_of_space;
    if (!temporary) fail("a commit failed", describe(*database_, code));
    finish(std::move(group), make_error_code(temporary ? error : Errc::unavailable));
}

int Writer::transact(const Taken& group, bool savepoints)
{
    int code = begin();
    if (code != SQLITE_OK) return code;
    try {
        for (const auto& op : group.ops) {
            const auto changes = database_->total_changes();
            const bool done = savepoints ? run_in_savepoint(*op) : op->run(*database_);
            // SQLite itself may have given up the whole transaction; and a
            // disk that fails or is full concerns the group, not this Op.
            if (!database_->in_transaction() || disk_failed(op->fault) || (op->fault & 0xff) == SQLITE_FULL) {
                roll_back();
                return op->fault != 0 ? op->fault : SQLITE_ABORT;
            }
            if (done || savepoints || database_->total_changes() == changes) continue;
            roll_back();
            return transact(group, true);
        }
        if (!await_bodies(group.number)) {
            roll_back();
            return SQLITE_ABORT;
        }
        database_->run("COMMIT");
        return SQLITE_OK;
    } catch (...) {
        code = current_fault();
        roll_back();
        return code;
    }
}

bool Writer::run_in_savepoint(Op& op)
{
    database_->run("SAVEPOINT op");
    const bool done = op.run(*database_);
    if (!database_->in_transaction()) return false;
    if (!done) database_->run("ROLLBACK TO op");
    database_->run("RELEASE op");
    return done;
}

/// False when they have not become durable.
bool Writer::await_bodies(std::uint64_t group)
{
    std::unique_lock lock(mutex_);
    synced_.wait(lock, [&] { return last_synced_ >= group; });
    return healthy();
}

int Writer::begin()
{
    int code = SQLITE_OK;
    for (int attempt = 0; attempt < attempts_to_begin; ++attempt) {
        try {
            database_->run("BEGIN IMMEDIATE");
            return SQLITE_OK;
        } catch (...) {
            code = current_fault();
        }
        if ((code & 0xff) != SQLITE_BUSY) break; // a verb in another process writes
    }
    return code;
}

void Writer::roll_back() noexcept
{
    try {
        if (database_->in_transaction()) database_->run(undo);
    } catch (...) {
        fail("a transaction could not be rolled back", describe(*database_, current_fault()));
    }
}

void Writer::finish(Group group, error_code commit)
{
    for (auto& op : group)
        op->settle(commit);
    resume_all(std::move(group));
}

void Writer::refuse(std::unique_ptr<Op> op, Errc error)
{
    Group alone;
    alone.push_back(std::move(op));
    finish(std::move(alone), make_error_code(error));
}

void Writer::fail(std::string_view what, std::string_view detail)
{
    failed_ = true;
    if (options_.observer) options_.observer->event(Observer::Severity::error, what, detail);
}

void Writer::checkpoint_when_due()
{
    if (database_->log_pages() < checkpoint_pages || !healthy()) return;
    const bool restart = database_->log_pages() > restart_above_;
    const int code = database_->checkpoint(restart);
    const bool busy = (code & 0xff) == SQLITE_BUSY;
    // Who reads for long, as a backup does, is waited for once for each so many pages.
    if (database_->log_pages() == 0)
        restart_above_ = restart_pages;
    else if (restart)
        restart_above_ = database_->log_pages() + restart_pages;
    if (code == SQLITE_OK || busy) return;
    if ((code & 0xff) == SQLITE_FULL) {
        if (options_.out_of_space) options_.out_of_space();
        return;
    }
    // The database may miss pages that the log will lose when it begins anew.
    fail("a checkpoint failed", describe(*database_, code));
}

} // namespace pillarbox::storage::sqlite
