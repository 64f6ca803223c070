#pragma once

#include "server/base/log.hpp"
#include "server/mailauth/dmarc_facts.hpp"
#include "server/mailauth/verification.hpp"
#include "server/mailflow/policy.hpp"
#include "server/mime/header.hpp"
#include "storage/tallies.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace pillarbox::mailflow {

/// What a report about a message will tell, and of whose record.
struct DmarcMessage
{
    std::string domain; // whose record applies
    mailauth::DmarcFacts facts;
};

/// What the owner of the domain in From is told of a message. Nothing where that is
/// not asked for; where DMARC came to no result; and for a message that is itself
/// such a report, or two servers would report on each other's reports for ever.
std::optional<DmarcMessage> dmarc_message(const mailauth::Findings& findings,
                                          const mailauth::SpfQuestion& sender, const mime::Header& header,
                                          const Config::Verify& terms);

/// Counts messages for the reports of their day, RFC 9990: some time after they
/// came, so that nobody waits for it. What a crash loses is a minute of them.
class DmarcTally
{
public:
    /// `executor` is where run() runs.
    DmarcTally(boost::asio::any_io_executor executor, storage::Tallies& tallies)
        : tallies_(tallies), timer_(std::move(executor), boost::asio::steady_timer::time_point::max())
    {}

    /// Any thread.
    void count(const DmarcMessage& message, storage::Time now);

    /// Writes down what was counted, each minute until stop(), and then the rest. Once.
    boost::asio::awaitable<void> run();

    /// Any thread.
    void stop();

private:
    using Day = std::pair<std::int64_t, std::string>; // and the domain

    void add(Day day, std::string facts);
    boost::asio::awaitable<void> write();

    storage::Tallies& tallies_;
    Log log_;
    boost::asio::steady_timer timer_; // this and the rest on run()'s thread only
    std::map<Day, std::map<std::string, std::uint64_t>> gathered_;
    std::size_t kinds_ = 0; // of all days
    std::uint64_t lost_ = 0;
    bool stopped_ = false;
};

} // namespace pillarbox::mailflow
