#include "storage/sqlite/changes.hpp"

#include "storage/sqlite/core.hpp"
#include "storage/sqlite/listed.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/this_coro.hpp>

#include <algorithm>
#include <map>

namespace pillarbox::storage::sqlite {
namespace {

using boost::asio::use_awaitable;

/// The feed of one account, while rows of it are left.
class Telling
{
public:
    Telling(Database& database, std::uint64_t modseq, std::size_t limit)
        : database_(database), since_(modseq), left_(limit)
    {}

    /// False when there are more than the limit.
    bool tell(MailboxChanges& changes)
    {
        const auto mailbox = changes.mailbox.id;
        std::map<std::uint32_t, Changed> changed;
        // New messages are the last ones. One that came before `since` is not
        // behind one that came after: the first that is older ends them.
        Query last(database_,
                   "SELECT msg, uid, flags, modseq FROM message WHERE mailbox = ? ORDER BY uid DESC",
                   mailbox);
        while (last.step() && last.as<std::uint64_t>(3) > since_) {
            if (!note(changed, last)) return false;
        }
        Query other(database_,
                    "SELECT m.msg, m.uid, m.flags, m.modseq FROM reflagged r JOIN message m "
                    "ON m.mailbox = r.mailbox AND m.uid = r.uid WHERE r.mailbox = ? AND r.modseq > ?",
                    mailbox, since_);
        while (other.step()) {
            if (!note(changed, other)) return false;
        }
        for (const auto& [uid, one] : changed)
            changes.changed.push_back(one);
        Query gone(database_, "SELECT uid FROM expunged WHERE mailbox = ? AND modseq > ?", mailbox, since_);
        while (gone.step()) {
            if (left_ == 0) return false;
            --left_;
            changes.expunged.push_back(gone.as<std::uint32_t>(0));
        }
        std::ranges::sort(changes.expunged);
        return true;
    }

private:
    bool note(std::map<std::uint32_t, Changed>& changed, const Query& row)
    {
        const Changed one{.id = row.as<MessageId>(0),
                          .uid = row.as<std::uint32_t>(1),
                          .flags = row.as<std::uint32_t>(2),
                          .modseq = row.as<std::uint64_t>(3)};
        if (!changed.emplace(one.uid, one).second) return true;
        if (left_ == 0) return false;
        --left_;
        return true;
    }

    Database& database_;
    std::uint64_t since_;
    std::size_t left_;
};

Result<std::uint64_t> counter_of(Database& database, AccountId account)
{
    Query row(database, "SELECT modseq FROM account WHERE id = ?", account);
    if (!row.step()) return make_error_code(Errc::not_found);
    return row.as<std::uint64_t>(0);
}

class SqliteWatch final : public Watch
{
public:
    SqliteWatch(Core& core, AccountId account)
        : core_(core), account_(account), watcher_(core.watchers->add(account))
    {}
    SqliteWatch(const SqliteWatch&) = delete;
    SqliteWatch& operator=(const SqliteWatch&) = delete;
    ~SqliteWatch() override { core_.watchers->remove(account_, watcher_); }

    awaitable<Result<std::uint64_t>> above(std::uint64_t modseq) override
    {
        const auto executor = co_await boost::asio::this_coro::executor;
        watcher_->settle_on(executor);
        while (true) {
            // Asked before each wait, which would throw instead.
            const auto begun = co_await boost::asio::this_coro::cancellation_state;
            if (begun.cancelled() != boost::asio::cancellation_type::none) break;
            watcher_->look(); // what is committed from here on wakes
            const auto counter = co_await read_counter();
            if (!counter || *counter > modseq) co_return counter;
            const auto read = co_await boost::asio::this_coro::cancellation_state;
            if (read.cancelled() != boost::asio::cancellation_type::none) break;
            if (watcher_->woken()) continue;
            // It is cancelled to wake us: why, is asked above.
            co_await watcher_->timer().async_wait(boost::asio::as_tuple(use_awaitable));
        }
        co_return error_code(boost::asio::error::operation_aborted);
    }

private:
    awaitable<Result<std::uint64_t>> read_counter()
    {
        auto work = [account = account_](Database& database) { return counter_of(database, account); };
        return submit_brief(*core_.readers, std::move(work));
    }

