#include "storage/sqlite/access.hpp"

#include "storage/sqlite/after_commit.hpp"
#include "storage/sqlite/core.hpp"
#include "storage/sqlite/expunge.hpp"
#include "storage/sqlite/listed.hpp"

namespace pillarbox::storage::sqlite {
namespace {

// The page is cut from the narrow table before anything is joined to it.
constexpr auto select_page =
    "SELECT m.msg, m.mailbox, m.uid, m.flags, m.size, m.modseq, m.received, "
    "body.sender_name, body.sender_address, body.subject, body.preview, body.message_id, body.thread_key, "
    "body.date, "
    "body.attachments "
    "FROM (SELECT * FROM message WHERE mailbox = ? AND uid < ? ORDER BY uid DESC LIMIT ? OFFSET ?) m "
    "JOIN msg ON msg.id = m.msg JOIN body ON body.id = msg.body ORDER BY m.uid DESC";

Result<Page> page_of(Database& database, AccountId account, MailboxId mailbox, std::uint32_t before,
                     std::uint32_t position, std::size_t limit)
{
    Page page;
    {
        Query row(database, "SELECT messages, modseq FROM mailbox WHERE id = ? AND account = ?", mailbox,
                  account);
        if (!row.step()) return make_error_code(Errc::not_found);
        page.total = row.as<std::uint32_t>(0);
        page.modseq = row.as<std::uint64_t>(1);
    }
    page.position = position;
    if (before != 0) {
        Query row(database, "SELECT count(*) FROM message WHERE mailbox = ? AND uid >= ?", mailbox, before);
        row.step();
        page.position += row.as<std::uint32_t>(0);
    }
    const auto below = before != 0 ? std::int64_t{before} : INT64_MAX;
    for (Query row(database, select_page, mailbox, below, limit, position); row.step();)
        page.items.push_back(listed_of(row));
    return page;
}

} // namespace

awaitable<Result<std::vector<Mailbox>>> SqliteMail::mailboxes(AccountId account)
{
    auto work = [account](Database& database) -> Result<std::vector<Mailbox>> {
        std::vector<Mailbox> mailboxes;
        Query row(database,
                  "SELECT id, role, name, messages, unseen, octets, modseq FROM mailbox WHERE account = ? "
                  "ORDER BY role = 0, role, name",
                  account);
        while (row.step())
            mailboxes.push_back(mailbox_of(row));
        return mailboxes;
    };
    return submit(*core_.readers, std::move(work));
}

awaitable<Result<Page>> SqliteMail::list(AccountId account, MailboxId mailbox, std::uint32_t before,
                                         std::uint32_t position, std::size_t limit)
{
    auto work = [=](Database& database) {
        return page_of(database, account, mailbox, before, position, limit);
    };
    return submit(*core_.readers, std::move(work));
}

awaitable<Result<Listed>> SqliteMail::find(AccountId account, MessageId message)
{
    auto work = [=](Database& database) { return find_listed(database, account, message); };
    return submit(*core_.readers, std::move(work));
}

awaitable<Result<void>> SqliteMail::expunge(AccountId account, std::vector<MessageId> messages)
{
    auto work = [account, messages = std::move(messages),
                 period = core_.options.vault](Database& database) -> Result<void> {
        expunge_messages(database, account, messages, kept_until(period));
        return boost::system::in_place_value;
    };
    return submit(*core_.writer, AfterCommit(std::move(work), [this] { core_.wake_upkeep(); }));
}

} // namespace pillarbox::storage::sqlite
