#include "storage/sqlite/dead_addresses.hpp"

#include "storage/sqlite/access.hpp"
#include "storage/sqlite/core.hpp"
#include "storage/sqlite/event_rows.hpp"

#include <string>

namespace pillarbox::storage::sqlite {
namespace {

constexpr std::int64_t most_addresses = 100'000;
constexpr std::int64_t longest_remembered = std::int64_t{365} * 24 * 60 * 60; // seconds; no setting is longer

DeadAddress dead_address_of(const Query& row)
{
    return {.address = row.as<std::string>(0),
            .failures = row.as<std::uint32_t>(1),
            .first = row.as<Time>(2),
            .last = row.as<Time>(3),
            .host = row.as<std::string>(4),
            .reply = row.as<std::string>(5)};
}

/// In a row.
std::uint32_t failures_of(Database& database, const std::string& address)
{
    Query row(database, "SELECT failures FROM dead_address WHERE address = ?", address);
    return row.step() ? row.as<std::uint32_t>(0) : 0;
}

} // namespace

awaitable<Result<std::optional<DeadAddress>>> SqliteDeadAddresses::find(std::string address)
{
    auto work = [address = std::move(address)](Database& database) -> Result<std::optional<DeadAddress>> {
        Query row(database,
                  "SELECT address, failures, first, last, host, reply FROM dead_address WHERE address = ?",
                  address);
        if (!row.step()) return std::optional<DeadAddress>();
        return std::optional(dead_address_of(row));
    };
    return submit(*core_.readers, std::move(work));
}

awaitable<Result<std::vector<DeadAddress>>> SqliteDeadAddresses::list(std::uint32_t least, Time since,
                                                                      std::size_t most)
{
    auto work = [least, since, most](Database& database) -> Result<std::vector<DeadAddress>> {
        std::vector<DeadAddress> found;
        Query row(database,
                  "SELECT address, failures, first, last, host, reply FROM dead_address WHERE failures >= ? "
                  "AND last >= ? ORDER BY last DESC, address LIMIT ?",
                  least, since, most);
        while (row.step())
            found.push_back(dead_address_of(row));
        return found;
    };
    return submit(*core_.readers, std::move(work));
}

awaitable<Result<void>> SqliteDeadAddresses::forget(std::string address, std::string by)
{
    auto work = [address = std::move(address), by = std::move(by)](Database& database) -> Result<void> {
        if (database.run("DELETE FROM dead_address WHERE address = ?", address) == 0)
            return make_error_code(Errc::not_found);
        record_event(database, {.kind = EventKind::suppression_lifted, .user = by, .recipient = address});
        return boost::system::in_place_value;
    };
    return submit(*core_.writer, std::move(work));
}

void note_life(Database& database, const Event& attempt, const Outcome& outcome, std::uint32_t after)
{
    const std::string& address = attempt.recipient;
    if (outcome.kind == Outcome::Kind::delivered) {
        const auto failures = failures_of(database, address);
        if (failures == 0) return;
        database.run("DELETE FROM dead_address WHERE address = ?", address);
        if (after > 0 && failures >= after)
            record_event(database,
                         {.kind = EventKind::suppression_lifted, .peer = outcome.host, .recipient = address});
        return;
    }
    if (outcome.kind != Outcome::Kind::returned || !outcome.dead) return;
    const auto at = now();
    database.run(
        "INSERT INTO dead_address (address, failures, first, last, host, reply) VALUES (?1, 1, ?2, ?2, "
        "?3, ?4) ON CONFLICT (address) DO UPDATE SET failures = failures + 1, last = excluded.last, "
        "host = excluded.host, reply = excluded.reply",
        address, at, outcome.host, outcome.reply);
    const auto failures = failures_of(database, address);
    if (after > 0 && failures >= after)
        record_event(database, {.kind = EventKind::suppressed,
                                .body = attempt.body,
                                .queue = attempt.queue,
                                .peer = outcome.host,
                                .recipient = address,
                                .text = "its server said " + std::to_string(failures) +
                                        " times in a row that there is no such mailbox"});
    database.run("DELETE FROM dead_address WHERE last < ?", at - std::chrono::seconds(longest_remembered));
    database.run("DELETE FROM dead_address WHERE address IN (SELECT address FROM dead_address ORDER BY last "
                 "DESC LIMIT -1 OFFSET ?)",
                 most_addresses);
}

} // namespace pillarbox::storage::sqlite
