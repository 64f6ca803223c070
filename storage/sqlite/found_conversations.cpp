#include "storage/sqlite/found_conversations.hpp"

#include <algorithm>

namespace pillarbox::storage::sqlite {
namespace {

constexpr std::size_t most_looked_at = 500; // messages of a conversation, for its row

bool alone(const FoundConversation& conversation)
{
    return conversation.thread < 0;
}

} // namespace

FoundConversation FoundConversations::of(const MessageRow& row)
{
    const FoundConversation alone{.thread = -row.message};
    const auto mailbox = std::ranges::find(matching_.mailboxes(), row.mailbox, &NamedMailbox::id);
    if (mailbox == matching_.mailboxes().end() || mailbox->role == MailboxRole::drafts) return alone;
    // Not by the key in its body, which is wide: a page of what is found asks for
    // a thousand. Nor with IN, for which SQLite would fill a table each time.
    Query thread(database_,
                 "SELECT coalesce((SELECT thread FROM conversation INDEXED BY conversation_by_received "
                 "WHERE mailbox = ?1 AND latest = 1 AND received = ?2 AND uid = ?3), "
                 "(SELECT thread FROM conversation INDEXED BY conversation_by_received "
                 "WHERE mailbox = ?1 AND latest = 0 AND received = ?2 AND uid = ?3))",
                 row.mailbox, row.received, row.uid);
    if (!thread.step() || thread.null(0)) return alone;
    const bool aside = mailbox->role == MailboxRole::junk || mailbox->role == MailboxRole::trash;
    return {.thread = thread.integer(0), .aside = aside ? row.mailbox : 0};
}

std::optional<FoundConversation> FoundConversations::of(MessageId message)
{
    Query row(database_,
              "SELECT m.mailbox, m.uid, m.received FROM msg CROSS JOIN message m WHERE msg.id = ? AND "
              "msg.account = ? AND m.mailbox = msg.mailbox AND m.uid = msg.uid AND m.msg = msg.id",
              message, account_);
    if (!row.step()) return std::nullopt;
    return of(MessageRow{.message = static_cast<std::int64_t>(message),
                         .mailbox = row.integer(0),
                         .uid = row.as<std::uint32_t>(1),
                         .received = row.as<Time>(2)});
}

bool FoundConversations::has_newer(const FoundConversation& conversation, const SearchCursor& hit)
{
    if (alone(conversation)) return false;
    const auto [newest, fresh] = newest_.try_emplace(conversation);
    if (fresh) newest->second = find_newest(conversation);
    return newest->second && *newest->second > hit;
}

Gathered FoundConversations::gather(const FoundConversation& conversation, const Listed& shown)
{
    // Of a long one the message that is shown may not be among those looked at.
    Gathered all{.messages = 1,
                 .unseen = (shown.flags & flag::seen) == 0 ? 1u : 0u,
                 .flagged = (shown.flags & flag::flagged) != 0,
                 .attachments = shown.summary.attachments};
    if (alone(conversation)) return all;
    for (const auto& member : members(conversation, most_looked_at)) {
        if (MessageId{member.row.message} == shown.id || !found(member.row)) continue;
        ++all.messages;
        all.unseen += (member.row.flags & flag::seen) == 0 ? 1 : 0;
        all.flagged = all.flagged || (member.row.flags & flag::flagged) != 0;
        all.attachments = all.attachments || member.attachments;
    }
    return all;
}

std::vector<MessageId> FoundConversations::messages(const FoundConversation& conversation, std::size_t most)
{
    std::vector<MessageId> messages;
    if (alone(conversation)) return messages;
    for (const auto& member : members(conversation, most))
        if (found(member.row)) messages.push_back(MessageId{member.row.message});
    return messages;
}

std::optional<SearchCursor> FoundConversations::find_newest(const FoundConversation& conversation)
{
    std::optional<SearchCursor> newest;
    for (const auto& member : members(conversation, most_looked_at)) {
        if (newest && member.row.received < newest->received) break;
        const SearchCursor one{member.row.received, member.row.message};
        if (found(member.row) && (!newest || one > *newest)) newest = one;
    }
    return newest;
}

std::vector<FoundConversations::Member> FoundConversations::members(const FoundConversation& conversation,
                                                                    std::size_t most)
{
    std::vector<Member> members;
    Query row(database_,
              "SELECT m.msg, m.mailbox, m.uid, m.flags, m.size, m.received, body.attachments FROM "
              "(SELECT c.mailbox, c.uid FROM mailbox CROSS JOIN conversation c WHERE mailbox.account = ? AND "
              "iif(mailbox.role IN (?, ?, ?), mailbox.id, 0) = ? AND c.mailbox = mailbox.id AND c.thread = ? "
              "ORDER BY c.received DESC, c.uid DESC LIMIT ?) one "
              "CROSS JOIN message m ON m.mailbox = one.mailbox AND m.uid = one.uid "
              "CROSS JOIN msg ON msg.id = m.msg CROSS JOIN body ON body.id = msg.body",
              account_, MailboxRole::drafts, MailboxRole::junk, MailboxRole::trash, conversation.aside,
              conversation.thread, most);
    while (row.step())
        members.push_back({.row = {.message = row.integer(0),
                                   .mailbox = row.integer(1),
                                   .uid = row.as<std::uint32_t>(2),
                                   .flags = row.as<std::uint32_t>(3),
                                   .size = row.as<std::uint64_t>(4),
                                   .received = row.as<Time>(5)},
                           .attachments = row.as<bool>(6)});
    return members;
}

bool FoundConversations::found(const MessageRow& row)
{
    const auto [known, fresh] = known_.try_emplace(row.message, false);
    if (fresh) known->second = matching_.finds(row);
    return known->second;
}

} // namespace pillarbox::storage::sqlite
