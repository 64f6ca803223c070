#include "server/outbound/addressee.hpp"

#include "server/smtp/path.hpp"

#include <utility>

namespace pillarbox::outbound {

boost::asio::awaitable<mailflow::Destinations> find_addressee(storage::Accounts& accounts,
                                                              std::string address)
{
    const smtp::Path path = smtp::parse_mailbox(address);
    mailflow::Recipient to;
    to.forward_path = address;
    to.parameters.notify = storage::notify::never; // RFC 3461 §6.1
    auto route = co_await accounts.route(path.local_part, path.domain);
    if (route)
        to.route = std::move(*route);
    else if (route.error() == storage::Errc::not_local)
        to.route.remote.push_back(address);
    co_return mailflow::destinations({to});
}

} // namespace pillarbox::outbound
