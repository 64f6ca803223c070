#pragma once

#include "storage/result.hpp"
#include "storage/sqlite/database.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/execution/outstanding_work.hpp>
#include <boost/asio/prefer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <chrono>
#include <cstddef>
#include <memory>
#include <type_traits>
#include <utility>
#include <vector>

namespace pillarbox::storage::sqlite {

using boost::system::error_code;

class BodyStore;

/// One piece of work on its way from a coroutine through the store and back.
/// Its members are called in this order; the comment says on which thread.
class Op
{
public:
    virtual ~Op() = default;

    /// Body thread, before the group's write.
    virtual void write_body(BodyStore&) {}

    /// Row thread, or a reader; false undoes what it did. Called again when the
    /// group has to be done again.
    virtual bool run(Database& database) noexcept = 0;

    /// Row thread, after COMMIT. An error replaces what run() returned.
    virtual void settle(error_code commit) noexcept = 0;

    /// The awaiting coroutine's own thread.
    virtual void resume() noexcept = 0;

    boost::asio::any_io_executor home;            // where to resume; holds outstanding work
    std::size_t octets = 0;                       // payload; zero in what a full disk must not stop
    bool brief = false;                           // takes microseconds: readers run several at once
    int fault = 0;                                // SQLite's code when run() failed for it, else 0
    std::chrono::steady_clock::time_point pushed; // set by the queue
};

using Group = std::vector<std::unique_ptr<Op>>;

/// Resumes every Op's waiter: one post for each executor. Ops without one
/// resume at once.
void resume_all(Group group);

/// The fault of what is being thrown: SQLite's code, or SQLITE_NOMEM. Call it
/// in a catch block.
int current_fault() noexcept;

/// An Op that runs `Work` and hands its Result to `Handler`. Work may also
/// have write_body(BodyStore&), and settle(bool committed).
template <class Work, class Handler>
class OpOf final : public Op
{
public:
    using Outcome = std::invoke_result_t<Work&, Database&>;

    OpOf(Work work, Handler handler) : work_(std::move(work)), handler_(std::move(handler))
    {
        home = boost::asio::prefer(boost::asio::get_associated_executor(handler_),
                                   boost::asio::execution::outstanding_work.tracked);
    }

    void write_body(BodyStore& bodies) override
    {
        if constexpr (requires(Work& work) { work.write_body(bodies); }) work_.write_body(bodies);
    }

    bool run(Database& database) noexcept override
    {
        fault = 0;
        try {
            outcome_ = work_(database);
        } catch (...) {
            fault = current_fault();
            fail(make_error_code(errc_of(fault)));
        }
        return outcome_.has_value();
    }

    void settle(error_code commit) noexcept override
    {
        if (commit) fail(commit);
        if constexpr (requires(Work& work) { work.settle(true); }) work_.settle(outcome_.has_value());
    }

    void resume() noexcept override { std::move(handler_)(std::move(outcome_)); }

private:
    void fail(error_code error) { outcome_ = Outcome(boost::system::in_place_error, error); }

    Work work_;
    Handler handler_;
    Outcome outcome_{boost::system::in_place_error, make_error_code(Errc::unavailable)}; // until it has run
};

/// Suspends the calling coroutine, pushes an Op that runs `work` on a database
/// thread, and resumes the caller on its own executor with what it returned.
/// `octets` and `brief` are the Op's.
template <class Queue, class Work>
auto submit(Queue& queue, Work work, std::size_t octets = 0, bool brief = false)
{
    using Outcome = std::invoke_result_t<Work&, Database&>;
    auto initiate = [&queue, octets, brief](auto handler, Work moved) {
        auto op = std::make_unique<OpOf<Work, decltype(handler)>>(std::move(moved), std::move(handler));
        op->octets = octets;
        op->brief = brief;
        queue.push(std::move(op));
    };
    return boost::asio::async_initiate<const boost::asio::use_awaitable_t<>&, void(Outcome)>(
        std::move(initiate), boost::asio::use_awaitable, std::move(work));
}

/// submit() for what takes a reader microseconds: a look at a row or a few.
template <class Queue, class Work>
auto submit_brief(Queue& queue, Work work)
{
    return submit(queue, std::move(work), 0, true);
}

} // namespace pillarbox::storage::sqlite
