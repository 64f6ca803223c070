#include "storage/sqlite/access.hpp"

#include "storage/sqlite/core.hpp"
#include "storage/sqlite/draft_rows.hpp"
#include "storage/sqlite/expunge.hpp"
#include "storage/sqlite/placing.hpp"
#include "storage/sqlite/spool.hpp"

#include <algorithm>

namespace pillarbox::storage::sqlite {
namespace {

/// Forgets drafts whose messages others have moved or deleted.
void forget_gone(Database& database, AccountId account)
{
    database.run(
        "DELETE FROM draft WHERE account = ?1 AND NOT EXISTS (SELECT 1 FROM msg JOIN message ON "
        "message.mailbox = msg.mailbox AND message.uid = msg.uid AND message.msg = msg.id "
        "JOIN mailbox ON mailbox.id = msg.mailbox AND mailbox.role = ?2 WHERE msg.id = draft.message)",
        account, MailboxRole::drafts);
}

/// What is in the way of changing a draft, if anything.
DraftSaved judge(const Draft& draft, std::optional<MessageId> expected)
{
    using Outcome = DraftSaved::Outcome;
    if (draft.submission) return {Outcome::sending, draft};
    if (expected && *expected != draft.message) return {Outcome::changed, draft};
    return {Outcome::done, draft};
}

/// A message on its way into Drafts, alone or in the place of another.
class Saving
{
public:
    struct Replaces
    {
        DraftId draft{};
        MessageId message{};
    };

    Saving(Core& core, NewDraft draft, std::optional<Replaces> replaces)
        : core_(&core), draft_(std::move(draft)), replaces_(replaces)
    {}

    void write_body(BodyStore& bodies) { bodies.put(spool(), written_); }

    Result<DraftSaved> operator()(Database& database)
    {
        if (written_.error) return written_.error;
        Draft saved{.kind = draft_.kind, .original = draft_.original, .saved = now()};
        if (replaces_) {
            const auto before =
                find_draft(database, draft_.account, MessageId(std::int64_t(replaces_->draft)));
            if (!before) return make_error_code(Errc::not_found);
            const auto judged = judge(*before, replaces_->message);
            // Its octets are written already: those go as of any Op that failed.
            if (judged.outcome != DraftSaved::Outcome::done) return discard(database, judged);
            saved = *before;
            saved.saved = now();
            // First, for it makes room. The draft goes on in another message.
            expunge_messages(database, draft_.account, {before->message}, Time{}, {.moved = true});
        } else {
            forget_gone(database, draft_.account);
            const auto before = find_draft(database, draft_.account, draft_.key);
            if (before) return discard(database, {DraftSaved::Outcome::present, *before});
        }
        const auto placed = put(database, saved.saved);
        if (!placed) return placed.error();
        saved.message = placed->id;
        if (!replaces_) saved.id = DraftId(std::int64_t(placed->id));
        database.run("INSERT INTO draft (id, account, message, kind, original, saved, key) "
                     "VALUES (?, ?, ?, ?, ?, ?, nullif(?, '')) "
                     "ON CONFLICT (id) DO UPDATE SET message = excluded.message, saved = excluded.saved",
                     saved.id, draft_.account, saved.message, saved.kind, saved.original, saved.saved,
                     draft_.key);
        return DraftSaved{DraftSaved::Outcome::done, saved};
    }

    void settle(bool committed)
    {
        const bool wrote = written_.place.body != 0 && !written_.error && written_.place.tier != Tier::row;
        if (!committed && wrote) core_->discard(written_.place);
        if (!committed) return;
        core_->wake_indexer();
        core_->wake_upkeep(); // what was replaced can go
    }

private:
    FileSpool& spool() { return static_cast<FileSpool&>(*draft_.body); }

    Result<Placed> put(Database& database, Time received)
    {
        const auto where =
            entrance(database, draft_.account, MailboxRole::drafts, core_->options.default_quota);
        if (!where) return where.error();
        insert_body(database, written_.place, draft_.summary, 1, spool().memory());
        return place(database, *where,
                     {.account = draft_.account,
                      .body = written_.place.body,
                      .trace = {},
                      .size = written_.place.octets,
                      .flags = flag::seen | flag::draft,
                      .received = received});
    }

    Result<DraftSaved> discard(Database& database, const DraftSaved& judged)
    {
        if (written_.place.tier == Tier::segment) count_record(database, written_.place, false);
        if (written_.place.tier != Tier::row) insert_garbage(database, written_.place);
        return judged;
    }

    Core* core_;
    NewDraft draft_;
    std::optional<Replaces> replaces_;
    BodyStore::Written written_;
};

awaitable<Result<DraftSaved>> save(Core& core, NewDraft draft, std::optional<Saving::Replaces> replaces)
{
    if (!core.delivers()) return refuse<DraftSaved>(Errc::unavailable);
    if (!draft.body) return refuse<DraftSaved>(Errc::invalid);
    const auto octets = std::max<std::size_t>(1, static_cast<std::size_t>(draft.body->size()));
    return submit(*core.writer, Saving(core, std::move(draft), replaces), octets);
}

} // namespace

awaitable<Result<DraftSaved>> SqliteDrafts::add(NewDraft draft)
{
    return save(core_, std::move(draft), std::nullopt);
}

awaitable<Result<Draft>> SqliteDrafts::find(AccountId account, MessageId id)
{
    auto work = [=](Database& database) -> Result<Draft> {
        const auto draft = find_draft(database, account, id);
        if (!draft) return make_error_code(Errc::not_found);
        return *draft;
    };
    return submit(*core_.readers, std::move(work));
}

awaitable<Result<DraftSaved>> SqliteDrafts::replace(DraftId id, MessageId expected, NewDraft draft)
{
    return save(core_, std::move(draft), Saving::Replaces{id, expected});
}

awaitable<Result<DraftSaved>> SqliteDrafts::remove(AccountId account, DraftId id,
                                                   std::optional<MessageId> expected)
{
    auto work = [=, period = core_.options.vault](Database& database) -> Result<DraftSaved> {
        const auto draft = find_draft(database, account, MessageId(std::int64_t(id)));
        if (!draft) return make_error_code(Errc::not_found);
        const auto judged = judge(*draft, expected);
        if (judged.outcome != DraftSaved::Outcome::done) return judged;
        database.run("DELETE FROM draft WHERE id = ?", draft->id);
        expunge_messages(database, account, {draft->message}, kept_until(period));
        return judged;
    };
    return submit(*core_.writer, std::move(work));
}

} // namespace pillarbox::storage::sqlite
