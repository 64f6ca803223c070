#include "storage/sqlite/access.hpp"

#include "storage/sqlite/core.hpp"

namespace pillarbox::storage::sqlite {
namespace {

constexpr int most_contacts = 5000; // of one account; those written to longest ago go

/// The prefix as a pattern of LIKE in which it stands for itself.
std::string pattern(const std::string& prefix)
{
    std::string out;
    for (const char c : prefix) {
        if (c == '%' || c == '_' || c == '\\') out += '\\';
        out += c;
    }
    return out + "%";
}

Result<void> count(Database& database, AccountId account, const std::vector<Contact>& people)
{
    if (!Query(database, "SELECT 1 FROM account WHERE id = ?", account).step())
        return make_error_code(Errc::not_found);
    for (const auto& person : people)
        database.run(
            "INSERT INTO contact (account, key, address, name, times, last) VALUES (?1, lower(?2), ?2, ?3, "
            "1, ?4) ON CONFLICT DO UPDATE SET times = times + 1, last = excluded.last, "
            "name = iif(excluded.name = '', name, excluded.name)",
            account, person.address, person.name, now());
    database.run(
        "DELETE FROM contact WHERE account = ?1 AND key IN (SELECT key FROM contact WHERE account = ?1 "
        "ORDER BY last DESC, key LIMIT -1 OFFSET ?2)",
        account, most_contacts);
    return boost::system::in_place_value;
}

} // namespace

awaitable<Result<void>> SqliteContacts::wrote_to(AccountId account, std::vector<Contact> people)
{
    auto work = [account, people = std::move(people)](Database& database) {
        return count(database, account, people);
    };
    return submit(*core_.writer, std::move(work));
}

awaitable<Result<std::vector<Contact>>> SqliteContacts::find(AccountId account, std::string prefix,
                                                             std::size_t limit)
{
    auto work = [account, limit,
                 start = pattern(prefix)](Database& database) -> Result<std::vector<Contact>> {
        std::vector<Contact> found;
        // An account has few enough to look at each.
        Query row(database,
                  "SELECT name, address FROM contact WHERE account = ?1 AND (key LIKE ?2 ESCAPE '\\' OR "
                  "name LIKE ?2 ESCAPE '\\' OR name LIKE '% ' || ?2 ESCAPE '\\') "
                  "ORDER BY times DESC, last DESC, key LIMIT ?3",
                  account, start, limit);
        while (row.step())
            found.push_back({.name = row.as<std::string>(0), .address = row.as<std::string>(1)});
        return found;
    };
    return submit(*core_.readers, std::move(work));
}

} // namespace pillarbox::storage::sqlite
