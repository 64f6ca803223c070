#pragma once

#include "server/mailflow/signing.hpp"
#include "server/outbound/report_letter.hpp"
#include "storage/store.hpp"
#include "storage/tallies.hpp"

#include <boost/asio/awaitable.hpp>

#include <cstdint>
#include <string>
#include <string_view>

namespace pillarbox::outbound {

/// Tells the owners of domains of each day that is over, once. What of a day to
/// tell, and whom, its kinds know. On one reactor's thread.
class DailyReporter
{
public:
    virtual ~DailyReporter() = default;

    /// Reports on every day that was over by `now`. Days of which nobody can be
    /// told, because the store or DNS cannot answer, wait for the next time, for
    /// a week. Each target is told once, whatever becomes of it; again, under the
    /// same names, only where the server is killed before it has noted that.
    boost::asio::awaitable<void> report_due(storage::Time now);

    /// From now on nothing more is begun.
    void stop() { stopped_ = true; }

protected:
    /// What the log calls what happens.
    struct Events
    {
        const char* unread;
        const char* sent;
        const char* lost;
    };

    /// With `signer`, what goes by mail is signed.
    DailyReporter(storage::Store& store, std::string hostname, mailflow::Signer* signer,
                  storage::TallyKind kind, const Events& events)
        : store_(store), hostname_(std::move(hostname)), signer_(signer), kind_(kind), events_(events)
    {}

    /// Whether that day is done with.
    virtual boost::asio::awaitable<bool> report(storage::TallyDay day, storage::Time now) = 0;

    /// As whom reports are sent: the first of our domains, whose key signs them.
    /// Empty when there is none.
    boost::asio::awaitable<std::string> organization();

    /// Says who it is from: `organization` of ours, on that day of that domain.
    ReportLetter letter(std::string organization, const storage::TallyDay& day) const;

    /// Sends it from the null path, to people here or elsewhere. False when the store
    /// cannot take it now.
    boost::asio::awaitable<bool> mail(const ReportLetter& letter, std::string to, storage::Time now);

    void note_sent(const std::string& domain, const std::string& to) const;
    void note_lost(const std::string& domain, const std::string& to, const std::string& why) const;

private:
    storage::Store& store_;
    std::string hostname_;
    mailflow::Signer* signer_;
    storage::TallyKind kind_;
    Events events_;
    bool stopped_ = false;
};

} // namespace pillarbox::outbound
