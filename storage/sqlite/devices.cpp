#include "storage/sqlite/access.hpp"
#include "storage/sqlite/after_commit.hpp"
#include "storage/sqlite/core.hpp"
#include "storage/sqlite/expunge.hpp"
#include "storage/sqlite/ledger.hpp"
#include "storage/sqlite/listed.hpp"
#include "storage/sqlite/removal.hpp"

#include <cstddef>
#include <utility>

namespace pillarbox::storage::sqlite {
namespace {

constexpr std::size_t most_gathered = 4'096; // messages fetched, before they are written down

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

/// What a session leaves behind. What it was the last to fetch goes with it.
Result<void> leave(Core& core, Database& database, const Visit& visit, const std::vector<MessageId>& deleted)
{
    const auto until = kept_until(core.options.vault);
    record(database, visit);
    expunge_messages(
        database, visit.account, deleted, until,
        {.protocol = "POP3", .device = visit.label, .peer = visit.peer, .session = visit.session});
    if (!lets_go_of_fetched(database, visit.account)) return boost::system::in_place_value;
    std::vector<std::int64_t> uids;
    for (const auto& one : visit.fetched)
        uids.push_back(one.uid);
    remove_fetched(database, visit.account, visit.mailbox, uids, until);
    return boost::system::in_place_value;
}

bool exists(Database& database, AccountId account)
{
    return Query(database, "SELECT 1 FROM account WHERE id = ?", account).step();
}

Result<std::optional<std::chrono::seconds>> find_grace(Database& database, AccountId account)
{
    if (!exists(database, account)) return make_error_code(Errc::not_found);
    Query row(database, "SELECT grace FROM removal WHERE account = ?", account);
    if (!row.step()) return std::optional<std::chrono::seconds>();
    return std::optional(std::chrono::seconds(row.integer(0)));
}

Result<void> change_grace(Database& database, AccountId account, std::optional<std::chrono::seconds> grace)
{
    if (!exists(database, account)) return make_error_code(Errc::not_found);
    if (grace)
        database.run("INSERT INTO removal (account, grace) VALUES (?, ?) "
                     "ON CONFLICT DO UPDATE SET grace = excluded.grace",
                     account, grace->count());
    else
        database.run("DELETE FROM removal WHERE account = ?", account);
    return boost::system::in_place_value;
}

} // namespace

awaitable<Result<std::vector<Device>>> SqliteDevices::list(AccountId account)
{
    co_await write_visits(account);
    auto work = [account](Database& database) { return list_devices(database, account); };
    const auto listed = co_await submit(*core_.readers, std::move(work));
    co_return listed;
}

awaitable<Result<std::vector<FetchedBy>>> SqliteDevices::who_fetched(AccountId account, MessageId message)
{
    co_await write_visits(account);
    auto work = [=](Database& database) { return who_fetched_it(database, account, message); };
    const auto fetched = co_await submit(*core_.readers, std::move(work));
    co_return fetched;
}

void SqliteDevices::signed_in(const Visit& visit)
{
    core_.visits.add(visit);
}

awaitable<Result<void>> SqliteDevices::quit(Visit visit, std::vector<MessageId> deleted)
{
    // Also a device that has only just come for the first time is waited for.
    auto others = core_.visits.take(visit.account);
    if (!others.empty()) push_unattended(*core_.writer, WriteVisits{core_, std::move(others)});
    auto work = [&core = core_, visit = std::move(visit), deleted = std::move(deleted)](Database& database) {
        return leave(core, database, visit, deleted);
    };
    return submit(*core_.writer, AfterCommit(std::move(work), [this] { core_.wake_upkeep(); }));
}

void SqliteDevices::note(Visit visit)
{
    const auto gathered = core_.visits.add(std::move(visit));
    if (gathered < most_gathered) return core_.wake_upkeep();
    push_unattended(*core_.writer, WriteVisits{core_, core_.visits.take()});
}

awaitable<Result<std::optional<std::chrono::seconds>>> SqliteDevices::grace(AccountId account)
{
    auto work = [account](Database& database) { return find_grace(database, account); };
    return submit(*core_.readers, std::move(work));
}

awaitable<Result<void>> SqliteDevices::set_grace(AccountId account, std::optional<std::chrono::seconds> grace)
{
    const bool vault = core_.options.vault.count() > 0;
    auto work = [account, grace, vault](Database& database) -> Result<void> {
        if (grace && !vault) return make_error_code(Errc::invalid); // it could not be had back
        return change_grace(database, account, grace);
    };
    return submit(*core_.writer, std::move(work));
}

/// What is still to be written down of an account, before its ledger is read.
awaitable<void> SqliteDevices::write_visits(AccountId account)
{
    auto visits = core_.visits.take(account);
    if (visits.empty()) co_return;
    WriteVisits work{core_, std::move(visits)};
    const auto written = co_await submit(*core_.writer, std::move(work));
    static_cast<void>(written); // it has been reported, and the rest can be read
}

} // namespace pillarbox::storage::sqlite
