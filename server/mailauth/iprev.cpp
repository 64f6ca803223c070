#include "server/mailauth/iprev.hpp"

#include "server/mailauth/name.hpp"
#include "server/net/networks.hpp"

#include <algorithm>

namespace pillarbox::mailauth {

namespace {

using Result = IprevOutcome::Result;
using Names = net::DnsAnswer<std::string>;
using Addresses = net::DnsAnswer<boost::asio::ip::address>;

constexpr std::size_t most_host_names =
    10; // RFC 8601 §3 leaves the number to us; RFC 7208 §4.6.4 has this one

} // namespace

std::string_view name_of(Result result)
{
    switch (result) {
    case Result::pass:
        return "pass";
    case Result::fail:
        return "fail";
    case Result::temperror:
        return "temperror";
    case Result::permerror:
        return "permerror";
    }
    return "permerror";
}

awaitable<IprevOutcome> check_iprev(Dns& dns, boost::asio::ip::address client,
                                    std::chrono::steady_clock::time_point latest)
{
    client = net::plain_address(client);
    IprevOutcome outcome;
    const Names names = co_await dns.ptr(client);
    if (names.kind == Names::Kind::unknown) {
        outcome.result = Result::temperror;
        outcome.why = "its name: " + names.why;
        co_return outcome;
    }
    if (names.records.empty()) {
        outcome.why = "it has no name";
        co_return outcome;
    }
    const std::size_t count = std::min(names.records.size(), most_host_names);
    for (std::size_t at = 0; at < count; ++at) {
        const std::string& name = names.records[at];
        if (!askable(name)) continue;
        if (std::chrono::steady_clock::now() >= latest) {
            outcome.result = Result::temperror;
            outcome.why = "DNS took too long";
            co_return outcome;
        }
        Addresses forward;
        if (client.is_v4())
            forward = co_await dns.ipv4(name);
        else
            forward = co_await dns.ipv6(name);
        if (std::ranges::find(forward.records, client) != forward.records.end()) {
            outcome.result = Result::pass;
            outcome.name = name;
            outcome.why.clear(); // another of its names may be in trouble
            co_return outcome;
        }
        // Another name may still be the right one.
        if (forward.kind == Addresses::Kind::unknown) outcome.why = name + ": " + forward.why;
    }
    outcome.result = outcome.why.empty() ? Result::fail : Result::temperror;
    if (outcome.why.empty()) outcome.why = names.records.front() + " has other addresses, or none";
    co_return outcome;
}

} // namespace pillarbox::mailauth
