#pragma once

#include "server/base/config.hpp"
#include "server/junk/score.hpp"
#include "server/mailauth/dns.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/ip/address.hpp>

#include <chrono>
#include <memory>
#include <vector>

namespace pillarbox::junk {

using boost::asio::awaitable;

/// Questions to all lists about one address, RFC 5782, under way at once. A
/// list that is slow, or that has every address, has no say.
class DnsLists
{
public:
    /// Begins to ask; `dns` is of the loop behind `executor`, and outlives it.
    DnsLists(boost::asio::any_io_executor executor, mailauth::Dns& dns, boost::asio::ip::address address,
             const Config::Junk& terms);

    /// What was answered, once all have, or Config::Junk::dns_patience after the
    /// beginning: block lists first, in the order of the settings.
    awaitable<std::vector<Reason>> answers();

private:
    struct Asked;

    std::shared_ptr<Asked> asked_;
};

} // namespace pillarbox::junk
