#include "storage/sqlite/access.hpp"

#include "storage/sqlite/acquaintance.hpp"
#include "storage/sqlite/address.hpp"
#include "storage/sqlite/core.hpp"

#include <optional>

namespace pillarbox::storage::sqlite {
namespace {

using namespace std::chrono_literals;

constexpr std::int64_t most_rules = 5'000; // of one account

// Of greylisting: who comes again does so within two days, and a server that
// sends a list each month stays known.
constexpr std::chrono::seconds stranger_kept = std::chrono::days{2};
constexpr std::chrono::seconds passed_kept = std::chrono::days{36};
constexpr std::int64_t most_strangers = 200'000;

Result<void> set(Database& database, AccountId account, const std::string& sender, SenderRule rule)
{
    const auto address = parse_address_or_domain(sender);
    if (!address) return make_error_code(Errc::invalid);
    if (!Query(database, "SELECT 1 FROM account WHERE id = ?", account).step())
        return make_error_code(Errc::not_found);
    database.run("INSERT INTO sender_rule (account, sender, rule) VALUES (?, ?, ?) "
                 "ON CONFLICT DO UPDATE SET rule = excluded.rule",
                 account, address->text(), rule);
    Query count(database, "SELECT count(*) FROM sender_rule WHERE account = ?", account);
    if (count.step() && count.integer(0) > most_rules) return make_error_code(Errc::over_quota);
    return boost::system::in_place_value;
}

struct Strange
{
    std::int64_t id = 0;
    Time first{};
    bool passed = false;
};

std::optional<Strange> find_stranger(Database& database, const Stranger& stranger, Time at)
{
    Query row(database,
              "SELECT id, first, passed FROM greylist WHERE network = ? AND domain = ? AND until >= ?",
              stranger.network, stranger.domain, at);
    if (!row.step()) return std::nullopt;
    return Strange{.id = row.integer(0), .first = row.as<Time>(1), .passed = row.as<bool>(2)};
}

Result<std::chrono::seconds> wait(Database& database, const Stranger& stranger, std::chrono::seconds delay)
{
    const Time at = now();
    const auto known = find_stranger(database, stranger, at);
    if (!known) {
        database.run("DELETE FROM greylist WHERE until < ?", at);
        database.run("INSERT INTO greylist (network, domain, first, passed, until) VALUES (?, ?, ?, 0, ?)",
                     stranger.network, stranger.domain, at, at + stranger_kept);
        database.run("DELETE FROM greylist WHERE id <= ?", database.last_id() - most_strangers);
        return delay;
    }
    if (!known->passed && at < known->first + delay) return known->first + delay - at;
    database.run("UPDATE greylist SET passed = 1, until = ? WHERE id = ?", at + passed_kept, known->id);
    return 0s;
}

} // namespace

awaitable<Result<std::vector<Acquaintance>>> SqliteJunk::acquaintances(std::vector<AccountId> accounts,
                                                                       std::string author)
{
    auto work = [accounts = std::move(accounts),
                 author = std::move(author)](Database& database) -> Result<std::vector<Acquaintance>> {
        const auto address = parse_address(author);
        std::vector<Acquaintance> found;
        for (const auto account : accounts)
            found.push_back(acquaintance(database, account, address));
        return found;
    };
    return submit_brief(*core_.readers, std::move(work));
}

awaitable<Result<std::vector<RuledSender>>> SqliteJunk::senders(AccountId account)
{
    auto work = [account](Database& database) -> Result<std::vector<RuledSender>> {
        std::vector<RuledSender> found;
        Query row(database, "SELECT sender, rule FROM sender_rule WHERE account = ? ORDER BY sender",
                  account);
        while (row.step())
            found.push_back({.sender = row.as<std::string>(0), .rule = row.as<SenderRule>(1)});
        return found;
    };
    return submit(*core_.readers, std::move(work));
}

awaitable<Result<void>> SqliteJunk::set_rule(AccountId account, std::string sender, SenderRule rule)
{
    auto work = [account, sender = std::move(sender), rule](Database& database) {
        return set(database, account, sender, rule);
    };
    return submit(*core_.writer, std::move(work));
}

awaitable<Result<void>> SqliteJunk::remove_rule(AccountId account, std::string sender)
{
    auto work = [account, sender = std::move(sender)](Database& database) -> Result<void> {
        const auto address = parse_address_or_domain(sender);
        if (!address || database.run("DELETE FROM sender_rule WHERE account = ? AND sender = ?", account,
                                     address->text()) == 0)
            return make_error_code(Errc::not_found);
        return boost::system::in_place_value;
    };
    return submit(*core_.writer, std::move(work));
}

awaitable<Result<std::chrono::seconds>> SqliteJunk::wait_for(Stranger stranger, std::chrono::seconds delay)
{
    auto work = [stranger = std::move(stranger), delay](Database& database) {
        return wait(database, stranger, delay);
    };
    return submit(*core_.writer, std::move(work));
}

} // namespace pillarbox::storage::sqlite
