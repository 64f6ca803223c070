#include "storage/sqlite/access.hpp"

#include "storage/sqlite/core.hpp"

#include <algorithm>
#include <iterator>
#include <limits>
#include <optional>
#include <string>
#include <utility>

namespace pillarbox::storage::sqlite {
namespace {

/// What a mailbox was when it was opened.
struct Shown
{
    std::int64_t mailbox = 0;
    std::uint64_t uid_validity = 0;
    std::int64_t uid_next = 0;
    std::int64_t since = std::numeric_limits<std::int64_t>::min(); // of `received`
    std::uint64_t modseq = 0;                                      // of the account
    std::uint32_t messages = 0;
    std::uint64_t octets = 0;
    bool removes_fetched = false;
};

/// From which uid on unique ids begin so.
struct Beginning
{
    std::uint32_t uid = 0;
    std::uint64_t uid_validity = 0;
};

/// In the order of their uids: the mailbox's own, and one for each time that
/// the store was restored.
std::vector<Beginning> beginnings_of(Database& database, const Shown& shown)
{
    std::vector<Beginning> beginnings{{.uid = 0, .uid_validity = shown.uid_validity}};
    Query row(database, "SELECT uid, uid_validity FROM renewal WHERE mailbox = ? ORDER BY uid",
              shown.mailbox);
    while (row.step())
        beginnings.push_back({.uid = row.as<std::uint32_t>(0), .uid_validity = row.as<std::uint64_t>(1)});
    return beginnings;
}

MaildropEntry entry_of(const Query& row)
{
    return {.id = row.as<MessageId>(0),
            .size = row.as<std::uint64_t>(1),
            .unique_id = {},
            .uid = row.as<std::uint32_t>(2)};
}

/// Those that were expunged since it was opened: the maildrop's hold has kept
/// them. Takes and leaves the entries in the order of their uids.
void put_back_expunged(Database& database, const Shown& shown, std::vector<MaildropEntry>& entries)
{
    Query row(
        database,
        "SELECT msg, size, uid FROM dead WHERE mailbox = ? AND modseq > ? AND uid < ? AND received >= ?",
        shown.mailbox, shown.modseq, shown.uid_next, shown.since);
    const auto present = entries.size();
    while (row.step())
        entries.push_back(entry_of(row));
    if (entries.size() > present) std::ranges::sort(entries, {}, &MaildropEntry::uid);
}

void name_all(Database& database, const Shown& shown, std::vector<MaildropEntry>& entries)
{
    const auto beginnings = beginnings_of(database, shown);
    auto beginning = beginnings.begin();
    for (auto& entry : entries) {
        while (std::next(beginning) != beginnings.end() && std::next(beginning)->uid <= entry.uid)
            ++beginning;
        entry.unique_id = UniqueId(beginning->uid_validity, entry.uid);
    }
    Query imported(database, "SELECT uid, value FROM unique_id WHERE mailbox = ? ORDER BY uid",
                   shown.mailbox);
    for (auto at = entries.begin(); imported.step();) {
        const auto uid = imported.as<std::uint32_t>(0);
        at = std::ranges::lower_bound(at, entries.end(), uid, {}, &MaildropEntry::uid);
        if (at == entries.end()) break;
        if (at->uid == uid) at->unique_id = UniqueId(imported.as<std::string>(1));
    }
}

Result<std::vector<MaildropEntry>> entries_of(Database& database, const Shown& shown)
{
    std::vector<MaildropEntry> entries;
    entries.reserve(shown.messages);
    {
        Query row(database,
                  "SELECT msg, size, uid FROM message WHERE mailbox = ? AND uid < ? AND received >= ? "
                  "ORDER BY uid",
                  shown.mailbox, shown.uid_next, shown.since);
        while (row.step())
            entries.push_back(entry_of(row));
    }
    put_back_expunged(database, shown, entries);
    // Numbers that do not agree with count() would make a client delete the
    // wrong message; better none at all.
    if (entries.size() != shown.messages) return make_error_code(Errc::unavailable);
    name_all(database, shown, entries);
    return entries;
}

using Entries = std::vector<MaildropEntry>;

/// So many are looked at with the mailbox itself, which takes some 50 µs: most
/// clients want them next, and another way to a reader and back costs more.
constexpr std::uint32_t most_entries_at_once = 200;

awaitable<Result<Entries>> at_once(RecentEntries::Entries entries)
{
    co_return *entries;
}

class SqliteMaildrop final : public Maildrop
{
public:
    /// `entries`, if they are known already.
    SqliteMaildrop(Core& core, std::unique_ptr<Holds::Maildrop> hold, Shown shown,
                   RecentEntries::Entries entries)
        : core_(core), hold_(std::move(hold)), shown_(shown), entries_(std::move(entries))
    {}

