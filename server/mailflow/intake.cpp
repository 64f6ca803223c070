#include "server/mailflow/intake.hpp"

#include "server/base/ascii.hpp"
#include "server/base/random.hpp"
#include "server/mailflow/dmarc_tally.hpp"
#include "server/mailflow/judgement.hpp"
#include "server/mailflow/objection.hpp"
#include "server/mailflow/report.hpp"
#include "server/mailflow/routing.hpp"
#include "server/mailflow/sorter.hpp"
#include "server/mailflow/summary.hpp"
#include "server/mailflow/teller.hpp"
#include "server/mailflow/trace.hpp"
#include "server/mime/header.hpp"
#include "server/net/networks.hpp"

#include <boost/asio/this_coro.hpp>

#include <algorithm>
#include <cassert>
#include <chrono>
#include <functional>
#include <ranges>
#include <utility>

namespace pillarbox::mailflow {

namespace asio = boost::asio;

namespace {

constexpr std::size_t id_length = 12;  // 60 bits
constexpr std::size_t most_noted = 10; // recipients of a message that was refused

/// Empty for our own mail.
std::string peer_of(const Origin& origin)
{
    return origin.client.is_unspecified() ? std::string() : net::plain_address(origin.client).to_string();
}

/// Whether the header waives TLS, RFC 8689 §3: one such field, and it says No.
bool waives_tls(const mime::Header& header)
{
    const auto is_wish = [](const mime::Field& field) { return ascii::equal(field.name, "TLS-Required"); };
    const auto wish = std::ranges::find_if(header.fields(), is_wish);
    return header.count("TLS-Required") == 1 && ascii::equal(ascii::trim(mime::unfold(wish->body)), "No");
}

Verdict stored_as(const std::string& id)
{
    return {250, "2.0.0", "stored as " + id, id};
}

} // namespace

/// What a message begins with, read once.
struct Intake::Head
{
    explicit Head(std::string begins) : text(std::move(begins)), header(text) {}
    Head(const Head&) = delete; // the fields are views
    Head& operator=(const Head&) = delete;

    const std::string text; // the header section, at least
    const mime::Header header;
};

/// A message on its way to the store.
struct Intake::Prepared
{
    storage::Delivery delivery;
    std::vector<storage::Delivery::Part> parts; // for each recipient
    std::vector<std::string> through;           // as in Destinations
    Sorter::Asked asked;                        // for each local copy
    std::string id;
    std::chrono::sys_seconds arrival;
    std::string hop_field{}; // trace fields of all copies, behind their own

    /// The copies are what they will be.
    void complete()
    {
        for (auto& copy : delivery.copies)
            if (!copy.trace.empty()) copy.trace += hop_field;
    }
};

boost::system::result<Intake::Prepared, Verdict> Intake::prepare(const Origin& origin, const Sender& sender,
                                                                 std::vector<Recipient>& recipients,
                                                                 const Judgement& judgement, const Head& head,
                                                                 std::unique_ptr<storage::Spool> body) const
{
    if (auto objected = objection(head.header, head.text, body->size(), recipients)) {
        refused(origin, sender.reverse_path, recipients, *objected);
        return *std::move(objected);
    }

    Prepared made{.delivery = {},
                  .parts = {},
                  .through = {},
                  .asked = {},
                  .id = random_name(id_length),
                  .arrival = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now())};
    const std::string client =
        origin.client.is_unspecified() ? std::string() : address_literal(origin.client.to_string());
    Hop hop{.helo = origin.helo,
            .client = client,
            .hostname = hostname_,
            .protocol = origin.protocol,
            .tls = origin.tls,
            .id = made.id,
            .recipient = {},
            .time = made.arrival};
    if (recipients.size() == 1) hop.recipient = recipients.front().forward_path;
    made.hop_field = judgement.field + received(hop);

    if (sender.parameters.release_at) {
        for (Recipient& recipient : recipients)
            recipient.route = {{}, {recipient.forward_path}}; // found anew when the time has come
    }
    Destinations all = destinations(recipients);
    made.parts = std::move(all.parts);
    made.through = std::move(all.through);
    storage::Delivery& delivery = made.delivery;
    for (const auto& copy : all.copies) {
        made.asked.push_back(copy.acquaintance);
        // RFC 5321 §4.4: Return-Path on top, at final delivery only.
        delivery.copies.push_back(
            {.account = copy.account,
             .trace = return_path(sender.reverse_path) + delivered_to(copy.delivered_to),
             .mailbox = judgement.mailbox,
             .recipient = copy.delivered_to});
    }
    if (origin.submission) delivery.copies.push_back({*origin.account, {}, storage::MailboxRole::sent});
    delivery.submission = origin.submission;
    delivery.forward_to = std::move(all.forward_to);
    if (!delivery.forward_to.empty()) {
        if (!all.forwarded_by.empty()) delivery.forward_trace = delivered_to(all.forwarded_by);
        delivery.forward_trace += made.hop_field;
    }
    delivery.reverse_path = sender.reverse_path;
    delivery.parameters = sender.parameters;
    // REQUIRETLS overrules the header, RFC 8689 §4.
    if (sender.parameters.tls == storage::TlsWish::unsaid && waives_tls(head.header))
        delivery.parameters.tls = storage::TlsWish::waived;
    delivery.handover = {.session = origin.session,
                         .peer = peer_of(origin),
                         .tls = origin.tls,
                         .protocol = origin.protocol,
                         .user = origin.user,
                         .name = made.id,
                         .verified = judgement.found};
    delivery.submitter = origin.account;
    delivery.summary = summary_of(head.text);
    delivery.body = std::move(body);
    return made;
}

