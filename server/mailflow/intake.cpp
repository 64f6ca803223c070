#include "server/mailflow/intake.hpp"

#include "server/base/ascii.hpp"
#include "server/base/random.hpp"
#include "server/mailflow/judgement.hpp"
#include "server/mailflow/report.hpp"
#include "server/mailflow/routing.hpp"
#include "server/mailflow/summary.hpp"
#include "server/mailflow/trace.hpp"
#include "server/mime/header.hpp"
#include "server/net/networks.hpp"

#include <boost/asio/this_coro.hpp>

#include <algorithm>
#include <chrono>
#include <ranges>
#include <utility>

namespace pillarbox::mailflow {

namespace asio = boost::asio;

namespace {

// Fewer than the 100 that RFC 5321 §6.3 calls normal: real mail has some ten,
// and each round of a loop costs somebody.
constexpr std::size_t most_received = 50;
constexpr std::size_t id_length = 12;  // 60 bits
constexpr std::size_t most_noted = 10; // recipients of a message that was refused

/// How the store's failure is told to a sender; all of them invite another try.
Verdict refusal(boost::system::error_code error)
{
    if (error == storage::Errc::out_of_space) {
        return {452, "4.3.1", "not stored: the server's disk is full, try again later", {}};
    }
    if (error == storage::Errc::over_quota) {
        return {452, "4.2.2", "not stored: a recipient's mailbox is full, try again later", {}};
    }
    if (error == storage::Errc::not_found) {
        return {451, "4.3.0", "not stored: a recipient was removed meanwhile, send it again", {}};
    }
    return {451, "4.3.0", "not stored, try again later", {}};
}

/// Empty for our own mail.
std::string peer_of(const Origin& origin)
{
    return origin.client.is_unspecified() ? std::string() : net::plain_address(origin.client).to_string();
}

/// Why the message itself cannot be accepted, if so.
std::optional<Verdict> objection(const mime::Header& header, std::string_view head, std::uint64_t size,
                                 const std::vector<Recipient>& recipients)
{
    const mime::HeaderFaults& faults = header.faults();
    if (faults.beyond_limits() || (faults.unfinished && size > head.size())) {
        return Verdict{
            554, "5.6.0", "the header section is too large: 256 KiB, 2000 lines, 64 KiB for a field", {}};
    }
    if (header.count("Received") > most_received) {
        return Verdict{554, "5.4.6", "too many Received fields: the message is going in circles", {}};
    }
    if (forwarding_loop(header, recipients)) {
        return Verdict{554, "5.4.6", "forwarding loop: the message was here before", {}};
    }
    return std::nullopt;
}

/// Whether the header waives TLS, RFC 8689 §3: one such field, and it says No.
bool waives_tls(const mime::Header& header)
{
    const auto is_wish = [](const mime::Field& field) { return ascii::equal(field.name, "TLS-Required"); };
    const auto wish = std::ranges::find_if(header.fields(), is_wish);
    return header.count("TLS-Required") == 1 && ascii::equal(ascii::trim(mime::unfold(wish->body)), "No");
}

} // namespace

awaitable<Verdict> Intake::accept(Origin origin, Sender sender, std::vector<Recipient> recipients,
                                  std::unique_ptr<storage::Spool> body, std::unique_ptr<Arriving> arriving)
{
    const auto head = body->read(0, mime::most_header_octets + 1);
    if (!head) co_return refusal(head.error());
    const mime::Header header(*head);
    if (auto objected = objection(header, *head, body->size(), recipients)) {
        refused(origin, sender.reverse_path, recipients, *objected);
        co_return std::move(*objected);
    }

    Judgement judgement;
    if (arriving && arriving->verifies() && dns_) {
        const auto executor = co_await asio::this_coro::executor;
        mailauth::SpfQuestion from{origin.client, origin.helo, sender.reverse_path};
        judgement = co_await judge(dns_(executor), *arriving, std::move(from), header);
        if (judgement.refusal) {
            refused(origin, sender.reverse_path, recipients, *judgement.refusal);
            co_return std::move(*judgement.refusal);
        }
    }

    const std::string id = random_name(id_length);
    const std::string client =
        origin.client.is_unspecified() ? std::string() : address_literal(origin.client.to_string());
    Hop hop{.helo = origin.helo,
            .client = client,
            .hostname = hostname_,
            .protocol = origin.protocol,
            .tls = origin.tls,
            .id = id,
            .recipient = {},
            .time = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now())};
    if (recipients.size() == 1) hop.recipient = recipients.front().forward_path;
    const std::string hop_field = judgement.field + received(hop);

