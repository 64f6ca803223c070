#include "storage/sqlite/readers.hpp"

#include <sqlite3.h>

#include <string>

namespace pillarbox::storage::sqlite {
namespace {

void finish(std::unique_ptr<Op> op, error_code error)
{
    op->settle(error);
    Group alone;
    alone.push_back(std::move(op));
    resume_all(std::move(alone));
}

/// One snapshot for all that an Op asks.
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
    {
        const std::lock_guard lock(mutex_);
        if (waiting_.size() < options_.max_waiting) waiting_.push_back(std::move(op));
    }
    if (op)
        finish(std::move(op), make_error_code(Errc::timed_out));
    else
        pushed_.notify_one();
}

void Readers::read(Database& database)
{
    while (true) {
        std::unique_ptr<Op> op;
        {
            std::unique_lock lock(mutex_);
            pushed_.wait(lock, [this] { return closing_ || !waiting_.empty(); });
            if (waiting_.empty()) return;
            op = std::move(waiting_.front());
            waiting_.pop_front();
        }
        run(database, std::move(op));
    }
}

void Readers::run(Database& database, std::unique_ptr<Op> op)
{
    const auto deadline = op->pushed + options_.deadline;
    // Whoever waited so long has given up; the rest must not wait for it too.
    if (std::chrono::steady_clock::now() > deadline)
        return finish(std::move(op), make_error_code(Errc::timed_out));

    database.set_deadline(deadline);
    error_code error;
    try {
        const Snapshot snapshot(database);
        op->run(database);
    } catch (...) {
        error = make_error_code(errc_of(current_fault()));
    }
    if (options_.observer && op->fault != 0 && errc_of(op->fault) == Errc::unavailable)
        options_.observer->event(Observer::Severity::error, "a query failed", sqlite3_errstr(op->fault));
    finish(std::move(op), error);
}

} // namespace pillarbox::storage::sqlite
