#pragma once

#include "server/base/log.hpp"
#include "server/mailflow/intake.hpp"
#include "storage/store.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <utility>
#include <vector>

namespace pillarbox::mailflow {

/// Sends drafts whose time has come: what a person can still undo is a row in
/// the store, and delivery ends it in the commit that accepts the message. So
/// it is sent once, however often the server stops in between.
class Outbox
{
public:
    struct Options
    {
        std::size_t most_recipients = 1000;
        std::uint64_t largest = 50ull << 20; // octets of a message
        std::chrono::seconds undo{8};        // between sending and being sent

        /// Whether the account may send another message just now. Null: always.
        std::function<bool(storage::AccountId)> may_send;
    };

    /// `executor` is where run() runs. What is given outlives the outbox.
    Outbox(boost::asio::any_io_executor executor, storage::Store& store, Intake& intake, Options options);

    const Options& options() const { return options_; }

    /// Who hears what becomes of each submission, on run()'s thread; before run().
    using Report = std::function<void(const storage::Submission&)>;
    void report_to(Report report) { report_ = std::move(report); }

    /// Sends what is due, and waits for what will be, until stop(). Once.
    awaitable<void> run();

    /// A submission was added. Any thread.
    void wake();

    /// Lets run() end once it has finished what it is at. Any thread.
    void stop();

    /// One look: sends what is due; returns how long there is nothing to do.
    awaitable<std::chrono::seconds> send_due();

private:
    awaitable<storage::Result<void>> send(storage::Submission submission);
    awaitable<storage::Result<void>> fail(storage::Submission submission, std::string detail);
    void report(storage::Submission submission, storage::Submission::State state) const;
    awaitable<storage::Result<void>> settle(storage::Submission submission, Verdict verdict,
                                            std::vector<storage::Contact> people);

    storage::Store& store_;
    Intake& intake_;
    Options options_;
    Report report_;
    Log log_;
    boost::asio::steady_timer timer_; // this and the next two on run()'s thread only
    bool woken_ = false;
    bool stopped_ = false;
};

} // namespace pillarbox::mailflow
