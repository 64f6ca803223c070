#pragma once

#include "server/net/http_client.hpp"
#include "server/net/resolver.hpp"
#include "server/outbound/daily_reporter.hpp"
#include "server/outbound/tls_report.hpp"

#include <boost/asio/awaitable.hpp>

#include <functional>
#include <string>

namespace pillarbox::outbound {

/// Tells the owners of domains, once a day, of the TLS that mail for them had,
/// where they ask for it: RFC 8460. What they did not ask for is forgotten.
class TlsReporter final : public DailyReporter
{
public:
    using Texts = net::DnsAnswer<std::string>;
    using Posted = boost::system::result<net::HttpAnswer, net::HttpFailure>;

    /// Whom it asks, and how it tells those who want it by HTTPS.
    struct World
    {
        std::function<boost::asio::awaitable<Texts>(std::string name)> txt;
        std::function<boost::asio::awaitable<Posted>(std::string uri, std::string octets)> post;
    };

    /// With `signer`, what goes by mail is signed, as it must be (§3).
    TlsReporter(storage::Store& store, std::string hostname, mailflow::Signer* signer, World world)
        : DailyReporter(store, std::move(hostname), signer, storage::TallyKind::tls,
                        {.unread = "outbound.tls_unread",
                         .sent = "outbound.tls_report",
                         .lost = "outbound.tls_report_lost"}),
          world_(std::move(world))
    {}

private:
    boost::asio::awaitable<bool> report(storage::TallyDay day, storage::Time now) override;

    const World world_;
};

/// Posts a report to a URI of https, §5.4; its server must be whom `trust` believes.
boost::asio::awaitable<TlsReporter::Posted>
post_tls_report(net::Resolver& resolver, const net::TlsTrust& trust, std::string uri, std::string octets);

} // namespace pillarbox::outbound
