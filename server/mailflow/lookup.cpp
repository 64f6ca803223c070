#include "server/mailflow/lookup.hpp"

#include <utility>

namespace pillarbox::mailflow {

namespace {

/// A local part as it was before it was quoted, RFC 5321 §4.1.2.
std::string unquoted(const std::string& local_part)
{
    if (!local_part.starts_with('"')) return local_part;
    std::string text;
    for (std::size_t i = 1; i + 1 < local_part.size(); ++i) {
        if (local_part[i] == '\\') ++i;
        text += local_part[i];
    }
    return text;
}

} // namespace

boost::asio::awaitable<storage::Result<storage::Route>> find_route(storage::Accounts& accounts,
                                                                   std::string address)
{
    const auto at = address.rfind('@');
    if (at == std::string::npos) co_return storage::Errc::not_found;
    auto route = co_await accounts.route(unquoted(address.substr(0, at)), address.substr(at + 1));
    if (route || route.error() != storage::Errc::not_local) co_return route;
    storage::Route elsewhere;
    elsewhere.remote.push_back(std::move(address));
    co_return elsewhere;
}

} // namespace pillarbox::mailflow
