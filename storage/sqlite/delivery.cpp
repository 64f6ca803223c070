#include "storage/sqlite/access.hpp"

#include "storage/sqlite/core.hpp"
#include "storage/sqlite/spool.hpp"

namespace pillarbox::storage::sqlite {
namespace {

/// What a person put there himself is not news to him.
std::uint32_t initial_flags(MailboxRole role)
{
    switch (role) {
    case MailboxRole::sent:
        return flag::seen;
    case MailboxRole::drafts:
        return flag::seen | flag::draft;
    default:
        return 0;
    }
}

/// One accepted message on its way through the writer.
class Delivering
{
public:
    Delivering(Core& core, Delivery delivery) : core_(&core), delivery_(std::move(delivery)) {}

    void write_body(BodyStore& bodies) { bodies.put(spool(), written_); }

    Result<void> operator()(Database& database)
    {
        if (written_.error) return written_.error;
        const Time received = now();
        store_body(database);
        for (const auto& copy : delivery_.copies) {
            const auto stored = store_copy(database, copy, received);
            if (!stored) return stored;
        }
        for (const auto& recipient : delivery_.forward_to)
            enqueue(database, recipient, received);
        return boost::system::in_place_value;
    }

    void settle(bool committed)
    {
        const bool wrote = written_.place.body != 0 && !written_.error && written_.place.tier != Tier::row;
        if (!committed && wrote) core_->discard(written_.place);
    }

private:
    FileSpool& spool() { return static_cast<FileSpool&>(*delivery_.body); }

    void store_body(Database& database)
    {
        const Place& place = written_.place;
        const Summary& summary = delivery_.summary;
        const auto refs = delivery_.copies.size() + delivery_.forward_to.size();
        constexpr auto sql = "INSERT INTO body (id, refs, tier, segment, offset, octets, checksum, "
                             "sender_name, sender_address, subject, "
                             "preview, message_id, thread_key, date, attachments, content) "
                             "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
        const std::optional<Blob> content =
            place.tier == Tier::row ? std::optional(Blob{spool().memory()}) : std::nullopt;
        database.run(sql, place.body, refs, place.tier, place.segment, place.offset, place.octets,
                     place.checksum, summary.sender_name, summary.sender_address, summary.subject,
                     summary.preview, summary.message_id, summary.thread_key, summary.date,
                     summary.attachments, content);
        if (place.tier != Tier::segment) return;
        database.run("INSERT INTO segment (number, end, bodies) VALUES (?, ?, 1) "
                     "ON CONFLICT DO UPDATE SET end = max(end, excluded.end), bodies = bodies + 1",
                     place.segment, place.offset + place.record_octets());
    }

    Result<void> store_copy(Database& database, const LocalCopy& copy, Time received)
    {
        const std::uint64_t size = copy.trace.size() + written_.place.octets;
        std::int64_t mailbox = 0;
        std::int64_t uid = 0;
        std::uint64_t modseq = 0;
        {
            Query row(
                database,
                "SELECT mailbox.id, mailbox.uid_next, account.modseq + 1, account.quota, account.octets "
                "FROM account JOIN mailbox ON mailbox.account = account.id AND mailbox.role = ? AND "
                "mailbox.role <> 0 WHERE account.id = ?",
                copy.mailbox, copy.account);
            if (!row.step()) return make_error_code(Errc::not_found);
            mailbox = row.integer(0);
            uid = row.integer(1);
            modseq = row.as<std::uint64_t>(2);
            const auto own_quota = row.as<std::uint64_t>(3);
            const auto quota = own_quota != 0 ? own_quota : core_->options.default_quota;
            if (row.as<std::uint64_t>(4) + size > quota) return make_error_code(Errc::over_quota);
        }
        const auto flags = initial_flags(copy.mailbox);
        database.run("INSERT INTO msg (account, mailbox, uid, body, trace) VALUES (?, ?, ?, ?, ?)",
                     copy.account, mailbox, uid, written_.place.body, Blob{copy.trace});
        database.run("INSERT INTO message (mailbox, uid, modseq, flags, size, received, msg) VALUES (?, ?, "
                     "?, ?, ?, ?, ?)",
                     mailbox, uid, modseq, flags, size, received, database.last_id());
        database.run("UPDATE mailbox SET uid_next = ? + 1, messages = messages + 1, unseen = unseen + ?, "
                     "octets = octets + ?, modseq = ? WHERE id = ?",
                     uid, (flags & flag::seen) == 0, size, modseq, mailbox);
        database.run(
            "UPDATE account SET octets = octets + ?, messages = messages + 1, modseq = ? WHERE id = ?", size,
            modseq, copy.account);
        return boost::system::in_place_value;
    }

    void enqueue(Database& database, const std::string& recipient, Time received)
    {
        database.run(
            "INSERT INTO queue (body, submitter, reverse_path, recipient, trace, size, queued, held) "
            "VALUES (?, ?, ?, ?, ?, ?, ?, 1)",
            written_.place.body, delivery_.submitter, delivery_.reverse_path, recipient,
            Blob{delivery_.forward_trace}, delivery_.forward_trace.size() + written_.place.octets, received);
    }

    Core* core_;
    Delivery delivery_;
    BodyStore::Written written_;
};

awaitable<Result<void>> refuse(Errc error)
{
    co_return make_error_code(error);
}

} // namespace

std::unique_ptr<Spool> SqliteMail::new_spool()
{
    return std::make_unique<FileSpool>(core_.files(), core_.layout.spool);
}

Result<void> SqliteMail::has_room(std::uint64_t octets) const
{
    if (!core_.writer->healthy()) return make_error_code(Errc::unavailable);
    if (core_.free_octets() < core_.options.disk_reserve + octets) return make_error_code(Errc::out_of_space);
    return boost::system::in_place_value;
}

awaitable<Result<void>> SqliteMail::deliver(Delivery delivery)
{
    if (core_.options.access == Options::Access::tool)
        return refuse(Errc::unavailable); // that is the server's
    if (!delivery.body || (delivery.copies.empty() && delivery.forward_to.empty()))
        return refuse(Errc::invalid);
    const std::size_t octets = std::max<std::size_t>(1, static_cast<std::size_t>(delivery.body->size()));
    return submit(*core_.writer, Delivering(core_, std::move(delivery)), octets);
}

} // namespace pillarbox::storage::sqlite
