#pragma once

#include "server/base/config.hpp"
#include "server/mailauth/dns.hpp"
#include "server/net/reactor.hpp"
#include "server/net/resolver.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/execution_context.hpp>

#include <functional>
#include <map>
#include <vector>

namespace pillarbox {

/// A resolver for each of the loops that take mail: what verifies a message
/// asks the one of the loop that it runs on, and threads share nothing.
class Resolvers
{
public:
    /// Throws std::runtime_error with a sentence for people.
    Resolvers(const std::vector<net::Reactor*>& reactors, const Config& config);

    /// Finds that of the loop behind an executor, which must be one of them. Not
    /// for longer than this lives.
    std::function<mailauth::Dns&(const boost::asio::any_io_executor&)> dns();

private:
    struct One
    {
        One(net::Reactor& reactor, const Config& config);

        net::Resolver resolver;
        mailauth::ResolverDns dns{resolver};
    };

    std::map<const boost::asio::execution_context*, One> all_;
};

} // namespace pillarbox
