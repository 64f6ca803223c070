#include "storage/sqlite/access.hpp"
#include "storage/sqlite/core.hpp"

namespace pillarbox::storage::sqlite {

awaitable<Result<std::vector<Setting>>> SqliteAccounts::settings(AccountId account)
{
    auto work = [account](Database& database) -> Result<std::vector<Setting>> {
        std::vector<Setting> settings;
        Query row(database, "SELECT name, value FROM setting WHERE account = ? ORDER BY name", account);
        while (row.step())
            settings.push_back({row.as<std::string>(0), row.as<std::string>(1)});
        return settings;
    };
    return submit(*core_.readers, std::move(work));
}

awaitable<Result<void>> SqliteAccounts::set(AccountId account, std::vector<Setting> settings)
{
    auto work = [account, settings = std::move(settings)](Database& database) -> Result<void> {
        if (!Query(database, "SELECT 1 FROM account WHERE id = ?", account).step())
            return make_error_code(Errc::not_found);
        for (const auto& [name, value] : settings)
            database.run("INSERT INTO setting (account, name, value) VALUES (?, ?, ?) "
                         "ON CONFLICT DO UPDATE SET value = excluded.value",
                         account, name, value);
        return boost::system::in_place_value;
    };
    return submit(*core_.writer, std::move(work));
}

} // namespace pillarbox::storage::sqlite
