#include "storage/sqlite/access.hpp"

#include "storage/sqlite/core.hpp"
#include "storage/sqlite/placing.hpp"
#include "storage/sqlite/spool.hpp"

#include <algorithm>

namespace pillarbox::storage::sqlite {
namespace {

constexpr std::size_t longest_unique_id = 70; // RFC 1939 §7

/// RFC 1939 §7: 1 to 70 octets from 0x21 to 0x7E.
bool usable_unique_id(std::string_view value)
{
    return !value.empty() && value.size() <= longest_unique_id &&
           std::ranges::all_of(value, [](char c) { return c >= 0x21 && c <= 0x7e; });
}

/// Whether it begins as those that the mailbox gives itself: a client may have
/// written them into what it fetched from here, and the message still be there.
bool is_our_own(Database& database, MailboxId mailbox, const std::string& value)
{
    return Query(database,
                 "SELECT 1 FROM (SELECT uid_validity FROM mailbox WHERE id = ?1 UNION ALL "
                 "SELECT uid_validity FROM renewal WHERE mailbox = ?1) "
                 "WHERE lower(substr(?2, 1, 17)) = printf('%016llx.', uid_validity)",
                 mailbox, value)
        .step();
}

/// False when it cannot be kept. Unique ids that clients may fold are kept
/// apart too: none is another's in different letters.
bool keep_unique_id(Database& database, const Placed& placed, const std::string& value)
{
    if (!usable_unique_id(value) || is_our_own(database, placed.mailbox, value)) return false;
    const auto kept =
        database.run("INSERT INTO unique_id (mailbox, uid, value) SELECT ?1, ?2, ?3 WHERE NOT EXISTS "
                     "(SELECT 1 FROM unique_id WHERE mailbox = ?1 AND value = ?3 COLLATE NOCASE)",
                     placed.mailbox, placed.uid, value);
    return kept > 0;
}

class Bringing
{
public:
    Bringing(Core& core, Brought message) : core_(&core), message_(std::move(message)) {}

    void write_body(BodyStore& bodies) { bodies.put(spool(), written_); }

    Result<Arrived> operator()(Database& database)
    {
        if (written_.error) return written_.error;
        const auto where =
            entrance(database, message_.account, message_.mailbox, core_->options.default_quota);
        if (!where) return where.error();
        if (!message_.digest.empty() &&
            database.run("INSERT INTO imported (mailbox, digest) VALUES (?, ?) ON CONFLICT DO NOTHING",
                         message_.mailbox, Blob{message_.digest}) == 0)
            return make_error_code(Errc::already_exists);
        if (!message_.name.empty())
            database.run("INSERT INTO imported (mailbox, digest) VALUES (?, ?) ON CONFLICT DO NOTHING",
                         message_.mailbox, Blob{message_.name});
        insert_body(database, written_.place, message_.summary, 1, spool().memory());
        const auto placed = place(database, *where,
                                  {.account = message_.account,
                                   .body = written_.place.body,
                                   .trace = {},
                                   .size = written_.place.octets,
                                   .flags = message_.flags,
                                   .received = message_.received});
        if (!placed) return placed.error();
        Arrived arrived{*placed};
        arrived.lost_unique_id =
            !message_.unique_id.empty() && !keep_unique_id(database, *placed, message_.unique_id);
        return arrived;
    }

    void settle(bool committed)
    {
        const bool wrote = written_.place.body != 0 && !written_.error && written_.place.tier != Tier::row;
        if (!committed && wrote) core_->discard(written_.place);
        if (committed) core_->wake_indexer();
    }

private:
    FileSpool& spool() { return static_cast<FileSpool&>(*message_.body); }

    Core* core_;
    Brought message_;
    BodyStore::Written written_;
};

} // namespace

awaitable<Result<bool>> SqliteTransfer::has(MailboxId mailbox, std::string digest)
{
    auto work = [mailbox, digest = std::move(digest)](Database& database) -> Result<bool> {
        return Query(database, "SELECT 1 FROM imported WHERE mailbox = ? AND digest = ?", mailbox,
                     Blob{digest})
            .step();
    };
    return submit_brief(*core_.readers, std::move(work));
}

awaitable<Result<Arrived>> SqliteTransfer::bring(Brought message)
{
    if (!core_.delivers()) return refuse<Arrived>(Errc::unavailable);
    if (!message.body) return refuse<Arrived>(Errc::invalid);
    const auto octets = std::max<std::size_t>(1, static_cast<std::size_t>(message.body->size()));
    return submit(*core_.writer, Bringing(core_, std::move(message)), octets);
}

} // namespace pillarbox::storage::sqlite
