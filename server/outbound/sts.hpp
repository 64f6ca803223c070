#pragma once

#include "server/net/dns_records.hpp"
#include "server/net/http_client.hpp"
#include "server/net/resolver.hpp"
#include "server/outbound/sts_policy.hpp"
#include "storage/tls_facts.hpp"

#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <functional>
#include <map>
#include <optional>
#include <string>

namespace pillarbox::outbound {

/// What MTA-STS says of a domain.
struct StsFinding
{
    std::optional<StsRules> rules; // that hold; none: there is no policy
    std::string text;              // the file they are from
    std::string_view fault{};      // of what is published now, as a report names it (RFC 8460 §4.3); or empty
    std::string why;               // for people
};

/// The policies of other domains, RFC 8461: looked up, fetched, and kept in the
/// store for as long as they say. On one reactor's thread.
class StsPolicies
{
public:
    using Texts = net::DnsAnswer<std::string>;
    using Fetched = boost::system::result<net::HttpAnswer, net::HttpFailure>;

    /// Whom it asks.
    struct World
    {
        std::function<boost::asio::awaitable<Texts>(std::string name)> txt;
        std::function<boost::asio::awaitable<Fetched>(std::string domain)> fetch;
        std::function<storage::Time()> now;
    };

    StsPolicies(storage::TlsFacts& facts, World world) : facts_(facts), world_(std::move(world)) {}

    /// The policy of `domain` as it holds now. What was fetched once holds for
    /// its time, whatever can be found later, §5.1. A file that could not be had
    /// is asked for again after five minutes, or under another id.
    boost::asio::awaitable<StsFinding> find(std::string domain);

private:
    struct Failure
    {
        std::string id;
        storage::Time at{};
        std::string_view fault{};
        std::string why;
    };

    boost::asio::awaitable<StsFinding> renew(std::string domain, std::string id);
    const Failure* recent_failure(const std::string& domain, const std::string& id) const;
    void remember(const std::string& domain, Failure failure);

    storage::TlsFacts& facts_;
    const World world_;
    std::map<std::string, Failure> failures_; // of fetching, by domain
};

/// Where a policy is fetched, §3.3: from `https://mta-sts.DOMAIN`, whose
/// certificate `trust` must believe. Redirections are not followed.
boost::asio::awaitable<StsPolicies::Fetched>
fetch_sts_policy(net::Resolver& resolver, const net::TlsTrust& trust, std::uint16_t port, std::string domain);

} // namespace pillarbox::outbound
