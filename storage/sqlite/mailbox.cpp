#include "storage/sqlite/access.hpp"
#include "storage/sqlite/core.hpp"

#include <algorithm>
#include <random>

namespace pillarbox::storage::sqlite {
namespace {

constexpr std::size_t longest_name = 255;

bool usable_name(std::string_view name)
{
    const auto control = [](char c) { return (c >= 0 && c < ' ') || c == '\x7f'; };
    return !name.empty() && name.size() <= longest_name && std::ranges::none_of(name, control);
}

/// 63 random bits, so that it is a positive number everywhere.
std::int64_t random_validity()
{
    std::random_device device;
    const std::uint64_t bits = (std::uint64_t{device()} << 32) | device();
    return static_cast<std::int64_t>(bits >> 1);
}

Result<MailboxId> find_or_make(Database& database, AccountId account, const std::string& name)
{
    {
        Query row(database, "SELECT id FROM mailbox WHERE account = ? AND name = ?", account, name);
        if (row.step()) return row.as<MailboxId>(0);
    }
    const auto modseq = next_modseq(database, account);
    if (!modseq) return make_error_code(Errc::not_found);
    const auto made = make_mailbox(database, account, MailboxRole::own, name);
    database.run("UPDATE mailbox SET modseq = ? WHERE id = ?", *modseq, made);
    return made;
}

awaitable<Result<MailboxId>> refuse()
{
    co_return make_error_code(Errc::invalid);
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
    if (!usable_name(name)) return refuse();
    auto work = [account, name = std::move(name)](Database& database) {
        return find_or_make(database, account, name);
    };
    return submit(*core_.writer, std::move(work));
}

} // namespace pillarbox::storage::sqlite
