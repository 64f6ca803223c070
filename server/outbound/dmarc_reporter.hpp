#pragma once

#include "server/base/dmarc_reports.hpp"
#include "server/mailauth/dmarc_record.hpp"
#include "server/mailauth/dns.hpp"
#include "server/outbound/daily_reporter.hpp"
#include "server/outbound/dmarc_report.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/thread_pool.hpp>

#include <optional>
#include <string>
#include <vector>

namespace pillarbox::outbound {

/// Tells the owners of domains, once a day, of the messages that said they were from
/// there, where they ask for it by mail: RFC 9990.
class DmarcReporter final : public DailyReporter
{
public:
    /// With `signer`, reports are signed, as they must be (§3.5.2).
    DmarcReporter(storage::Store& store, std::string hostname, mailflow::Signer* signer, mailauth::Dns& dns)
        : DailyReporter(store, std::move(hostname), signer, storage::TallyKind::dmarc,
                        {.unread = "outbound.dmarc_unread",
                         .sent = "outbound.dmarc_report",
                         .lost = "outbound.dmarc_report_lost"}),
          dns_(dns)
    {}

    /// How reports are written from now on: not `off`.
    void write_as(DmarcReports form) { form_ = form; }

private:
    boost::asio::awaitable<bool> report(storage::TallyDay day, storage::Time now) override;
    boost::asio::awaitable<std::optional<std::vector<DmarcTarget>>> targets(std::string domain,
                                                                            std::vector<std::string> uris);
    boost::asio::awaitable<std::optional<bool>> verify(std::string domain, DmarcTarget& target);

    mailauth::Dns& dns_;
    DmarcReports form_ = DmarcReports::rfc9990;
    boost::asio::thread_pool packing_{1}; // makes the files
};

} // namespace pillarbox::outbound
