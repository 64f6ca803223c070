#include "storage/sqlite/access.hpp"

#include "storage/sqlite/address.hpp"
#include "storage/sqlite/core.hpp"

namespace pillarbox::storage::sqlite {
namespace {

std::optional<AccountId> account_of(Database& database, std::string_view address)
{
    const auto parsed = parse_address(address);
    return parsed ? account_at(database, parsed->text()) : std::nullopt;
}

} // namespace

awaitable<Result<void>> SqliteAccounts::add_sender(std::string account, std::string permitted)
{
    auto work = [account = std::move(account),
                 permitted = std::move(permitted)](Database& database) -> Result<void> {
        const auto address = parse_address_or_domain(permitted);
        if (!address) return make_error_code(Errc::invalid);
        const auto owner = account_of(database, account);
        if (!owner) return make_error_code(Errc::not_found);
        const auto added = database.run("INSERT INTO sender (account, address) VALUES (?, ?) "
                                        "ON CONFLICT DO NOTHING",
                                        *owner, address->text());
        if (added == 0) return make_error_code(Errc::already_exists);
        return boost::system::in_place_value;
    };
    return submit(*core_.writer, std::move(work));
}

awaitable<Result<void>> SqliteAccounts::remove_sender(std::string account, std::string permitted)
{
    auto work = [account = std::move(account),
                 permitted = std::move(permitted)](Database& database) -> Result<void> {
        const auto address = parse_address_or_domain(permitted);
        const auto owner = account_of(database, account);
        if (!address || !owner) return make_error_code(Errc::not_found);
        if (database.run("DELETE FROM sender WHERE account = ? AND address = ?", *owner, address->text()) ==
            0)
            return make_error_code(Errc::not_found);
        return boost::system::in_place_value;
    };
    return submit(*core_.writer, std::move(work));
}

awaitable<Result<std::vector<std::string>>> SqliteAccounts::senders(std::string account)
{
    auto work = [account = std::move(account)](Database& database) -> Result<std::vector<std::string>> {
        const auto owner = account_of(database, account);
        if (!owner) return make_error_code(Errc::not_found);
        std::vector<std::string> permitted;
        Query row(database, "SELECT address FROM sender WHERE account = ? ORDER BY address", *owner);
        while (row.step())
            permitted.push_back(row.as<std::string>(0));
        return permitted;
    };
    return submit(*core_.readers, std::move(work));
}

awaitable<Result<void>> SqliteAccounts::permits(AccountId account, std::string local_part, std::string domain)
{
    Address address{canonical_local_part(local_part), canonical_domain(domain)};
    auto work = [account, address = std::move(address)](Database& database) -> Result<void> {
        Query row(database, "SELECT 1 FROM sender WHERE account = ? AND address IN (?, ?)", account,
                  address.text(), "@" + address.domain);
        if (!row.step()) return make_error_code(Errc::not_found);
        return boost::system::in_place_value;
    };
    return submit_brief(*core_.readers, std::move(work));
}

} // namespace pillarbox::storage::sqlite