    Core& core_;
    AccountId account_;
    std::shared_ptr<Watcher> watcher_;
};

} // namespace

Result<Feed> changes_since(Database& database, AccountId account, std::uint64_t modseq, std::size_t limit)
{
    Feed feed;
    {
        Query row(database, "SELECT modseq, horizon FROM account WHERE id = ?", account);
        if (!row.step()) return make_error_code(Errc::not_found);
        feed.modseq = row.as<std::uint64_t>(0);
        // Beyond our counter: of another state of this store, before a restore.
        feed.everything = modseq < row.as<std::uint64_t>(1) || modseq > feed.modseq;
    }
    if (feed.everything || modseq == feed.modseq) return feed;
    Telling telling(database, modseq, limit);
    Query row(database,
              "SELECT id, role, name, messages, unseen, octets, modseq FROM mailbox "
              "WHERE account = ? AND modseq > ?",
              account, modseq);
    while (row.step()) {
        MailboxChanges changes{.mailbox = mailbox_of(row), .changed = {}, .expunged = {}};
        if (!telling.tell(changes)) {
            feed.everything = true;
            feed.mailboxes.clear();
            return feed;
        }
        feed.mailboxes.push_back(std::move(changes));
    }
    return feed;
}

void note_reflagged(Database& database, MailboxId mailbox, std::uint32_t uid, std::uint64_t before,
                    std::uint64_t modseq)
{
    database.run("DELETE FROM reflagged WHERE mailbox = ? AND modseq = ? AND uid = ?", mailbox, before, uid);
    database.run("INSERT INTO reflagged (mailbox, modseq, uid) VALUES (?, ?, ?)", mailbox, modseq, uid);
}

std::optional<AccountId> too_much_to_tell(Database& database, std::uint64_t kept)
{
    Query row(database, "SELECT id FROM account WHERE modseq - horizon > ? LIMIT 1", kept + kept / 10);
    if (!row.step()) return std::nullopt;
    return row.as<AccountId>(0);
}

bool forget_changes(Database& database, AccountId account, std::uint64_t kept, std::size_t at_once)
{
    constexpr auto expunged =
        "DELETE FROM expunged WHERE (mailbox, modseq, uid) IN (SELECT e.mailbox, e.modseq, e.uid "
        "FROM mailbox JOIN expunged e ON e.mailbox = mailbox.id AND e.modseq <= ?2 "
        "WHERE mailbox.account = ?1 LIMIT ?3)";
    constexpr auto reflagged =
        "DELETE FROM reflagged WHERE (mailbox, modseq, uid) IN (SELECT r.mailbox, r.modseq, r.uid "
        "FROM mailbox JOIN reflagged r ON r.mailbox = mailbox.id AND r.modseq <= ?2 "
        "WHERE mailbox.account = ?1 LIMIT ?3)";
    const auto counter = counter_of(database, account);
    if (!counter || *counter <= kept) return false;
    const auto horizon = *counter - kept;
    const auto wanted = static_cast<std::int64_t>(at_once);
    const bool more = database.run(expunged, account, horizon, at_once) == wanted;
    const bool others = database.run(reflagged, account, horizon, at_once) == wanted;
    database.run("UPDATE account SET horizon = max(horizon, ?) WHERE id = ?", horizon, account);
    return more || others;
}

awaitable<Result<Feed>> SqliteChanges::since(AccountId account, std::uint64_t modseq, std::size_t limit)
{
    auto work = [=](Database& database) { return changes_since(database, account, modseq, limit); };
    return submit(*core_.readers, std::move(work));
}

std::unique_ptr<Watch> SqliteChanges::watch(AccountId account)
{
    return std::make_unique<SqliteWatch>(core_, account);
}

} // namespace pillarbox::storage::sqlite
