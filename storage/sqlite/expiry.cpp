#include "storage/sqlite/expiry.hpp"

#include "storage/sqlite/expunge.hpp"

namespace pillarbox::storage::sqlite {
namespace {

constexpr int accounts_at_once = 500;
constexpr std::size_t expired_at_once = 200;

struct Inbox
{
    AccountId account{};
    MailboxId mailbox{};
    std::chrono::days expire{};
};

/// Whether it is the store that removes mail after so long.
bool by_time(std::chrono::days expire)
{
    return expire != never_expires && expire != std::chrono::days(0);
}

/// The next ones that something may expire in, from that account on.
std::vector<Inbox> find_inboxes(Database& database, std::chrono::days otherwise, AccountId from)
{
    std::vector<Inbox> inboxes;
    Query row(database,
              "SELECT account.id, mailbox.id, account.expire FROM account "
              "JOIN mailbox ON mailbox.account = account.id AND mailbox.role = ? AND mailbox.role <> 0 "
              "WHERE account.id >= ? AND (? OR account.expire IS NOT NULL) ORDER BY account.id LIMIT ?",
              MailboxRole::inbox, from, by_time(otherwise), accounts_at_once);
    while (row.step())
        inboxes.push_back({.account = row.as<AccountId>(0),
                           .mailbox = row.as<MailboxId>(1),
                           .expire = row.null(2) ? otherwise : std::chrono::days(row.integer(2))});
    return inboxes;
}

/// Adds what of the Inbox has expired; where it stopped when there is perhaps more.
std::optional<ExpiryCursor> look_through(Database& database, const Inbox& inbox, std::uint32_t behind,
                                         Time last, Expired& expired)
{
    // Uids rise in the order in which messages came: behind one that is to stay
    // all are. Only of those without a time of their own that cannot be said.
    Query row(database,
              "SELECT message.uid, message.msg, message.received, msg.placed FROM message "
              "JOIN msg ON msg.id = message.msg WHERE message.mailbox = ? AND message.uid > ? "
              "ORDER BY message.uid",
              inbox.mailbox, behind);
    while (row.step()) {
        const bool placed = row.integer(3) > 0;
        const bool stays = row.as<Time>(placed ? 3 : 2) > last;
        if (stays && placed) return std::nullopt;
        if (stays) continue;
        expired.messages.emplace_back(inbox.account, row.as<MessageId>(1));
        if (expired.messages.size() >= expired_at_once)
            return ExpiryCursor{.account = inbox.account, .uid = row.as<std::uint32_t>(0)};
    }
    return std::nullopt;
}

} // namespace

Result<Expired> find_expired(Database& database, std::chrono::days expire, Time now, ExpiryCursor from)
{
    Expired expired;
    const auto inboxes = find_inboxes(database, expire, from.account);
    for (const auto& inbox : inboxes) {
        if (!by_time(inbox.expire)) continue;
        const auto behind = inbox.account == from.account ? from.uid : 0;
        expired.next = look_through(database, inbox, behind, now - inbox.expire, expired);
        if (expired.next) return expired;
    }
    if (inboxes.size() == accounts_at_once)
        expired.next =
            ExpiryCursor{.account = AccountId{static_cast<std::int64_t>(inboxes.back().account) + 1}};
    return expired;
}

void remove_expired(Database& database, const std::vector<std::pair<AccountId, MessageId>>& messages,
                    Time until)
{
    for (auto first = messages.begin(); first != messages.end();) {
        std::vector<MessageId> of_one;
        const auto account = first->first;
        for (; first != messages.end() && first->first == account; ++first)
            of_one.push_back(first->second);
        expunge_messages(database, account, of_one, until, {.text = "it had been in the Inbox for its time"});
    }
}

} // namespace pillarbox::storage::sqlite
