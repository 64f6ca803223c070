#include "storage/sqlite/access.hpp"
#include "storage/sqlite/after_commit.hpp"
#include "storage/sqlite/core.hpp"
#include "storage/sqlite/expunge.hpp"
#include "storage/sqlite/ledger.hpp"
#include "storage/sqlite/listed.hpp"

#include <utility>

namespace pillarbox::storage::sqlite {
namespace {

Result<std::vector<Device>> list_devices(Database& database, AccountId account)
{
    std::vector<Device> devices;
    Query row(database,
              "SELECT known.label, first_seen, last_seen, coalesce(peer, ''), coalesce(fetched, 0) FROM "
              "(SELECT id AS account, '' AS label FROM account WHERE id = ?1 "
              "UNION ALL SELECT account, label FROM app_password WHERE account = ?1) AS known "
              "LEFT JOIN device ON device.account = known.account AND device.label = known.label "
              "ORDER BY known.label",
              account);
    while (row.step()) {
        auto& device = devices.emplace_back(Device{.label = row.as<std::string>(0),
                                                   .peer = row.as<std::string>(3),
                                                   .fetched = row.as<std::uint64_t>(4)});
        if (!row.null(1)) device.first_seen = row.as<Time>(1);
        if (!row.null(2)) device.last_seen = row.as<Time>(2);
    }
    if (devices.empty()) return make_error_code(Errc::not_found);
    return devices;
}

Result<std::vector<FetchedBy>> who_fetched_it(Database& database, AccountId account, MessageId message)
{
    const auto listed = find_listed(database, account, message);
    if (!listed) return listed.error();
    std::vector<FetchedBy> fetched;
    Query row(database,
              "SELECT device.label, fetched.at FROM device JOIN fetched ON fetched.device = device.id "
              "AND fetched.mailbox = ?2 AND fetched.first = (SELECT first FROM fetched AS run "
              "WHERE run.device = device.id AND run.mailbox = ?2 AND run.first <= ?3 "
              "ORDER BY run.first DESC LIMIT 1) AND fetched.last >= ?3 "
              "WHERE device.account = ?1 ORDER BY device.label",
              account, listed->mailbox, listed->uid);
    while (row.step())
        fetched.push_back({.label = row.as<std::string>(0), .at = row.as<Time>(1)});
    return fetched;
}

/// What a session leaves behind.
Result<void> leave(Database& database, const Visit& visit, const std::vector<MessageId>& deleted, Time until)
{
    record(database, visit);
    expunge_messages(database, visit.account, deleted, until);
    return boost::system::in_place_value;
}

/// Work that nobody waits for; says when it could not be done.
struct Unattended
{
    Core& core;
    Visit visit;

    Result<void> operator()(Database& database)
    {
        record(database, visit);
        return boost::system::in_place_value;
    }

    void settle(bool committed)
    {
        if (!committed)
            core.report(Observer::Severity::warning, "what a device has fetched could not be written down",
                        "the device '" + visit.label + "' seems not to have it");
    }
};

} // namespace

awaitable<Result<std::vector<Device>>> SqliteDevices::list(AccountId account)
{
    auto work = [account](Database& database) { return list_devices(database, account); };
    return submit(*core_.readers, std::move(work));
}

awaitable<Result<std::vector<FetchedBy>>> SqliteDevices::who_fetched(AccountId account, MessageId message)
{
    auto work = [=](Database& database) { return who_fetched_it(database, account, message); };
    return submit(*core_.readers, std::move(work));
}

void SqliteDevices::signed_in(const Visit& visit)
{
    core_.visited(visit);
}

awaitable<Result<void>> SqliteDevices::quit(Visit visit, std::vector<MessageId> deleted)
{
    auto work = [visit = std::move(visit), deleted = std::move(deleted), period = core_.options.vault](
                    Database& database) { return leave(database, visit, deleted, kept_until(period)); };
    return submit(*core_.writer, AfterCommit(std::move(work), [this] { core_.wake_upkeep(); }));
}

void SqliteDevices::lost(Visit visit)
{
    push_unattended(*core_.writer, Unattended{core_, std::move(visit)});
}

} // namespace pillarbox::storage::sqlite
