#include "storage/sqlite/access.hpp"

#include "storage/sqlite/core.hpp"
#include "storage/sqlite/draft_rows.hpp"
#include "storage/sqlite/enclosed.hpp"
#include "storage/sqlite/event_rows.hpp"
#include "storage/sqlite/placing.hpp"
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
        // First, for it makes room: the draft is as large as what goes into Sent.
        if (delivery_.submission && !end_submission(database, *delivery_.submission))
            return make_error_code(Errc::not_found);
        const Time received = now();
        insert_body(database, written_.place, delivery_.summary,
                    delivery_.copies.size() + delivery_.forward_to.size(), spool().memory());
        for (const auto& copy : delivery_.copies) {
            const auto stored = store_copy(database, copy, received);
            if (!stored) return stored;
        }
        for (const auto& forward : delivery_.forward_to)
            enqueue(database, forward, received);
        return boost::system::in_place_value;
    }

    void settle(bool committed)
    {
        const bool wrote = written_.place.body != 0 && !written_.error && written_.place.tier != Tier::row;
        if (!committed && wrote) core_->discard(written_.place);
        if (committed) core_->wake_indexer();
        if (committed && !delivery_.forward_to.empty()) core_->wake_queue();
    }

private:
    FileSpool& spool() { return static_cast<FileSpool&>(*delivery_.body); }

    Result<void> store_copy(Database& database, const LocalCopy& copy, Time received)
    {
        const auto where = entrance(database, copy.account, copy.mailbox, core_->options.default_quota);
        if (!where) return where.error();
        const auto placed = place(database, *where,
                                  {.account = copy.account,
                                   .body = written_.place.body,
                                   .trace = copy.trace,
                                   .size = copy.trace.size() + written_.place.octets,
                                   .flags = initial_flags(copy.mailbox),
                                   .received = received});
        if (!placed) return placed.error();
        auto event = accepted(EventKind::stored, copy.recipient, received);
        event.account = copy.account;
        event.message = placed->id;
        event.mailbox = placed->mailbox;
        event.uid = placed->uid;
        record_event(database, event);
        record_verified(database, std::move(event));
        return boost::system::in_place_value;
    }

    void enqueue(Database& database, const Forward& forward, Time received)
    {
        const MailParameters& mail = delivery_.parameters;
        database.run(
            "INSERT INTO queue (body, submitter, reverse_path, recipient, trace, size, queued, held, "
            "envelope_id, return_content, body_kind, smtputf8, tls_wish, release_at, notify, "
            "original_recipient) "
            "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            written_.place.body, delivery_.submitter, delivery_.reverse_path, forward.recipient,
            Blob{delivery_.forward_trace}, delivery_.forward_trace.size() + written_.place.octets, received,
            mail.release_at ? 2 : 0, mail.envelope_id, mail.return_content, mail.body, mail.smtputf8,
            mail.tls, mail.release_at, forward.parameters.notify, forward.parameters.original_recipient);
        auto event = accepted(EventKind::queued, forward.recipient, received);
        if (delivery_.submitter) event.account = *delivery_.submitter;
        event.queue = QueueId{database.last_id()};
        record_event(database, event);
        record_verified(database, std::move(event));
    }

    /// Beside `event`, of whoever is to get it.
    void record_verified(Database& database, Event event)
    {
        if (delivery_.handover.verified.empty()) return;
        event.kind = EventKind::verified;
        event.text = delivery_.handover.verified;
        record_event(database, event);
    }

    /// What there is to tell of each recipient alike.
    Event accepted(EventKind kind, const std::string& recipient, Time received) const
    {
        const auto& from = delivery_.handover;
        return {.at = received,
                .kind = kind,
                .body = written_.place.body,
                .session = from.session,
                .peer = from.peer,
                .tls = from.tls,
                .protocol = from.protocol,
                .user = from.user,
                .sender = delivery_.reverse_path,
                .recipient = recipient,
                .message_id = delivery_.summary.message_id,
                .name = from.name};
    }

    Core* core_;
    Delivery delivery_;
    BodyStore::Written written_;
};

class EnclosedDelivery final : public Enclosed
{
public:
    explicit EnclosedDelivery(Delivering delivering) : delivering_(std::move(delivering)) {}

    void write_body(BodyStore& bodies) override { delivering_.write_body(bodies); }
    Result<void> run(Database& database) override { return delivering_(database); }
    void settle(bool committed) override { delivering_.settle(committed); }

private:
    Delivering delivering_;
};

awaitable<Result<void>> refuse(Errc error)
{
    co_return make_error_code(error);
}

} // namespace

std::unique_ptr<Spool> SqliteMail::new_spool()
{
    return std::make_unique<FileSpool>(core_.files(), core_.spool());
}

Result<void> SqliteMail::has_room(std::uint64_t octets) const
{
    if (!core_.writer->healthy()) return make_error_code(Errc::unavailable);
    if (core_.free_space.lately() < core_.options.disk_reserve + octets) {
        core_.wake_upkeep(); // the vault may have room to give
        return make_error_code(Errc::out_of_space);
    }
    return boost::system::in_place_value;
}

std::unique_ptr<Enclosed> enclose(Core& core, Delivery delivery)
{
    return std::make_unique<EnclosedDelivery>(Delivering(core, std::move(delivery)));
}

awaitable<Result<void>> SqliteMail::deliver(Delivery delivery)
{
    if (!core_.delivers()) return refuse(Errc::unavailable);
    if (!delivery.body || (delivery.copies.empty() && delivery.forward_to.empty()))
        return refuse(Errc::invalid);
    const std::size_t octets = std::max<std::size_t>(1, static_cast<std::size_t>(delivery.body->size()));
    return submit(*core_.writer, Delivering(core_, std::move(delivery)), octets);
}

} // namespace pillarbox::storage::sqlite
