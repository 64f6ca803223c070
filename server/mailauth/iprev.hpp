#pragma once

#include "server/mailauth/dns.hpp"

#include <boost/asio/ip/address.hpp>

#include <chrono>
#include <string>

namespace pillarbox::mailauth {

/// What an address and its name come to, RFC 8601 §2.7.3.
struct IprevOutcome
{
    enum class Result
    {
        pass,      // it has a name, and that name has the address
        fail,      // none of its names has it
        temperror, // DNS could not tell now
        permerror  // it has no name
    };

    Result result = Result::permerror;
    std::string name{}; // with pass
    std::string why{};  // else, for people
};

/// "pass".
std::string_view name_of(IprevOutcome::Result result);

/// Whether an address has a name that leads back to it, RFC 8601 §3. Of many names only the
/// first 10 are looked at, and none after `latest`. The resolver remembers what it was told.
awaitable<IprevOutcome> check_iprev(Dns& dns, boost::asio::ip::address client,
                                    std::chrono::steady_clock::time_point latest);

} // namespace pillarbox::mailauth
