#include "storage/sqlite/access.hpp"

#include "storage/sqlite/core.hpp"
#include "storage/sqlite/draft_rows.hpp"
#include "storage/sqlite/enclosed.hpp"
#include "storage/sqlite/envelope_rows.hpp"
#include "storage/sqlite/event_rows.hpp"
#include "storage/sqlite/lessons.hpp"
#include "storage/sqlite/placing.hpp"
#include "storage/sqlite/spool.hpp"

#include <algorithm>

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
        const auto begun = begin(database);
        if (!begun) return begun;
        return store(database, 0, delivery_.copies.size(), 0, delivery_.forward_to.size());
    }

    void settle(bool committed)
    {
        const bool wrote = written_.place.body != 0 && !written_.error && written_.place.tier != Tier::row;
        if (!committed && wrote) core_->discard(written_.place);
        if (committed) core_->wake_indexer();
        if (committed && !delivery_.forward_to.empty()) core_->wake_queue();
    }

protected:
    Result<void> begin(Database& database)
    {
        if (written_.error) return written_.error;
        // First, for it makes room: the draft is as large as what goes into Sent.
        if (delivery_.submission && !end_submission(database, *delivery_.submission))
            return make_error_code(Errc::not_found);
        received_ = now();
        insert_body(database, written_.place, delivery_.summary,
                    delivery_.copies.size() + delivery_.forward_to.size(), spool().memory());
        return boost::system::in_place_value;
    }

    /// `copies` of the copies from `copy` on, and the same of what goes elsewhere.
    Result<void> store(Database& database, std::size_t copy, std::size_t copies, std::size_t forward,
                       std::size_t forwards)
    {
        for (std::size_t i = copy; i < copy + copies; ++i) {
            const auto stored = store_copy(database, delivery_.copies[i]);
            if (!stored) return stored;
        }
        for (std::size_t i = forward; i < forward + forwards; ++i)
            enqueue(database, delivery_.forward_to[i]);
        return boost::system::in_place_value;
    }

    /// So many shares of the body have found no place.
    void take_back(Database& database, std::size_t shares)
    {
        database.run("UPDATE body SET refs = refs - ? WHERE id = ?", shares, written_.place.body);
    }

