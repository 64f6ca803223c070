#include "storage/sqlite/finished_backup.hpp"
#include "storage/sqlite/restore_messages.hpp"
#include "storage/sqlite/snapshot.hpp"

#include <stdexcept>

namespace pillarbox::storage::sqlite {

std::vector<KeptMailbox> list_mailboxes_sqlite(const std::filesystem::path& source,
                                               const std::string& account, Underneath underneath)
{
    const FinishedBackup backup(*underneath.files, source, {});
    const auto snapshot = open_snapshot(backup.snapshot() / "mail.db");
    std::vector<KeptMailbox> mailboxes;
    Query row(*snapshot,
              "SELECT account.address, mailbox.name, mailbox.messages, mailbox.octets FROM account "
              "JOIN mailbox ON mailbox.account = account.id WHERE ?1 = '' OR account.address = ?1 "
              "ORDER BY account.address, mailbox.role = 0, mailbox.role, mailbox.name",
              account);
    while (row.step())
        mailboxes.push_back({.account = row.as<std::string>(0),
                             .name = row.as<std::string>(1),
                             .messages = row.as<std::uint64_t>(2),
                             .octets = row.as<std::uint64_t>(3)});
    if (mailboxes.empty() && !account.empty())
        throw std::runtime_error("the backup has no account " + account);
    return mailboxes;
}

void list_messages_sqlite(const std::filesystem::path& source, const std::string& account,
                          const std::string& mailbox, const std::function<void(const Listed&)>& message,
                          Underneath underneath)
{
    const FinishedBackup backup(*underneath.files, source, {});
    const auto snapshot = open_snapshot(backup.snapshot() / "mail.db");
    std::int64_t id = 0;
    {
        Query row(*snapshot,
                  "SELECT mailbox.id FROM account JOIN mailbox ON mailbox.account = account.id "
                  "WHERE account.address = ? AND mailbox.name = ?",
                  account, mailbox);
        if (!row.step())
            throw std::runtime_error("the backup has no mailbox '" + mailbox + "' of " + account);
        id = row.integer(0);
    }
    Query row(*snapshot,
              "SELECT m.msg, m.uid, m.flags, m.size, m.received, body.sender_name, body.sender_address, "
              "body.subject, body.date FROM message m JOIN msg ON msg.id = m.msg JOIN body ON "
              "body.id = msg.body WHERE m.mailbox = ? ORDER BY m.uid",
              id);
    while (row.step()) {
        Listed listed{.id = row.as<MessageId>(0),
                      .mailbox = MailboxId{id},
                      .uid = row.as<std::uint32_t>(1),
                      .flags = row.as<std::uint32_t>(2),
                      .size = row.as<std::uint64_t>(3),
                      .received = row.as<Time>(4),
                      .summary = {}};
        listed.summary.sender_name = row.as<std::string>(5);
        listed.summary.sender_address = row.as<std::string>(6);
        listed.summary.subject = row.as<std::string>(7);
        listed.summary.date = row.as<Time>(8);
        message(listed);
    }
}

} // namespace pillarbox::storage::sqlite