    if (sender.parameters.release_at) {
        for (Recipient& recipient : recipients)
            recipient.route = {{}, {recipient.forward_path}}; // found anew when the time has come
    }
    const Destinations all = destinations(recipients);
    storage::Delivery delivery;
    for (const auto& copy : all.copies) {
        // RFC 5321 §4.4: Return-Path on top, at final delivery only.
        delivery.copies.push_back(
            {.account = copy.account,
             .trace = return_path(sender.reverse_path) + delivered_to(copy.delivered_to) + hop_field,
             .mailbox = judgement.mailbox,
             .recipient = copy.delivered_to});
    }
    if (origin.submission) delivery.copies.push_back({*origin.account, {}, storage::MailboxRole::sent});
    delivery.submission = origin.submission;
    delivery.forward_to = all.forward_to;
    if (!all.forward_to.empty()) {
        if (!all.forwarded_by.empty()) delivery.forward_trace = delivered_to(all.forwarded_by);
        delivery.forward_trace += hop_field;
    }
    // What waits is signed when it goes: until then keys may change.
    if (signer_ && origin.kind != Origin::Kind::peer && !all.forward_to.empty() &&
        !sender.parameters.release_at) {
        const auto signature = co_await signer_->sign(author_domain(header), *body);
        if (!signature) {
            Verdict verdict = refusal(signature.error());
            refused(origin, sender.reverse_path, recipients, verdict);
            co_return verdict;
        }
        delivery.forward_trace += *signature; // right on top of what it signs
    }
    delivery.reverse_path = sender.reverse_path;
    delivery.parameters = sender.parameters;
    // REQUIRETLS overrules the header, RFC 8689 §4.
    if (sender.parameters.tls == storage::TlsWish::unsaid && waives_tls(header))
        delivery.parameters.tls = storage::TlsWish::waived;
    delivery.handover = {.session = origin.session,
                         .peer = peer_of(origin),
                         .tls = origin.tls,
                         .protocol = origin.protocol,
                         .user = origin.user,
                         .name = id,
                         .verified = judgement.found};
    delivery.submitter = origin.account;
    delivery.summary = summary_of(*head);
    delivery.body = std::move(body);

    const auto stored = co_await mail_.deliver(std::move(delivery));
    if (!stored) {
        Verdict verdict = refusal(stored.error());
        refused(origin, sender.reverse_path, recipients, verdict);
        co_return verdict;
    }
    Verdict verdict{250, "2.0.0", "stored as " + id, id};
    verdict.verified = std::move(judgement.found);
    if (sender.parameters.release_at) {
        if (on_held_) on_held_();
        co_return verdict;
    }
    auto report = success_report(origin, sender, recipients, *head);
    if (!report) co_return verdict;
    report->arrival = hop.time;
    const auto reported = co_await send_report(std::move(*report));
    if (!reported.accepted()) verdict.unreported = reported.text;
    co_return verdict;
}

std::unique_ptr<Arriving> Intake::arriving(std::shared_ptr<const Config> config) const
{
    return std::make_unique<Arriving>(hostname_, std::move(config));
}

void Intake::refused(const Origin& origin, storage::Event what) const
{
    if (!events_) return;
    what.session = origin.session;
    what.peer = peer_of(origin);
    what.tls = origin.tls;
    what.protocol = origin.protocol;
    if (what.user.empty()) what.user = origin.user;
    if (origin.account) what.account = *origin.account;
    events_->note(std::move(what));
}

void Intake::refused(const Origin& origin, const std::string& reverse_path,
                     const std::vector<Recipient>& recipients, const Verdict& verdict) const
{
    for (const auto& recipient : recipients | std::views::take(most_noted))
        refused(origin, {.kind = storage::EventKind::message_refused,
                         .sender = reverse_path,
                         .recipient = recipient.forward_path,
                         .code = verdict.code,
                         .text = std::string(verdict.status) + " " + verdict.text});
}

} // namespace pillarbox::mailflow