private:
    FileSpool& spool() { return static_cast<FileSpool&>(*delivery_.body); }

    Result<void> store_copy(Database& database, const LocalCopy& copy)
    {
        const auto where = entrance(database, copy.account, copy.mailbox, core_->options.default_quota);
        if (!where) return where.error();
        const auto placed = place(database, *where,
                                  {.account = copy.account,
                                   .body = written_.place.body,
                                   .trace = copy.trace,
                                   .size = copy.trace.size() + written_.place.octets,
                                   .flags = initial_flags(copy.mailbox),
                                   .received = received_});
        if (!placed) return placed.error();
        auto event = accepted(EventKind::stored, copy.recipient);
        event.account = copy.account;
        event.message = placed->id;
        event.mailbox = placed->mailbox;
        event.uid = placed->uid;
        record_event(database, event);
        if (!copy.author.empty()) remember_sender(database, copy.account, copy.author, placed->id);
        if (!copy.judged.empty()) record_judged(database, event, copy.judged);
        record_verified(database, std::move(event));
        return boost::system::in_place_value;
    }

    void enqueue(Database& database, const Forward& forward)
    {
        const MailParameters& mail = delivery_.parameters;
        const auto by = mail.deliver_by ? std::optional(mail.deliver_by->at) : std::nullopt;
        database.run(
            "INSERT INTO queue (body, submitter, reverse_path, recipient, trace, size, queued, held, "
            "envelope_id, return_content, body_kind, smtputf8, tls_wish, release_at, deliver_by, by_mode, "
            "notify, original_recipient) "
            "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            written_.place.body, delivery_.submitter, forward.reverse_path.value_or(delivery_.reverse_path),
            forward.recipient, Blob{delivery_.forward_trace},
            delivery_.forward_trace.size() + written_.place.octets, received_, mail.release_at ? 2 : 0,
            mail.envelope_id, mail.return_content, mail.body, mail.smtputf8, mail.tls, mail.release_at, by,
            by_mode(mail), forward.parameters.notify, forward.parameters.original_recipient);
        auto event = accepted(EventKind::queued, forward.recipient);
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

    /// The same of what speaks for and against junk.
    static void record_judged(Database& database, Event event, const std::string& why)
    {
        event.kind = EventKind::judged;
        event.text = why;
        record_event(database, event);
    }

    /// What there is to tell of each recipient alike.
    Event accepted(EventKind kind, const std::string& recipient) const
    {
        const auto& from = delivery_.handover;
        return {.at = received_,
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
    Time received_{};
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

/// The same for recipients who are answered one by one.
class DeliveringApart : public Delivering
{
public:
    using Outcomes = std::vector<boost::system::error_code>;

    DeliveringApart(Core& core, Delivery delivery, std::vector<Delivery::Part> parts)
        : Delivering(core, std::move(delivery)), parts_(std::move(parts))
    {}

    Result<Outcomes> operator()(Database& database)
    {
        const auto begun = begin(database);
        if (!begun) return begun.error();
        Outcomes outcomes;
        std::size_t copy = 0;
        std::size_t forward = 0;
        std::size_t missing = 0; // shares of the body
        for (const auto& part : parts_) {
            const auto lacking = std::ranges::find_if(
                part.needs, [&](std::size_t number) { return outcomes[number].failed(); });
            outcomes.push_back(lacking == part.needs.end() ? store_part(database, part, copy, forward)
                                                           : outcomes[*lacking]);
            if (outcomes.back()) missing += part.copies + part.forwards;
            copy += part.copies;
            forward += part.forwards;
        }
        if (missing == copy + forward) return *std::ranges::find_if(outcomes, &failed);
        if (missing > 0) take_back(database, missing);
        return outcomes;
    }

private:
    static bool failed(const boost::system::error_code& outcome) { return outcome.failed(); }

    boost::system::error_code store_part(Database& database, const Delivery::Part& part, std::size_t copy,
                                         std::size_t forward)
    {
        // A copy that fails has written nothing: only one behind another that
        // was stored leaves something to undo.
        const bool undoes = part.copies > 1;
        if (undoes) database.run("SAVEPOINT part");
        const auto stored = store(database, copy, part.copies, forward, part.forwards);
        if (undoes && !stored) database.run("ROLLBACK TO part");
        if (undoes) database.run("RELEASE part");
        return stored ? boost::system::error_code() : stored.error();
    }

    std::vector<Delivery::Part> parts_;
};

bool complete(const Delivery& delivery)
{
    return delivery.body && !(delivery.copies.empty() && delivery.forward_to.empty());
}

/// Whether the parts are the whole delivery, each needing only those before it.
bool make_up(const Delivery& delivery, const std::vector<Delivery::Part>& parts)
{
    std::size_t copies = 0;
    std::size_t forwards = 0;
    for (std::size_t number = 0; number < parts.size(); ++number) {
        const Delivery::Part& part = parts[number];
        copies += part.copies;
        forwards += part.forwards;
        if (std::ranges::any_of(part.needs, [number](std::size_t other) { return other >= number; }))
            return false;
    }
    return copies == delivery.copies.size() && forwards == delivery.forward_to.size();
}

std::size_t octets_of(const Delivery& delivery)
{
    return std::max<std::size_t>(1, static_cast<std::size_t>(delivery.body->size()));
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
    if (!core_.delivers()) return refuse<void>(Errc::unavailable);
    if (!complete(delivery)) return refuse<void>(Errc::invalid);
    const std::size_t octets = octets_of(delivery);
    return submit(*core_.writer, Delivering(core_, std::move(delivery)), octets);
}

awaitable<Result<std::vector<boost::system::error_code>>>
SqliteMail::deliver_apart(Delivery delivery, std::vector<Delivery::Part> parts)
{
    using Outcomes = DeliveringApart::Outcomes;
    if (!core_.delivers()) return refuse<Outcomes>(Errc::unavailable);
    if (!complete(delivery) || !make_up(delivery, parts)) return refuse<Outcomes>(Errc::invalid);
    const std::size_t octets = octets_of(delivery);
    return submit(*core_.writer, DeliveringApart(core_, std::move(delivery), std::move(parts)), octets);
}

} // namespace pillarbox::storage::sqlite