/// Finds out what there is to know of a message from another server. Returns why
/// it is not taken, if so.
awaitable<std::optional<Verdict>> Intake::look_at(const Origin& origin, const Sender& sender,
                                                  const std::vector<Recipient>& recipients,
                                                  const Arriving& arriving, const Head& head,
                                                  const storage::Spool& body, Judgement& judgement) const
{
    if (!arriving.verifies() && !arriving.weighs()) co_return std::nullopt;
    const auto executor = co_await asio::this_coro::executor;
    mailauth::SpfQuestion from{origin.client, origin.helo, sender.reverse_path};
    judgement = co_await judge(dns_(executor), arriving, std::move(from), head.header);
    if (judgement.refusal || !sorter_ || !arriving.weighs()) co_return judgement.refusal;
    junk::HookQuestion question{peer_of(origin), origin.helo, hostname_, sender.reverse_path, {}, {}};
    std::ranges::transform(recipients, std::back_inserter(question.recipients), &Recipient::forward_path);
    auto objected = co_await sorter_->consult(arriving.config(), judgement, std::move(question), body);
    if (objected) {
        objected->verified = judgement.found;
        co_return objected;
    }
    auto later = co_await sorter_->greylist(arriving.config(), judgement, origin.client);
    if (later) later->verified = judgement.found;
    co_return later;
}

awaitable<Verdict> Intake::accept(Origin origin, Sender sender, std::vector<Recipient> recipients,
                                  std::unique_ptr<storage::Spool> body, std::unique_ptr<Arriving> arriving)
{
    auto begins = body->read(0, mime::most_header_octets + 1);
    if (!begins) co_return refusal(begins.error());
    const Head head(std::move(*begins));
    Judgement judgement;
    if (arriving && dns_) {
        auto objected = co_await look_at(origin, sender, recipients, *arriving, head, *body, judgement);
        // What is to come again is counted then.
        if (tally_ && judgement.reported && !(objected && objected->code < 500))
            tally_->count(*judgement.reported,
                          std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now()));
        if (objected) {
            refused(origin, sender.reverse_path, recipients, *objected);
            co_return std::move(*objected);
        }
    }
    junk::webhook::Accepted news{.size = body->size()};
    auto prepared = prepare(origin, sender, recipients, judgement, head, std::move(body));
    if (!prepared) co_return prepared.error();
    news.message_id = prepared->delivery.summary.message_id;
    if (arriving && arriving->weighs() && sorter_) {
        auto objected =
            co_await sorter_->sort(arriving->config(), judgement, prepared->delivery, prepared->asked);
        if (objected) {
            refused(origin, sender.reverse_path, recipients, *objected);
            co_return std::move(*objected);
        }
    }
    prepared->complete();
    const auto ready = co_await make_ready_to_leave(origin, sender, head, *prepared);
    if (!ready) {
        Verdict verdict = refusal(ready.error());
        refused(origin, sender.reverse_path, recipients, verdict);
        co_return verdict;
    }
    const auto stored = co_await mail_.deliver(std::move(prepared->delivery));
    if (!stored) {
        Verdict verdict = refusal(stored.error());
        refused(origin, sender.reverse_path, recipients, verdict);
        co_return verdict;
    }
    Verdict verdict = stored_as(prepared->id);
    verdict.verified = std::move(judgement.found);
    if (teller_) tell_of(std::move(news), verdict, origin, sender, recipients);
    if (sender.parameters.release_at) {
        if (on_held_) on_held_();
        co_return verdict;
    }
    verdict.unreported = co_await tell_of_success(origin, sender, recipients, head.text, *prepared);
    co_return verdict;
}