    ~SqliteMaildrop() override
    {
        hold_.reset();
        core_.wake_upkeep();
    }

    MailboxId mailbox() const override { return MailboxId{shown_.mailbox}; }
    std::uint32_t count() const override { return shown_.messages; }
    std::uint64_t octets() const override { return shown_.octets; }
    bool removes_fetched() const override { return shown_.removes_fetched; }

    awaitable<Result<Entries>> entries() override
    {
        if (entries_) return at_once(std::exchange(entries_, nullptr));
        auto work = [shown = shown_](Database& database) { return entries_of(database, shown); };
        return submit(*core_.readers, std::move(work));
    }

private:
    Core& core_;
    std::unique_ptr<Holds::Maildrop> hold_;
    Shown shown_;
    RecentEntries::Entries entries_;
};

Shown shown_of(const Query& row)
{
    return {.mailbox = row.integer(0),
            .uid_validity = row.as<std::uint64_t>(1),
            .uid_next = row.integer(2),
            .modseq = row.as<std::uint64_t>(3),
            .messages = row.as<std::uint32_t>(4),
            .octets = row.as<std::uint64_t>(5),
            .removes_fetched = row.as<bool>(6)};
}

Result<Shown> look_at(Database& database, AccountId account, std::optional<MailboxId> mailbox)
{
    if (mailbox) {
        Query row(database,
                  "SELECT mailbox.id, mailbox.uid_validity, mailbox.uid_next, account.modseq, "
                  "mailbox.messages, mailbox.octets, EXISTS (SELECT 1 FROM removal WHERE removal.account = "
                  "account.id) "
                  "FROM mailbox JOIN account ON account.id = mailbox.account "
                  "WHERE mailbox.id = ? AND mailbox.account = ?",
                  *mailbox, account);
        if (row.step()) return shown_of(row);
        return make_error_code(Errc::not_found);
    }
    Query row(database,
              "SELECT mailbox.id, mailbox.uid_validity, mailbox.uid_next, account.modseq, mailbox.messages, "
              "mailbox.octets, EXISTS (SELECT 1 FROM removal WHERE removal.account = account.id) "
              "FROM account JOIN mailbox ON mailbox.account = account.id AND mailbox.role = ? AND "
              "mailbox.role <> 0 WHERE account.id = ?",
              MailboxRole::inbox, account);
    if (row.step()) return shown_of(row);
    return make_error_code(Errc::not_found);
}

/// The mailbox's counters know nothing of times.
void show_only(Database& database, Time since, Shown& shown)
{
    shown.since = since.time_since_epoch().count();
    Query row(database,
              "SELECT count(*), coalesce(sum(size), 0) FROM message WHERE mailbox = ? AND received >= ?",
              shown.mailbox, shown.since);
    row.step();
    shown.messages = row.as<std::uint32_t>(0);
    shown.octets = row.as<std::uint64_t>(1);
}

/// Null if there is something wrong with them: whoever asks for them hears what.
RecentEntries::Entries look_for_entries(Database& database, const Shown& shown)
{
    auto found = entries_of(database, shown);
    return found ? std::make_shared<const Entries>(*std::move(found)) : nullptr;
}

/// The same, looked for only where something has happened since they were last.
RecentEntries::Entries entries_lately(RecentEntries& recent, Database& database, const Shown& shown)
{
    auto entries = recent.find(shown.mailbox, shown.modseq);
    if (entries) return entries;
    entries = look_for_entries(database, shown);
    if (entries) recent.remember(shown.mailbox, shown.modseq, entries);
    return entries;
}

} // namespace

awaitable<Result<std::unique_ptr<Maildrop>>> SqliteMail::open_maildrop(AccountId account, MaildropView view,
                                                                       std::optional<SignInVersion> as_of)
{
    // The hold comes first: nothing that the snapshot shows may go meanwhile.
    auto hold = core_.holds->open_maildrop(account);
    auto work = [this, account, view, as_of,
                 hold = std::move(hold)](Database& database) mutable -> Result<std::unique_ptr<Maildrop>> {
        if (as_of && *as_of != sign_in_version(database)) return make_error_code(Errc::changed);
        auto shown = look_at(database, account, view.mailbox);
        if (!shown) return shown.error();
        if (view.since) show_only(database, *view.since, *shown);
        hold->shows(shown->modseq);
        RecentEntries::Entries entries;
        if (shown->messages <= most_entries_at_once)
            entries = view.since ? look_for_entries(database, *shown)
                                 : entries_lately(core_.recent_entries, database, *shown);
        return std::make_unique<SqliteMaildrop>(core_, std::move(hold), *shown, std::move(entries));
    };
    return submit(*core_.readers, std::move(work), 0, !view.since); // a view of a time reads every row
}

} // namespace pillarbox::storage::sqlite
