#include "storage/sqlite/flags.hpp"

#include "storage/sqlite/access.hpp"
#include "storage/sqlite/changes.hpp"
#include "storage/sqlite/core.hpp"
#include "storage/sqlite/event_rows.hpp"
#include "storage/sqlite/listed.hpp"

#include <map>
#include <optional>

namespace pillarbox::storage::sqlite {
namespace {

struct Flags
{
    std::uint32_t add = 0;
    std::uint32_t remove = 0;

    std::uint32_t of(std::uint32_t flags) const { return (flags | add) & ~remove; }
};

/// A message and where it is.
struct Flagged
{
    MailboxId mailbox{};
    std::int64_t body = 0;
    Changed message;
};

std::optional<Flagged> find_flagged(Database& database, AccountId account, MessageId message)
{
    Query row(database,
              "SELECT m.mailbox, m.msg, m.uid, m.flags, m.modseq, msg.body FROM msg "
              "JOIN message m ON m.mailbox = msg.mailbox AND m.uid = msg.uid AND m.msg = msg.id "
              "WHERE msg.id = ? AND msg.account = ?",
              message, account);
    if (!row.step()) return std::nullopt;
    return Flagged{.mailbox = row.as<MailboxId>(0),
                   .body = row.integer(5),
                   .message = {.id = row.as<MessageId>(1),
                               .uid = row.as<std::uint32_t>(2),
                               .flags = row.as<std::uint32_t>(3),
                               .modseq = row.as<std::uint64_t>(4)}};
}

/// How many more are unseen now.
int change(Database& database, Flagged& one, std::uint32_t flags, std::uint64_t modseq)
{
    auto& message = one.message;
    const int unseen = int((flags & flag::seen) == 0) - int((message.flags & flag::seen) == 0);
    database.run("UPDATE message SET flags = ?, modseq = ? WHERE mailbox = ? AND uid = ?", flags, modseq,
                 one.mailbox, message.uid);
    note_reflagged(database, one.mailbox, message.uid, message.modseq, modseq);
    message.flags = flags;
    message.modseq = modseq;
    return unseen;
}

void tell_read(Database& database, AccountId account, const Flagged& one)
{
    record_event(database, {.kind = EventKind::read,
                            .body = one.body,
                            .account = account,
                            .message = one.message.id,
                            .mailbox = one.mailbox,
                            .uid = one.message.uid});
}

/// In one change of the account's counter; what changes nothing counts nothing.
std::vector<Changed> change_flags(Database& database, AccountId account,
                                  const std::vector<MessageId>& messages, Flags flags)
{
    std::vector<Changed> there;
    std::optional<std::uint64_t> modseq;
    std::map<MailboxId, int> unseen;
    for (const auto message : messages) {
        auto one = find_flagged(database, account, message);
        if (!one) continue;
        if (const auto wanted = flags.of(one->message.flags); wanted != one->message.flags) {
            if (!modseq) modseq = next_modseq(database, account);
            if (!modseq) return there; // the account is gone, and its mail with it
            const int more = change(database, *one, wanted, *modseq);
            unseen[one->mailbox] += more;
            if (more < 0) tell_read(database, account, *one);
        }
        there.push_back(one->message);
    }
    for (const auto& [mailbox, more] : unseen)
        database.run("UPDATE mailbox SET unseen = unseen + ?, modseq = ? WHERE id = ?", more, *modseq,
                     mailbox);
    return there;
}

} // namespace

void add_flags(Database& database, AccountId account, MessageId message, std::uint32_t flags)
{
    change_flags(database, account, {message}, {flags, 0});
}

awaitable<Result<Listed>> SqliteMail::set_flags(AccountId account, MessageId message, std::uint32_t add,
                                                std::uint32_t remove)
{
    auto work = [=](Database& database) {
        change_flags(database, account, {message}, {add, remove});
        return find_listed(database, account, message);
    };
    return submit(*core_.writer, std::move(work));
}

awaitable<Result<std::vector<Changed>>> SqliteMail::set_flags(AccountId account,
                                                              std::vector<MessageId> messages,
                                                              std::uint32_t add, std::uint32_t remove)
{
    auto work = [=, messages = std::move(messages)](Database& database) -> Result<std::vector<Changed>> {
        return change_flags(database, account, messages, {add, remove});
    };
    return submit(*core_.writer, std::move(work));
}

} // namespace pillarbox::storage::sqlite
