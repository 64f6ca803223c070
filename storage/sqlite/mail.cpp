#include "storage/sqlite/access.hpp"

#include "storage/sqlite/after_commit.hpp"
#include "storage/sqlite/conversation.hpp"
#include "storage/sqlite/core.hpp"
#include "storage/sqlite/expunge.hpp"
#include "storage/sqlite/listed.hpp"

namespace pillarbox::storage::sqlite {
namespace {

// The page is cut from the index before anything is joined to it.
constexpr auto select_messages =
    "SELECT m.msg, m.mailbox, m.uid, m.flags, m.size, m.modseq, m.received, "
    "body.sender_name, body.sender_address, body.subject, body.preview, body.message_id, body.thread_key, "
    "body.date, "
    "body.attachments "
    "FROM (SELECT mailbox, uid FROM message WHERE mailbox = ? AND (received, uid) < (?, ?) "
    "ORDER BY received DESC, uid DESC LIMIT ? OFFSET ?) page "
    "JOIN message m ON m.mailbox = page.mailbox AND m.uid = page.uid "
    "JOIN msg ON msg.id = m.msg JOIN body ON body.id = msg.body ORDER BY m.received DESC, m.uid DESC";

// Those that stand for their conversations, in the same order.
constexpr auto select_conversations =
    "SELECT m.msg, m.mailbox, m.uid, m.flags, m.size, m.modseq, m.received, "
    "body.sender_name, body.sender_address, body.subject, body.preview, body.message_id, body.thread_key, "
    "body.date, body.attachments, page.thread "
    "FROM (SELECT mailbox, uid, thread FROM conversation WHERE mailbox = ? AND latest = 1 AND "
    "(received, uid) < (?, ?) ORDER BY received DESC, uid DESC LIMIT ? OFFSET ?) page "
    "JOIN message m ON m.mailbox = page.mailbox AND m.uid = page.uid "
    "JOIN msg ON msg.id = m.msg JOIN body ON body.id = msg.body ORDER BY m.received DESC, m.uid DESC";

constexpr auto count_messages_before =
    "SELECT count(*) FROM message WHERE mailbox = ? AND (received, uid) >= (?, ?)";
constexpr auto count_conversations_before =
    "SELECT count(*) FROM conversation WHERE mailbox = ? AND latest = 1 AND (received, uid) >= (?, ?)";

/// A place in the order of a list.
struct Position
{
    Time received = Time::max();
    std::uint32_t uid = 0;
};

/// Where the message is, or was; of one that is long forgotten, where messages
/// that came before it are.
Position position_of(Database& database, MailboxId mailbox, std::uint32_t uid)
{
    Query row(database,
              "SELECT coalesce((SELECT received FROM message WHERE mailbox = ?1 AND uid = ?2), "
              "(SELECT received FROM dead WHERE mailbox = ?1 AND uid = ?2), "
              "(SELECT max(received) FROM message WHERE mailbox = ?1 AND uid < ?2), 0)",
              mailbox, uid);
    row.step();
    return {.received = row.as<Time>(0), .uid = uid};
}

Result<Page> messages_page(Database& database, AccountId account, MailboxId mailbox, std::uint32_t before,
                           std::uint32_t position, std::size_t limit, Rows rows)
{
    const bool gathered = rows == Rows::conversations;
    Page page;
    {
        Query row(database,
                  "SELECT messages, conversations, modseq FROM mailbox WHERE id = ? AND account = ?", mailbox,
                  account);
        if (!row.step()) return make_error_code(Errc::not_found);
        page.total = row.as<std::uint32_t>(gathered ? 1 : 0);
        page.modseq = row.as<std::uint64_t>(2);
    }
    page.position = position;
    Position below;
    if (before != 0) {
        below = position_of(database, mailbox, before);
        Query row(database, gathered ? count_conversations_before : count_messages_before, mailbox,
                  below.received, below.uid);
        row.step();
        page.position += row.as<std::uint32_t>(0);
    }
    for (Query row(database, gathered ? select_conversations : select_messages, mailbox, below.received,
                   below.uid, limit, position);
         row.step();) {
        page.items.push_back(listed_of(row));
        if (gathered) page.conversations.push_back(gather(database, mailbox, row.integer(15)));
    }
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
                                         std::uint32_t position, std::size_t limit, Rows rows)
{
    auto work = [=](Database& database) {
        return messages_page(database, account, mailbox, before, position, limit, rows);
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
