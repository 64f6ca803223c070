#include "storage/sqlite/access.hpp"

#include "storage/sqlite/address.hpp"
#include "storage/sqlite/after_commit.hpp"
#include "storage/sqlite/core.hpp"
#include "storage/sqlite/reset_links.hpp"

#include <array>

namespace pillarbox::storage::sqlite {
namespace {

constexpr auto select_by_address =
    "SELECT id, address, password_hash, admin, enabled, quota, octets, messages, created, scram, "
    "login_delay, expire "
    "FROM account WHERE address = ?";
constexpr auto select_by_id =
    "SELECT id, address, password_hash, admin, enabled, quota, octets, messages, created, scram, "
    "login_delay, expire "
    "FROM account WHERE id = ?";
constexpr auto select_all =
    "SELECT id, address, password_hash, admin, enabled, quota, octets, messages, created, scram, "
    "login_delay, expire "
    "FROM account ORDER BY address";

Pop3Terms terms_of(const Query& row, int first)
{
    Pop3Terms terms;
    if (!row.null(first)) terms.login_delay = std::chrono::seconds(row.integer(first));
    if (!row.null(first + 1)) terms.expire = std::chrono::days(row.integer(first + 1));
    return terms;
}

Account account_of(const Query& row)
{
    return Account{.id = row.as<AccountId>(0),
                   .address = row.as<std::string>(1),
                   .password_hash = row.as<std::string>(2),
                   .scram = row.as<std::string>(9),
                   .admin = row.as<bool>(3),
                   .enabled = row.as<bool>(4),
                   .quota = row.as<std::uint64_t>(5),
                   .octets = row.as<std::uint64_t>(6),
                   .messages = row.as<std::uint32_t>(7),
                   .created = row.as<Time>(8),
                   .pop3 = terms_of(row, 10)};
}

/// As the store keeps it; what is no address becomes one that nobody has.
std::string canonical(std::string_view address)
{
    const auto parsed = parse_address(address);
    return parsed ? parsed->text() : std::string();
}

void make_mailboxes(Database& database, AccountId account)
{
    constexpr std::array<std::pair<MailboxRole, std::string_view>, 6> mailboxes{
        {{MailboxRole::inbox, "Inbox"},
         {MailboxRole::drafts, "Drafts"},
         {MailboxRole::sent, "Sent"},
         {MailboxRole::archive, "Archive"},
         {MailboxRole::junk, "Junk"},
         {MailboxRole::trash, "Trash"}}};
    for (const auto& [role, name] : mailboxes)
        make_mailbox(database, account, role, name);
}

Result<void> add_account(Database& database, const NewAccount& account)
{
    const auto address = parse_address(account.address);
    if (!address) return make_error_code(Errc::invalid);
    const auto domain = local_domain(database, address->domain);
    if (!domain) return make_error_code(Errc::invalid);
    const auto text = address->text();
    if (account_at(database, text) || alias_exists(database, text))
        return make_error_code(Errc::already_exists);
    database.run("INSERT INTO account (domain, address, password_hash, scram, admin, quota, created) "
                 "VALUES (?, ?, ?, ?, ?, ?, ?)",
                 *domain, text, account.password_hash, account.scram, account.admin, account.quota, now());
    make_mailboxes(database, AccountId{database.last_id()});
    return boost::system::in_place_value;
}

/// Its mail dies, with what is in the vault or in quarantine: space comes back
/// when no maildrop shows it any more.
void remove_account(Database& database, AccountId account)
{
    const auto modseq = next_modseq(database, account).value_or(1);
    database.run(
        "INSERT INTO dead (msg, account, mailbox, uid, modseq, size, received) "
        "SELECT message.msg, mailbox.account, mailbox.id, message.uid, ?, message.size, message.received "
        "FROM mailbox JOIN message ON message.mailbox = mailbox.id WHERE mailbox.account = ?",
        modseq, account);
    database.run("UPDATE dead SET until = 0 WHERE account = ?", account);
    database.run("INSERT INTO dead (msg, account, mailbox, uid, modseq, size) "
                 "SELECT msg, account, mailbox, uid, ?, size FROM quarantine WHERE account = ?",
                 modseq, account);
    database.run("DELETE FROM quarantine WHERE account = ?", account);
    database.run("DELETE FROM message WHERE mailbox IN (SELECT id FROM mailbox WHERE account = ?)", account);
    database.run("DELETE FROM unique_id WHERE mailbox IN (SELECT id FROM mailbox WHERE account = ?)",
                 account);
    database.run("DELETE FROM expunged WHERE mailbox IN (SELECT id FROM mailbox WHERE account = ?)", account);
    database.run("DELETE FROM reflagged WHERE mailbox IN (SELECT id FROM mailbox WHERE account = ?)",
                 account);
    database.run("DELETE FROM imported WHERE mailbox IN (SELECT id FROM mailbox WHERE account = ?)", account);
    database.run("DELETE FROM mailbox WHERE account = ?", account);
    database.run("DELETE FROM account WHERE id = ?", account); // sessions, app passwords and devices go too
}

std::vector<AppPassword> app_passwords_of(Database& database, AccountId account)
{
    std::vector<AppPassword> passwords;
    Query row(database,
              "SELECT label, password_hash, sealed, created, last_used, scram FROM app_password WHERE "
              "account = ? "
              "ORDER BY label",
              account);
    while (row.step()) {
        auto& password = passwords.emplace_back(AppPassword{.label = row.as<std::string>(0),
                                                            .password_hash = row.as<std::string>(1),
                                                            .sealed = row.as<std::string>(2),
                                                            .scram = row.as<std::string>(5),
                                                            .created = row.as<Time>(3),
                                                            .last_used = std::nullopt});
        if (!row.null(4)) password.last_used = row.as<Time>(4);
    }
    return passwords;
}

Result<void> found(std::int64_t changed)
{
    if (changed == 0) return make_error_code(Errc::not_found);
    return boost::system::in_place_value;
}

} // namespace

awaitable<Result<Account>> SqliteAccounts::find(std::string address)
{
    auto work = [address = canonical(address)](Database& database) -> Result<Account> {
        Query row(database, select_by_address, address);
        if (!row.step()) return make_error_code(Errc::not_found);
        return account_of(row);
    };
    return submit_brief(*core_.readers, std::move(work));
}

awaitable<Result<Account>> SqliteAccounts::find(AccountId account)
{
    auto work = [account](Database& database) -> Result<Account> {
        Query row(database, select_by_id, account);
        if (!row.step()) return make_error_code(Errc::not_found);
        return account_of(row);
    };
    return submit_brief(*core_.readers, std::move(work));
}

awaitable<Result<std::vector<Account>>> SqliteAccounts::list()
{
    auto work = [](Database& database) -> Result<std::vector<Account>> {
        std::vector<Account> accounts;
        for (Query row(database, select_all); row.step();)
            accounts.push_back(account_of(row));
        return accounts;
    };
    return submit(*core_.readers, std::move(work));
}

awaitable<Result<void>> SqliteAccounts::add(std::vector<NewAccount> accounts, std::size_t* failed)
{
    auto work = [accounts = std::move(accounts), failed](Database& database) -> Result<void> {
        for (std::size_t i = 0; i < accounts.size(); ++i) {
            const auto added = add_account(database, accounts[i]);
            if (added) continue;
            if (failed) *failed = i;
            return added;
        }
        return boost::system::in_place_value;
    };
    return submit(*core_.writer, std::move(work));
}

awaitable<Result<void>> SqliteAccounts::set_password(std::string address, std::string password_hash,
                                                     std::string scram)
{
    auto work = [address = canonical(address), hash = std::move(password_hash),
                 scram = std::move(scram)](Database& database) -> Result<void> {
        const auto account = account_at(database, address);
        if (!account) return make_error_code(Errc::not_found);
        database.run("UPDATE account SET password_hash = ?, scram = ? WHERE id = ?", hash, scram, *account);
        close_account(database, *account);
        return boost::system::in_place_value;
    };
    return submit(*core_.writer, std::move(work));
}

awaitable<Result<void>> SqliteAccounts::renew_hash(AccountId account, std::string old_hash,
                                                   std::string new_hash)
{
    // Browsers stay signed in: the password is the same.
    auto work = [account, before = std::move(old_hash),
                 after = std::move(new_hash)](Database& database) -> Result<void> {
        const auto changed =
            database.run("UPDATE account SET password_hash = ? WHERE id = ? AND password_hash = ?", after,
                         account, before);
        if (changed == 0) return make_error_code(Errc::not_found);
        return boost::system::in_place_value;
    };
    return submit(*core_.writer, std::move(work));
}

awaitable<Result<void>> SqliteAccounts::keep_scram(AccountId account, std::string label, std::string hash,
                                                   std::string scram)
{
    auto work = [account, label = std::move(label), hash = std::move(hash),
                 scram = std::move(scram)](Database& database) {
        if (label.empty())
            return found(database.run("UPDATE account SET scram = ? WHERE id = ? AND password_hash = ?",
                                      scram, account, hash));
        return found(database.run(
            "UPDATE app_password SET scram = ? WHERE account = ? AND label = ? AND password_hash = ?", scram,
            account, label, hash));
    };
    return submit(*core_.writer, std::move(work));
}

awaitable<Result<bool>> SqliteAccounts::scram_for_all()
{
    auto work = [](Database& database) -> Result<bool> {
        Query row(database, "SELECT EXISTS (SELECT 1 FROM account WHERE enabled AND scram = '') OR "
                            "EXISTS (SELECT 1 FROM app_password WHERE scram = '')");
        row.step();
        return !row.as<bool>(0);
    };
    return submit_brief(*core_.readers, std::move(work));
}

awaitable<Result<void>> SqliteAccounts::set_enabled(std::string address, bool enabled)
{
    auto work = [address = canonical(address), enabled](Database& database) -> Result<void> {
        const auto account = account_at(database, address);
        if (!account) return make_error_code(Errc::not_found);
        database.run("UPDATE account SET enabled = ? WHERE id = ?", enabled, *account);
        if (!enabled) close_account(database, *account); // they must not come back with it
        return boost::system::in_place_value;
    };
    return submit(*core_.writer, std::move(work));
}

awaitable<Result<void>> SqliteAccounts::set_admin(std::string address, bool admin)
{
    auto work = [address = canonical(address), admin](Database& database) {
        return found(database.run("UPDATE account SET admin = ? WHERE address = ?", admin, address));
    };
    return submit(*core_.writer, std::move(work));
}

awaitable<Result<void>> SqliteAccounts::set_quota(std::string address, std::uint64_t quota)
{
    auto work = [address = canonical(address), quota](Database& database) {
        return found(database.run("UPDATE account SET quota = ? WHERE address = ?", quota, address));
    };
    return submit(*core_.writer, std::move(work));
}

awaitable<Result<void>> SqliteAccounts::set_pop3(std::string address, Pop3Terms terms)
{
    auto work = [address = canonical(address), terms](Database& database) {
        const auto count = [](const auto& time) {
            return time ? std::optional<std::int64_t>(time->count()) : std::nullopt;
        };
        return found(database.run("UPDATE account SET login_delay = ?, expire = ? WHERE address = ?",
                                  count(terms.login_delay), count(terms.expire), address));
    };
    return submit(*core_.writer, std::move(work));
}

awaitable<Result<Pop3Terms>> SqliteAccounts::pop3_extremes()
{
    auto work = [](Database& database) -> Result<Pop3Terms> {
        // Two looks at an index each.
        Query row(database, "SELECT (SELECT max(login_delay) FROM account WHERE login_delay IS NOT NULL), "
                            "(SELECT min(expire) FROM account WHERE expire IS NOT NULL)");
        row.step();
        return terms_of(row, 0);
    };
    return submit_brief(*core_.readers, std::move(work));
}

awaitable<Result<void>> SqliteAccounts::remove(std::string address)
{
    auto work = [address = canonical(address)](Database& database) -> Result<void> {
        const auto account = account_at(database, address);
        if (!account) return make_error_code(Errc::not_found);
        remove_account(database, *account);
        return boost::system::in_place_value;
    };
    return submit(*core_.writer, AfterCommit(std::move(work), [this] { core_.wake_upkeep(); }));
}

awaitable<Result<std::vector<AppPassword>>> SqliteAccounts::app_passwords(AccountId account)
{
    auto work = [account](Database& database) -> Result<std::vector<AppPassword>> {
        return app_passwords_of(database, account);
    };
    return submit_brief(*core_.readers, std::move(work));
}

awaitable<Result<SignIn>> SqliteAccounts::sign_in(std::vector<std::string> addresses)
{
    for (auto& address : addresses)
        address = canonical(address);
    auto work = [addresses = std::move(addresses)](Database& database) -> Result<SignIn> {
        SignIn found;
        // Each is looked for, whichever there is: the time says nothing.
        for (std::size_t which = 0; which < addresses.size(); ++which) {
            Query row(database, select_by_address, addresses[which]);
            if (!row.step() || found.account) continue;
            found.account = account_of(row);
            found.which = which;
        }
        found.app_passwords = app_passwords_of(database, found.account ? found.account->id : AccountId{});
        found.version = sign_in_version(database);
        return found;
    };
    return submit_brief(*core_.readers, std::move(work));
}

awaitable<Result<void>> SqliteAccounts::add_app_password(std::string address, AppPassword password)
{
    auto work = [address = canonical(address),
                 password = std::move(password)](Database& database) -> Result<void> {
        const auto account = account_at(database, address);
        if (!account) return make_error_code(Errc::not_found);
        const auto added = database.run(
            "INSERT INTO app_password (account, label, password_hash, sealed, scram, created) "
            "VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
            *account, password.label, password.password_hash, Blob{password.sealed}, password.scram, now());
        if (added == 0) return make_error_code(Errc::already_exists);
        return boost::system::in_place_value;
    };
    return submit(*core_.writer, std::move(work));
}

awaitable<Result<void>> SqliteAccounts::revoke_app_password(std::string address, std::string label)
{
    auto work = [address = canonical(address), label = std::move(label)](Database& database) -> Result<void> {
        const auto account = account_at(database, address);
        if (!account) return make_error_code(Errc::not_found);
        // Another device may be called like it one day.
        database.run("DELETE FROM device WHERE account = ? AND label = ?", *account, label);
        return found(
            database.run("DELETE FROM app_password WHERE account = ? AND label = ?", *account, label));
    };
    return submit(*core_.writer, std::move(work));
}

void SqliteAccounts::touch_app_password(AccountId account, std::string label)
{
    core_.touched(account, std::move(label));
}

} // namespace pillarbox::storage::sqlite
