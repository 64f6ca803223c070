#include "storage/sqlite/access.hpp"
#include "storage/sqlite/core.hpp"

namespace pillarbox::storage::sqlite {
namespace {

Result<std::vector<Leaving>> page_after(Database& database, AccountId account, MailboxId mailbox,
                                        std::uint32_t uid, std::size_t limit)
{
    if (!Query(database, "SELECT 1 FROM mailbox WHERE id = ? AND account = ?", mailbox, account).step())
        return make_error_code(Errc::not_found);
    std::vector<Leaving> page;
    Query row(database,
              "SELECT msg, uid, flags, size, received FROM message WHERE mailbox = ? AND uid > ? "
              "ORDER BY uid LIMIT ?",
              mailbox, uid, limit);
    while (row.step())
        page.push_back({.id = row.as<MessageId>(0),
                        .uid = row.as<std::uint32_t>(1),
                        .flags = row.as<std::uint32_t>(2),
                        .size = row.as<std::uint64_t>(3),
                        .received = row.as<Time>(4)});
    return page;
}

} // namespace

bool leased(Database& database)
{
    return Query(database, "SELECT 1 FROM lease WHERE until > ? LIMIT 1", now()).step();
}

awaitable<Result<std::vector<Leaving>>> SqliteTransfer::after(AccountId account, MailboxId mailbox,
                                                              std::uint32_t uid, std::size_t limit)
{
    auto work = [=](Database& database) { return page_after(database, account, mailbox, uid, limit); };
    return submit(*core_.readers, std::move(work));
}

awaitable<Result<void>> SqliteTransfer::lease(std::string holder, Time until)
{
    auto work = [holder = std::move(holder), until](Database& database) -> Result<void> {
        database.run("INSERT INTO lease (holder, until) VALUES (?, ?) ON CONFLICT DO UPDATE SET "
                     "until = excluded.until",
                     holder, until);
        database.run("DELETE FROM lease WHERE until <= ?", now());
        return boost::system::in_place_value;
    };
    return submit(*core_.writer, std::move(work));
}

} // namespace pillarbox::storage::sqlite
