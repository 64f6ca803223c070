#include "server/outbound/route.hpp"

#include "server/base/random.hpp"
#include "server/net/resolver.hpp"
#include "server/outbound/mx.hpp"

#include <fmt/format.h>

#include <cstring>
#include <utility>

namespace pillarbox::outbound {

namespace {

using boost::asio::awaitable;
using Kind = Answer::Kind;

constexpr std::size_t most_targets = 12;

/// No bias that matters: 64 bits for a handful of hosts.
std::size_t any_below(std::size_t below)
{
    std::uint64_t number = 0;
    const auto octets = random_octets(sizeof number);
    std::memcpy(&number, octets.data(), sizeof number);
    return static_cast<std::size_t>(number % below);
}

Route dead_end(Kind kind, std::string status, std::string words)
{
    return {{}, our_answer(kind, std::move(status), std::move(words))};
}

std::optional<boost::asio::ip::address> address_of(const std::string& host)
{
    boost::system::error_code error;
    auto address = boost::asio::ip::make_address(host, error);
    if (error) return std::nullopt;
    return address;
}

/// What is known of the addresses of hosts so far.
struct Found
{
    std::vector<Target> targets;
    std::string why;          // one could not be asked for
    bool no_such_name = true; // none of them exists
    bool secure = false;      // DNSSEC vouches for their names
};

awaitable<void> add_host(net::Resolver& resolver, const std::string& host, std::uint16_t port, Found& found)
{
    using Answer4 = net::DnsAnswer<boost::asio::ip::address>;
    auto six = co_await resolver.ipv6(host);
    auto four = co_await resolver.ipv4(host);
    for (const Answer4* answer : {&six, &four}) {
        if (answer->kind == Answer4::Kind::unknown) found.why = fmt::format("{}: {}", host, answer->why);
        if (!answer->no_such_name) found.no_such_name = false;
    }
    const bool secure = found.secure && six.secure && four.secure; // RFC 7672 §2.2.2
    const auto canonical = six.canonical.empty() ? four.canonical : six.canonical;
    auto addresses = std::move(six.records);
    addresses.insert(addresses.end(), four.records.begin(), four.records.end());
    for (const auto& address : in_turns(std::move(addresses)))
        if (found.targets.size() < most_targets)
            found.targets.push_back({host, address, port, secure, canonical});
}

awaitable<Route> route_to(net::Resolver& resolver, std::vector<std::string> hosts, std::uint16_t port,
                          bool secure)
{
    Found found;
    found.secure = secure;
    for (const auto& host : hosts) {
        if (found.targets.size() >= most_targets) break;
        co_await add_host(resolver, host, port, found);
    }
    if (!found.targets.empty()) co_return Route{std::move(found.targets), {}};
    if (!found.why.empty()) co_return dead_end(Kind::later, "4.4.3", std::move(found.why));
    if (found.no_such_name && hosts.size() == 1)
        co_return dead_end(Kind::failed, "5.1.2", fmt::format("there is no host {}", hosts.front()));
    co_return dead_end(Kind::failed, "5.4.4", fmt::format("{} has no address", fmt::join(hosts, ", ")));
}

awaitable<Route> route_to_relay(net::Resolver& resolver, const SmtpUrl& url)
{
    if (const auto address = address_of(url.host)) co_return Route{{{url.host, *address, url.port}}, {}};
    std::vector<std::string> hosts{url.host};
    auto route = co_await route_to(resolver, std::move(hosts), url.port, true);
    // It is the operator's to mend, and no reason to give mail back.
    if (route.dead_end) route.dead_end->kind = Kind::later;
    co_return route;
}

} // namespace

awaitable<Route> find_route(net::Resolver& resolver, const Settings& settings, std::string destination)
{
    if (const auto* relay = settings.relay_for(destination)) {
        auto route = co_await route_to_relay(resolver, relay->to);
        co_return route;
    }
    if (destination.starts_with('[')) {
        const auto address = literal_address(destination);
        if (!address) co_return dead_end(Kind::failed, "5.1.2", destination + " is no address");
        co_return Route{{{destination, *address, settings.port}}, {}};
    }

    const auto answer = co_await resolver.mx(destination);
    using Answered = net::DnsAnswer<net::dns::Mx>::Kind;
    if (answer.kind == Answered::unknown)
        co_return dead_end(Kind::later, "4.4.3", fmt::format("{}: {}", destination, answer.why));
    if (answer.no_such_name)
        co_return dead_end(Kind::failed, "5.1.2", fmt::format("there is no domain {}", destination));
    std::vector<MxRecord> records;
    for (const auto& record : answer.records)
        records.push_back({record.preference, record.host});
    auto found = exchangers(destination, std::move(records), settings.own_name, any_below);
    if (found.kind == Exchangers::Kind::takes_none) // RFC 7505 §4.1
        co_return dead_end(Kind::failed, "5.1.10", fmt::format("{} takes no mail", destination));
    if (found.kind == Exchangers::Kind::ourselves)
        co_return dead_end(
            Kind::failed, "5.4.6",
            fmt::format("DNS says that mail for {} comes here, and it is no domain of ours", destination));
    auto route = co_await route_to(resolver, std::move(found.hosts), settings.port, answer.secure);
    co_return route;
}

} // namespace pillarbox::outbound
