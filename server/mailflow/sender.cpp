#include "server/mailflow/sender.hpp"

#include "server/base/ascii.hpp"
#include "server/base/domain_name.hpp"
#include "server/base/precis.hpp"
#include "server/mime/address_list.hpp"
#include "server/mime/header.hpp"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

namespace pillarbox::mailflow {

using boost::asio::awaitable;
using storage::Result;

namespace {

/// Whether the store knows that mail for an address reaches nobody here.
bool leads_nowhere(boost::system::error_code error)
{
    using storage::Errc;
    return error == Errc::not_found || error == Errc::not_local || error == Errc::alias_loop ||
           error == Errc::switched_off || error == Errc::ended;
}

} // namespace

awaitable<Result<void>> may_send_as(storage::Accounts& accounts, storage::AccountId account,
                                    std::string local_part, std::string domain)
{
    const auto host = domain_name::to_ascii(domain);
    if (!host) co_return storage::Errc::not_found;
    std::string name = precis::user_name_to_find(local_part);
    const auto route = co_await accounts.route(name, *host);
    if (!route) {
        if (!leads_nowhere(route.error())) co_return route.error();
    } else if (std::ranges::any_of(route->local,
                                   [&](const auto& local) { return local.account == account; })) {
        co_return Result<void>{};
    }
    const auto permitted = co_await accounts.permits(account, std::move(name), *host);
    co_return permitted;
}

awaitable<Result<void>> authors_belong(storage::Accounts& accounts, storage::AccountId account,
                                       std::string head)
{
    constexpr std::size_t most_authors = 20; // each costs a look into the store
    std::vector<std::string> addresses;
    bool author = false;
    const mime::Header header(head);
    for (const mime::Field& field : header.fields()) {
        const bool from = ascii::equal(field.name, "From");
        if (!from && !ascii::equal(field.name, "Sender")) continue;
        const mime::AddressList list = mime::parse_address_list(field.body);
        if (list.total != list.addresses.size()) co_return storage::Errc::not_found;
        for (const mime::Address& one : list.addresses)
            addresses.push_back(one.address);
        author = author || (from && !list.addresses.empty());
    }
    std::ranges::sort(addresses);
    const auto repeated = std::ranges::unique(addresses);
    addresses.erase(repeated.begin(), repeated.end());
    if (!author || addresses.size() > most_authors) co_return storage::Errc::not_found;

    for (const std::string& address : addresses) {
        const auto at = address.rfind('@');
        if (at == std::string::npos) co_return storage::Errc::not_found;
        const auto belongs =
            co_await may_send_as(accounts, account, address.substr(0, at), address.substr(at + 1));
        if (!belongs) co_return belongs;
    }
    co_return Result<void>{};
}

} // namespace pillarbox::mailflow
