#pragma once

#include "server/mailauth/dns.hpp"
#include "server/mailauth/spf_record.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/address.hpp>

#include <chrono>
#include <string>

namespace pillarbox::mailauth {

/// Who sends, and as whom.
struct SpfQuestion
{
    boost::asio::ip::address client;
    std::string helo;         // may be empty
    std::string reverse_path; // without angle brackets; empty for the null path
};

struct SpfOutcome
{
    SpfResult result = SpfResult::none;
    std::string domain{}; // that was asked, in lower case: of the reverse-path, or of HELO
    bool helo = false;    // the reverse-path was null
    std::string why{};    // of an error, for people
};

/// Whether the client may send in the name of the reverse-path, RFC 7208; of a
/// null one, in the name it gave at HELO (§2.4). At most 10 terms that ask DNS,
/// 2 of them in vain, 10 hosts of an MX and 10 names of an address (§4.6.4), and
/// nothing is asked after `latest`: what is not known by then is a temperror.
/// Errors never escape.
awaitable<SpfOutcome> check_spf(Dns& dns, SpfQuestion question, std::chrono::steady_clock::time_point latest);

} // namespace pillarbox::mailauth
