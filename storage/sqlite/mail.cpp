#include "storage/sqlite/access.hpp"

#include "storage/sqlite/core.hpp"
#include "storage/sqlite/listed.hpp"

#include <map>

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

Result<Listed> change_flags(Database& database, AccountId account, MessageId message, std::uint32_t add,
                            std::uint32_t remove)
{
    auto listed = find_listed(database, account, message);
    if (!listed) return listed;
    const auto flags = (listed->flags | add) & ~remove;
    if (flags == listed->flags) return listed; // nothing changed, so nothing was counted
    const auto modseq = next_modseq(database, account);
    if (!modseq) return make_error_code(Errc::not_found);
    const int unseen = int((flags & flag::seen) == 0) - int((listed->flags & flag::seen) == 0);
    database.run("UPDATE message SET flags = ?, modseq = ? WHERE mailbox = ? AND uid = ?", flags, *modseq,
                 listed->mailbox, listed->uid);
    database.run("UPDATE mailbox SET unseen = unseen + ?, modseq = ? WHERE id = ?", unseen, *modseq,
                 listed->mailbox);
    listed->flags = flags;
    listed->modseq = *modseq;
    return listed;
}

/// What an expunge takes from a mailbox's counters.
struct Taken
{
    std::int64_t messages = 0;
    std::int64_t unseen = 0;
    std::int64_t octets = 0;
};

Result<void> remove_messages(Database& database, AccountId account, const std::vector<MessageId>& messages)
{
    const auto modseq = next_modseq(database, account);
    if (!modseq) return boost::system::in_place_value; // the account is gone, and its mail with it
    std::map<std::int64_t, Taken> mailboxes;
    for (const auto message : messages) {
        std::int64_t mailbox = 0;
        std::int64_t uid = 0;
        std::int64_t size = 0;
        {
            Query row(database,
                      "SELECT m.mailbox, m.uid, m.size, m.flags FROM msg "
                      "JOIN message m ON m.mailbox = msg.mailbox AND m.uid = msg.uid AND m.msg = msg.id "
                      "WHERE msg.id = ? AND msg.account = ?",
                      message, account);
            if (!row.step()) continue; // gone already, or someone else's
            mailbox = row.integer(0);
            uid = row.integer(1);
            size = row.integer(2);
            auto& taken = mailboxes[mailbox];
            ++taken.messages;
            taken.unseen += (row.integer(3) & flag::seen) == 0;
            taken.octets += size;
        }
        database.run("DELETE FROM message WHERE mailbox = ? AND uid = ?", mailbox, uid);
        database.run("INSERT INTO expunged (mailbox, modseq, uid) VALUES (?, ?, ?)", mailbox, *modseq, uid);
        database.run("INSERT INTO dead (msg, account, mailbox, uid, modseq, size) VALUES (?, ?, ?, ?, ?, ?)",
                     message, account, mailbox, uid, *modseq, size);
    }
    for (const auto& [mailbox, taken] : mailboxes) {
        database.run("UPDATE mailbox SET messages = messages - ?, unseen = unseen - ?, octets = octets - ?, "
                     "modseq = ? "
                     "WHERE id = ?",
                     taken.messages, taken.unseen, taken.octets, *modseq, mailbox);
        database.run("UPDATE account SET messages = messages - ?, octets = octets - ? WHERE id = ?",
                     taken.messages, taken.octets, account);
    }
    return boost::system::in_place_value;
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
            mailboxes.push_back({.id = row.as<MailboxId>(0),
                                 .role = row.as<MailboxRole>(1),
                                 .name = row.as<std::string>(2),
                                 .messages = row.as<std::uint32_t>(3),
                                 .unseen = row.as<std::uint32_t>(4),
                                 .octets = row.as<std::uint64_t>(5),
                                 .modseq = row.as<std::uint64_t>(6)});
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

awaitable<Result<Listed>> SqliteMail::set_flags(AccountId account, MessageId message, std::uint32_t add,
                                                std::uint32_t remove)
{
    auto work = [=](Database& database) { return change_flags(database, account, message, add, remove); };
    return submit(*core_.writer, std::move(work));
}

awaitable<Result<void>> SqliteMail::expunge(AccountId account, std::vector<MessageId> messages)
{
    auto work = [this, account, messages = std::move(messages)](Database& database) {
        core_.wake_upkeep();
        return remove_messages(database, account, messages);
    };
    return submit(*core_.writer, std::move(work));
}

} // namespace pillarbox::storage::sqlite
