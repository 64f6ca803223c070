#include "storage/sqlite/listed.hpp"

namespace pillarbox::storage::sqlite {
namespace {

Summary summary_of(const Query& row, int first)
{
    return Summary{.sender_name = row.as<std::string>(first),
                   .sender_address = row.as<std::string>(first + 1),
                   .subject = row.as<std::string>(first + 2),
                   .preview = row.as<std::string>(first + 3),
                   .message_id = row.as<std::string>(first + 4),
                   .thread_key = row.as<std::string>(first + 5),
                   .date = row.as<Time>(first + 6),
                   .attachments = row.as<bool>(first + 7)};
}

constexpr auto select_one =
    "SELECT m.msg, m.mailbox, m.uid, m.flags, m.size, m.modseq, m.received, "
    "body.sender_name, body.sender_address, body.subject, body.preview, body.message_id, body.thread_key, "
    "body.date, "
    "body.attachments "
    "FROM msg JOIN message m ON m.mailbox = msg.mailbox AND m.uid = msg.uid AND m.msg = msg.id "
    "JOIN body ON body.id = msg.body WHERE msg.id = ? AND msg.account = ?";

} // namespace

Listed listed_of(const Query& row)
{
    return Listed{.id = row.as<MessageId>(0),
                  .mailbox = row.as<MailboxId>(1),
                  .uid = row.as<std::uint32_t>(2),
                  .flags = row.as<std::uint32_t>(3),
                  .size = row.as<std::uint64_t>(4),
                  .modseq = row.as<std::uint64_t>(5),
                  .received = row.as<Time>(6),
                  .summary = summary_of(row, 7)};
}

Mailbox mailbox_of(const Query& row)
{
    return Mailbox{.id = row.as<MailboxId>(0),
                   .role = row.as<MailboxRole>(1),
                   .name = row.as<std::string>(2),
                   .messages = row.as<std::uint32_t>(3),
                   .unseen = row.as<std::uint32_t>(4),
                   .octets = row.as<std::uint64_t>(5),
                   .modseq = row.as<std::uint64_t>(6)};
}

Result<Listed> find_listed(Database& database, AccountId account, MessageId message)
{
    Query row(database, select_one, message, account);
    if (!row.step()) return make_error_code(Errc::not_found);
    return listed_of(row);
}

} // namespace pillarbox::storage::sqlite
