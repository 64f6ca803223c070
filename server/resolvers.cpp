#include "server/resolvers.hpp"

#include <chrono>
#include <string>

namespace pillarbox {

// Less than all of a message's questions may take: one silent server is not to
// use it up alone.
constexpr std::chrono::seconds patience{8};

Resolvers::One::One(net::Reactor& reactor, const Config& config)
    : resolver(reactor, {.servers = config.dns.servers, .patience = patience})
{}

Resolvers::Resolvers(const std::vector<net::Reactor*>& reactors, const Config& config)
{
    for (net::Reactor* reactor : reactors)
        all_.try_emplace(&reactor->context(), *reactor, config);
}

std::function<mailauth::Dns&(const boost::asio::any_io_executor&)> Resolvers::dns()
{
    return [this](const boost::asio::any_io_executor& executor) -> mailauth::Dns& {
        return all_.at(&boost::asio::query(executor, boost::asio::execution::context)).dns;
    };
}

} // namespace pillarbox
