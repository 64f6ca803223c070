#include "storage/sqlite/access.hpp"

#include "storage/sqlite/after_commit.hpp"
#include "storage/sqlite/core.hpp"
#include "storage/sqlite/event_rows.hpp"
#include "storage/sqlite/expunge.hpp"
#include "storage/sqlite/mailbox_name.hpp"

#include <algorithm>
#include <optional>
#include <random>

namespace pillarbox::storage::sqlite {
namespace {

constexpr std::int64_t most_mailboxes = 1'000; // of a person's own

/// What another server had may be called otherwise than usable_mailbox() asks.
bool importable_name(std::string_view name)
{
    const auto control = [](char c) { return (c >= 0 && c < ' ') || c == '\x7f'; };
    return !name.empty() && name.size() <= longest_mailbox_name && std::ranges::none_of(name, control);
}

/// 63 random bits, so that it is a positive number everywhere.
std::int64_t random_validity()
{
    std::random_device device;
    const std::uint64_t bits = (std::uint64_t{device()} << 32) | device();
    return static_cast<std::int64_t>(bits >> 1);
}

std::optional<MailboxId> mailbox_named(Database& database, AccountId account, std::string_view name)
{
    Query row(database, "SELECT id FROM mailbox WHERE account = ? AND name = ?", account, name);
    if (!row.step()) return std::nullopt;
    return row.as<MailboxId>(0);
}

Result<MailboxId> find_or_make(Database& database, AccountId account, const std::string& name)
{
    if (const auto known = mailbox_named(database, account, name)) return *known;
    const auto modseq = next_modseq(database, account);
    if (!modseq) return make_error_code(Errc::not_found);
    const auto made = make_mailbox(database, account, MailboxRole::own, name);
    database.run("UPDATE mailbox SET modseq = ? WHERE id = ?", *modseq, made);
    return made;
}

bool too_many(Database& database, AccountId account)
{
    Query row(database, "SELECT count(*) FROM mailbox WHERE account = ? AND role = 0", account);
    row.step();
    return row.integer(0) > most_mailboxes;
}

/// With those it lies in.
Result<MailboxId> add_mailbox(Database& database, AccountId account, const std::string& name)
{
    if (mailbox_named(database, account, name)) return make_error_code(Errc::already_exists);
    for (const auto& outer : enclosing_mailboxes(name)) {
        const auto there = find_or_make(database, account, outer);
        if (!there) return there;
    }
    const auto made = find_or_make(database, account, name);
    if (made && too_many(database, account)) return make_error_code(Errc::over_quota);
    return made;
}

/// The name of a mailbox of the person's own. Errors: not_found; invalid when
/// it has a role.
Result<std::string> own_name(Database& database, AccountId account, MailboxId mailbox)
{
    Query row(database, "SELECT name, role FROM mailbox WHERE id = ? AND account = ?", mailbox, account);
    if (!row.step()) return make_error_code(Errc::not_found);
    if (row.as<MailboxRole>(1) != MailboxRole::own) return make_error_code(Errc::invalid);
    return row.as<std::string>(0);
}

/// Ids and names of those that lie in the mailbox of that name.
std::vector<std::pair<MailboxId, std::string>> mailboxes_within(Database& database, AccountId account,
                                                                const std::string& name)
{
    std::vector<std::pair<MailboxId, std::string>> within;
    // '0' follows '/' in the order of octets.
    Query row(database, "SELECT id, name FROM mailbox WHERE account = ? AND name > ? AND name < ?", account,
              name + "/", name + "0");
    while (row.step())
        within.emplace_back(row.as<MailboxId>(0), row.as<std::string>(1));
    return within;
}

Result<void> rename_mailbox(Database& database, AccountId account, MailboxId mailbox, const std::string& name)
{
    const auto before = own_name(database, account, mailbox);
    if (!before) return before.error();
    if (*before == name) return boost::system::in_place_value;
    if (mailbox_named(database, account, name)) return make_error_code(Errc::already_exists);
    if (name.starts_with(*before + "/")) return make_error_code(Errc::invalid); // into itself
    auto renamed = mailboxes_within(database, account, *before);
    renamed.emplace_back(mailbox, *before);
    for (const auto& outer : enclosing_mailboxes(name)) {
        const auto there = find_or_make(database, account, outer);
        if (!there) return there.error();
    }
    if (too_many(database, account)) return make_error_code(Errc::over_quota);
    const auto modseq = next_modseq(database, account);
    if (!modseq) return make_error_code(Errc::not_found);
    for (const auto& [id, old] : renamed) {
        const auto now = name + old.substr(before->size());
        if (now.size() > longest_mailbox_name) return make_error_code(Errc::invalid);
        if (mailbox_named(database, account, now)) return make_error_code(Errc::already_exists);
        database.run("UPDATE mailbox SET name = ?, modseq = ? WHERE id = ?", now, *modseq, id);
    }
    return boost::system::in_place_value;
}

Result<void> remove_mailbox(Database& database, AccountId account, MailboxId mailbox, Time until)
{
    const auto name = own_name(database, account, mailbox);
    if (!name) return name.error();
    if (!mailboxes_within(database, account, *name).empty()) return make_error_code(Errc::invalid);
    const auto modseq = next_modseq(database, account);
    if (!modseq) return make_error_code(Errc::not_found);
    database.run("INSERT INTO dead (msg, account, mailbox, uid, modseq, size, flags, received, until) "
                 "SELECT msg, ?, mailbox, uid, ?, size, flags, received, ? FROM message WHERE mailbox = ?",
                 account, *modseq, until, mailbox);
    database.run("INSERT INTO event (at, kind, body, account, msg, mailbox, uid, text, until) "
                 "SELECT ?, ?, msg.body, ?, msg.id, m.mailbox, m.uid, ?, ? FROM message m "
                 "JOIN msg ON msg.id = m.msg WHERE m.mailbox = ?",
                 now(), EventKind::deleted, account, "its mailbox was removed",
                 until == Time{} ? std::optional<Time>() : until, mailbox);
    // No row can tell of a mailbox that is gone: who follows the changes looks
    // at everything.
    database.run("UPDATE account SET messages = account.messages - gone.messages, "
                 "octets = account.octets - gone.octets, horizon = ? FROM mailbox AS gone "
                 "WHERE gone.id = ? AND account.id = gone.account",
                 *modseq, mailbox);
    database.run("DELETE FROM message WHERE mailbox = ?", mailbox);
    database.run("DELETE FROM unique_id WHERE mailbox = ?", mailbox);
    database.run("DELETE FROM expunged WHERE mailbox = ?", mailbox);
    database.run("DELETE FROM reflagged WHERE mailbox = ?", mailbox);
    database.run("DELETE FROM imported WHERE mailbox = ?", mailbox);
    database.run("DELETE FROM fetched WHERE device IN (SELECT id FROM device WHERE account = ?) "
                 "AND mailbox = ?",
                 account, mailbox);
    database.run("DELETE FROM mailbox WHERE id = ?", mailbox);
    return boost::system::in_place_value;
}

} // namespace

MailboxId make_mailbox(Database& database, AccountId account, MailboxRole role, std::string_view name)
{
    database.run("INSERT INTO mailbox (account, role, name, uid_validity) VALUES (?, ?, ?, ?)", account, role,
                 name, random_validity());
    return MailboxId{database.last_id()};
}

awaitable<Result<MailboxId>> SqliteTransfer::mailbox(AccountId account, std::string name)
{
    if (!importable_name(name)) return refuse<MailboxId>(Errc::invalid);
    auto work = [account, name = canonical_mailbox(name)](Database& database) {
        return find_or_make(database, account, name);
    };
    return submit(*core_.writer, std::move(work));
}

awaitable<Result<MailboxId>> SqliteMail::add_mailbox(AccountId account, std::string name)
{
    if (!usable_mailbox(name)) return refuse<MailboxId>(Errc::invalid);
    auto work = [account, name = canonical_mailbox(name)](Database& database) {
        return sqlite::add_mailbox(database, account, name);
    };
    return submit(*core_.writer, std::move(work));
}

awaitable<Result<void>> SqliteMail::rename_mailbox(AccountId account, MailboxId mailbox, std::string name)
{
    if (!usable_mailbox(name)) return refuse<void>(Errc::invalid);
    auto work = [account, mailbox, name = canonical_mailbox(name)](Database& database) {
        return sqlite::rename_mailbox(database, account, mailbox, name);
    };
    return submit(*core_.writer, std::move(work));
}

awaitable<Result<void>> SqliteMail::remove_mailbox(AccountId account, MailboxId mailbox)
{
    auto work = [account, mailbox, period = core_.options.vault](Database& database) {
        return sqlite::remove_mailbox(database, account, mailbox, kept_until(period));
    };
    return submit(*core_.writer, AfterCommit(std::move(work), [this] { core_.wake_upkeep(); }));
}

} // namespace pillarbox::storage::sqlite
