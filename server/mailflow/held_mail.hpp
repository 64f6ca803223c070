#pragma once

#include "server/base/log.hpp"
#include "server/mailflow/intake.hpp"
#include "storage/store.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/system_timer.hpp>

#include <memory>
#include <string>
#include <vector>

namespace pillarbox::mailflow {

/// Mail whose sender wanted it to wait, RFC 4865: when its time has come, it is
/// accepted as if it had just been sent, and goes to whom its recipients mean
/// by then. What cannot be stored is tried again, for five days; what fails
/// goes back to its sender as a report. On one executor.
class HeldMail
{
public:
    HeldMail(boost::asio::any_io_executor executor, storage::Store& store, Intake& intake, Log log);

    /// Goes on until stop(), and hears of new mail from Intake. Looks once a
    /// minute at least: somebody may have changed the clock, and what could not
    /// be stored may have room by then. Once, before any message comes.
    void start();

    void stop();

    /// Sends all whose time has come by `now`, once.
    awaitable<void> send_due(storage::Time now);

private:
    awaitable<void> run();
    void wake();
    awaitable<void> pause();
    awaitable<bool> send(storage::Waiting waiting, storage::Time now);
    awaitable<std::unique_ptr<storage::Spool>> copy(storage::QueueId entry);
    awaitable<void> report(storage::Waiting waiting, std::vector<RecipientReport> failed, std::string head);

    boost::asio::any_io_executor executor_;
    storage::Store& store_;
    Intake& intake_;
    Log log_;
    boost::asio::system_timer timer_;
    bool woken_ = false;
    bool stopping_ = false;
};

} // namespace pillarbox::mailflow