awaitable<std::vector<Verdict>> Intake::accept_apart(Origin origin, Sender sender,
                                                     std::vector<Recipient> recipients,
                                                     std::unique_ptr<storage::Spool> body,
                                                     std::shared_ptr<const Config> config)
{
    assert(!sender.parameters.release_at);
    std::vector<Verdict> verdicts;
    auto begins = body->read(0, mime::most_header_octets + 1);
    if (!begins) {
        verdicts.assign(recipients.size(), refusal(begins.error()));
        co_return verdicts;
    }
    const Head head(std::move(*begins));
    auto prepared = prepare(origin, sender, recipients, Judgement(), head, std::move(body));
    if (!prepared) {
        verdicts.assign(recipients.size(), prepared.error());
        co_return verdicts;
    }
    if (config && sorter_ && config->junk.mode != Config::Junk::Mode::off) {
        const Judgement nothing_known;
        co_await sorter_->sort(std::move(config), nothing_known, prepared->delivery, prepared->asked,
                               Sorter::Beyond::junk);
    }
    prepared->complete();
    const auto ready = co_await make_ready_to_leave(origin, sender, head, *prepared);
    if (!ready) {
        verdicts.assign(recipients.size(), refusal(ready.error()));
        refused(origin, sender.reverse_path, recipients, verdicts.front());
        co_return verdicts;
    }
    const auto outcomes =
        co_await mail_.deliver_apart(std::move(prepared->delivery), std::move(prepared->parts));
    if (!outcomes) {
        verdicts.assign(recipients.size(), refusal(outcomes.error()));
        refused(origin, sender.reverse_path, recipients, verdicts.front());
        co_return verdicts;
    }
    std::vector<Recipient> reached;
    for (std::size_t i = 0; i < recipients.size(); ++i) {
        const boost::system::error_code outcome = (*outcomes)[i];
        verdicts.push_back(outcome.failed() ? refusal(outcome) : stored_as(prepared->id));
        if (outcome.failed()) refused(origin, sender.reverse_path, {recipients[i]}, verdicts.back());
        if (!outcome.failed()) reached.push_back(std::move(recipients[i]));
    }
    // The client reports on those who were refused, RFC 3461 §5.2; success is ours to tell of.
    const std::string unreported = co_await tell_of_success(origin, sender, reached, head.text, *prepared);
    std::ranges::find_if(verdicts, &Verdict::accepted)->unreported = unreported;
    co_return verdicts;
}

/// What goes to other servers has a sender whom they believe, and is signed.
awaitable<storage::Result<void>> Intake::make_ready_to_leave(const Origin& origin, const Sender& sender,
                                                             const Head& head, Prepared& message) const
{
    storage::Delivery& delivery = message.delivery;
    // What waits is made ready when it goes: until then keys may change.
    if (delivery.forward_to.empty() || sender.parameters.release_at) co_return storage::Result<void>{};
    const auto rewritten = co_await rewrite_senders(sender.reverse_path, message);
    if (!rewritten || !signer_ || origin.kind == Origin::Kind::peer) co_return rewritten;
    const auto signature = co_await signer_->sign(author_domain(head.header), *delivery.body);
    if (!signature) co_return signature.error();
    delivery.forward_trace += *signature; // right on top of what it signs
    co_return storage::Result<void>{};
}

/// Gives what aliases send on a reverse-path of this server, each under the
/// alias' own domain. Our users' own and the null path need none.
awaitable<storage::Result<void>> Intake::rewrite_senders(std::string reverse_path, Prepared& message) const
{
    const auto at = reverse_path.rfind('@');
    const bool sent_on = std::ranges::any_of(message.through, std::not_fn(&std::string::empty));
    if (!srs_ || !sent_on || at == std::string::npos) co_return storage::Result<void>{};
    const auto route = co_await accounts_.route(reverse_path.substr(0, at), reverse_path.substr(at + 1));
    const bool elsewhere = !route && route.error() == storage::Errc::not_local;
    if (!route && (route.error() == storage::Errc::timed_out || route.error() == storage::Errc::unavailable))
        co_return route.error();
    if (!elsewhere) co_return storage::Result<void>{};
    const auto today = std::chrono::floor<std::chrono::days>(message.arrival);
    auto& forwards = message.delivery.forward_to;
    for (std::size_t i = 0; i < forwards.size(); ++i) {
        const std::string& alias = message.through[i];
        if (alias.empty()) continue;
        forwards[i].reverse_path = srs_->rewrite(reverse_path, alias.substr(alias.rfind('@') + 1), today);
    }
    co_return storage::Result<void>{};
}

Srs::Undone Intake::bounce_for(std::string_view local_part) const
{
    if (!srs_) return {};
    return srs_->undo(local_part, std::chrono::floor<std::chrono::days>(std::chrono::system_clock::now()));
}

/// Sends the report on a message that was stored for `recipients`, if its
/// sender asked for one. Returns why that failed, or nothing.
awaitable<std::string> Intake::tell_of_success(const Origin& origin, const Sender& sender,
                                               const std::vector<Recipient>& recipients,
                                               std::string_view head, const Prepared& message)
{
    auto report = success_report(origin, sender, recipients, head);
    if (!report) co_return std::string();
    report->arrival = message.arrival;
    const auto reported = co_await send_report(std::move(*report));
    if (reported.accepted()) co_return std::string();
    co_return reported.text;
}

void Intake::tell_of(junk::webhook::Accepted news, const Verdict& verdict, const Origin& origin,
                     const Sender& sender, const std::vector<Recipient>& recipients) const
{
    news.id = verdict.id;
    news.time = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
    news.client = peer_of(origin);
    news.user = origin.user;
    news.from = sender.reverse_path;
    std::ranges::transform(recipients, std::back_inserter(news.to), &Recipient::forward_path);
    news.verified = verdict.verified;
    teller_->tell(news);
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
