#include "server/outbound/courier.hpp"

#include "server/base/random.hpp"
#include "server/net/connect.hpp"
#include "server/net/connection.hpp"
#include "server/net/reactor.hpp"
#include "server/net/session.hpp"
#include "server/net/tls_trust.hpp"
#include "server/outbound/dice.hpp"
#include "server/outbound/settlement.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <utility>

namespace pillarbox::outbound {

namespace {

using namespace std::chrono_literals;
using Kind = Answer::Kind;

constexpr auto connect_patience = 30s;    // RFC 5321 names none
constexpr std::size_t most_carried = 100; // messages on one connection
constexpr auto lease = 3h;                // longer than Patience::all and all that comes before
constexpr std::chrono::seconds longest_destination_rest = 30min; // of a destination that was not reached
constexpr auto longest_pace_pause = 3s; // between two messages on a connection, for the pace

Answer late()
{
    return our_answer(Kind::failed, "5.4.7", "It could not be delivered by the time that you set.");
}

net::Connection::Limits limits()
{
    net::Connection::Limits limits;
    limits.write = 180s; // RFC 5321 §4.5.3.2.5
    return limits;
}

/// How long a destination that was not reached is left alone.
std::optional<storage::Time> rest_of(const Verdict& verdict)
{
    std::optional<storage::Time> until;
    for (const auto& outcome : verdict.outcomes)
        if (outcome.kind == storage::Outcome::Kind::later)
            until = until ? std::min(*until, outcome.due) : outcome.due;
    if (until) until = std::min(*until, storage::now() + longest_destination_rest);
    return until;
}

std::string_view event_of(const Answer& answer)
{
    switch (answer.kind) {
    case Kind::delivered:
        return "outbound.delivered";
    case Kind::later:
        return "outbound.deferred";
    case Kind::failed:
        return "outbound.failed";
    }
    return "outbound.deferred";
}

} // namespace

awaitable<void> Courier::carry(storage::Claim claim)
{
    claim_ = std::move(claim);
    destination_ = claim_->destination;
    answers_.assign(claim_->recipients.size(), std::nullopt);
    if (too_late()) {
        answer_rest(late());
        co_await settle();
        co_return;
    }
    const auto route = co_await find_route(services_.resolver, *settings_, claim_->destination);
    if (route.dead_end) {
        co_await settle_unreached(*route.dead_end);
        co_return;
    }
    relay_ = settings_->relay_for(destination_);
    co_await security_.look_up(destination_, relay_);
    const bool waived = claim_->mail.tls == storage::TlsWish::waived;
    for (const auto& target : route.targets) {
        auto owed = co_await security_.owed_at(target, waived);
        alone_ = owed.less_than_others;
        if (owed.refusal) {
            refused_ = std::move(owed.refusal);
            continue;
        }
        bool go_on = co_await visit(target, std::move(owed.demand), true);
        if (!go_on) co_return;
    }
    co_await settle_unreached(*refused_);
}

Client::Options Courier::options_for(const Target& target, const Demand& demand,
                                     const net::TlsTrust* trust) const
{
    Client::Options options;
    options.own_name = settings_->own_name;
    options.host = target.host;
    options.host_proven = demand.host_proven;
    options.demanded_by = demand.by;
    options.tls_required = demand.tls;
    options.certificate_required = demand.certificate;
    options.trust = trust;
    if (relay_ == nullptr) return options;
    options.lmtp = relay_->lmtp;
    options.user = relay_->to.user;
    options.password = relay_->password;
    if (!relay_->ca) return options;
    options.trust = relay_->ca.get();
    options.certificate_required = true;
    options.tls_required = !target.address.is_loopback();
    return options;
}

/// Who is believed to be whom, where that is asked.
net::TlsTrust Courier::trust_for(const Demand& demand) const
{
    if (demand.records.empty()) return *settings_->anybody;
    return settings_->anybody->with_dane(demand.records, {destination_});
}

/// One connection. Whether another target may be tried: nothing was taken here.
awaitable<bool> Courier::visit(const Target& target, Demand demand, bool with_tls)
{
    host_ = target.host;
    auto stream = co_await net::connect(services_.reactor, target.address, target.port, connect_patience);
    if (!stream) {
        refused_ = our_answer(Kind::later, "4.4.1",
                              fmt::format("{} [{}] cannot be reached: {}", target.host,
                                          target.address.to_string(), stream.error().message()));
        co_return true;
    }
    net::Connection connection(services_.reactor, std::move(*stream), limits());
    const auto trust = trust_for(demand);
    Client client(connection, options_for(target, demand, with_tls ? &trust : nullptr));
    const Log log = Log().with({"session", random_name(8)}).with({"host", target.host});
    refused_.reset();
    const auto talk = [&] { return dialogue(connection, client); };
    co_await net::run_session(connection, log, talk, nullptr);
    co_await security_.count(target, demand, client.tls(), connection.certificate_fault());
    if (!claim_) co_return false;
    if (received_) {
        co_await lost(client);
        co_return false;
    }
    // Who knows nobody there takes what encryption there is, and else none, RFC 7435 §3.
    if (client.shaking_hands() && !demand.tls && with_tls) {
        const bool go_on = co_await visit(target, std::move(demand), false);
        co_return go_on;
    }
    if (!refused_) refused_ = lost_answer(client);
    co_return true;
}

awaitable<void> Courier::dialogue(net::Connection& connection, Client& client)
{
    const bool implicit_tls = relay_ != nullptr && relay_->to.tls;
    if (implicit_tls) co_await connection.start_tls(*relay_->ca, host_);
    refused_ = co_await client.greet();
    if (!refused_) refused_ = co_await compare(connection);
    if (refused_ && refused_->kind == Kind::failed) {
        answer_rest(*refused_);
        co_await settle();
    }
    received_ = !refused_;
    while (claim_ && received_) {
        co_await take_message(client);
        co_await settle();
        if (client.over() || ++carried_ == most_carried || alone_ || services_.reactor.draining()) break;
        co_await claim_next();
    }
    co_await client.quit();
}

/// With what mail there has had so far: why this is too little.
awaitable<std::optional<Answer>> Courier::compare(const net::Connection& connection)
{
    tls_ = connection.tls_description();
    less_ = co_await security_.compare(connection.secure(), connection.certificate_fault());
    if (less_.empty()) co_return std::nullopt;
    Log().warning("outbound.less_tls", {{"to", destination_}, {"host", host_}, {"reason", less_}});
    if (!settings_->refuse_downgrade || alone_) co_return std::nullopt;
    co_return our_answer(Kind::later, "4.7.5",
                         fmt::format("nothing is sent to {} now: {}", destination_, less_));
}

/// Whether its sender wants it back by now, RFC 2852 §4.
bool Courier::too_late() const
{
    return claim_->mail.deliver_by && claim_->mail.deliver_by->over(storage::now());
}

awaitable<void> Courier::take_message(Client& client)
{
    if (too_late()) co_return answer_rest(late());
    const auto entry = claim_->recipients.front().id;
    auto message = co_await services_.queue.open(entry);
    if (!message) { // dropped meanwhile, or damaged
        answer_rest(
            our_answer(Kind::later, "4.3.0", "the message could not be read: " + message.error().message()));
        co_return;
    }
    Envelope envelope{.reverse_path = claim_->reverse_path, .recipients = {}, .size = claim_->size};
    envelope.require_tls = claim_->mail.tls == storage::TlsWish::required;
    envelope.deliver_by = claim_->mail.deliver_by;
    if (envelope.deliver_by) envelope.time_left = envelope.deliver_by->at - storage::now();
    envelope.return_content = claim_->mail.return_content;
    envelope.envelope_id = claim_->mail.envelope_id;
    for (const auto& recipient : claim_->recipients) {
        envelope.recipients.push_back(recipient.address);
        envelope.asked.push_back(recipient.parameters);
    }
    co_await client.deliver(envelope, **message, answers_);
}

/// The connection ended with a message under way.
awaitable<void> Courier::lost(const Client& client)
{
    Answer answer = lost_answer(client);
    // A server that leaves after some messages takes others on another connection.
    answer.at_once = carried_ > 0;
    answer_rest(answer);
    co_await settle();
}

Answer Courier::lost_answer(const Client& client) const
{
    if (!client.fault().empty())
        return our_answer(Kind::later, "4.5.0", fmt::format("{} sent {}", host_, client.fault()));
    return our_answer(Kind::later, "4.4.2",
                      fmt::format("the connection to {} was lost while {}", host_, client.stage()));
}

/// Nothing else is tried there for a while.
awaitable<void> Courier::settle_unreached(Answer answer)
{
    unreached_ = answer.kind == Kind::later;
    answer_rest(answer);
    co_await settle();
}

void Courier::answer_rest(const Answer& answer)
{
    for (auto& each : answers_)
        if (!each) each = answer;
}

awaitable<void> Courier::settle()
{
    std::vector<Answer> answers;
    for (const auto& answer : answers_)
        answers.push_back(answer.value_or(our_answer(Kind::later, "4.4.2", "the server did not answer")));
    storage::Settlement settlement{.claim = claim_->number};
    settlement.destination = claim_->destination;
    settlement.tls = tls_;
    settlement.less = less_;
    settlement.suppress_after = settings_->suppress_after;
    std::optional<storage::Delivery> report;
    if (unreached_ && services_.reactor.draining()) {
        for (const auto& recipient : claim_->recipients)
            settlement.outcomes.push_back({.id = recipient.id, .kind = storage::Outcome::Kind::untried});
    } else {
        auto verdict = judge({*claim_, answers, host_, storage::now(), dice()});
        if (unreached_) settlement.not_before = rest_of(verdict);
        settlement.outcomes = std::move(verdict.outcomes);
        report = co_await services_.reporter.report(*claim_, std::move(verdict.reports));
    }
    const bool settled = co_await record(std::move(settlement), std::move(report));
    for (std::size_t i = 0; settled && i < answers.size(); ++i) {
        const auto& recipient = claim_->recipients[i];
        Log().info(event_of(answers[i]), {{"entry", std::int64_t(recipient.id)},
                                          {"from", claim_->reverse_path},
                                          {"to", recipient.address},
                                          {"host", host_},
                                          {"attempts", recipient.attempts},
                                          {"reply", answers[i].words}});
    }
    claim_.reset();
}

/// Whether it is on stable storage. If not, the claim ends at its time.
awaitable<bool> Courier::record(storage::Settlement settlement, std::optional<storage::Delivery> report)
{
    const bool reported = report.has_value();
    const auto outcomes = settlement.outcomes;
    const auto number = settlement.claim;
    if (report) settlement.reports.push_back(std::move(*report));
    auto settled = co_await services_.queue.settle(std::move(settlement));
    const auto error = settled ? boost::system::error_code() : settled.error();
    if (reported && (error == storage::Errc::over_quota || error == storage::Errc::not_found)) {
        Log().warning("outbound.report_lost", {{"to", claim_->reverse_path}, {"reason", error.message()}});
        storage::Settlement alone{.claim = number, .outcomes = outcomes};
        settled = co_await services_.queue.settle(std::move(alone));
    }
    if (!settled)
        Log().error("outbound.not_settled",
                    {{"to", claim_->destination}, {"reason", settled.error().message()}});
    co_return settled.has_value();
}

/// When the next message may begin, once that has come. Nothing where it is too far to
/// keep a connection for.
awaitable<std::optional<Pace::Clock::time_point>> Courier::wait_for_place(Lane lane)
{
    const auto now = Pace::Clock::now();
    const auto place = services_.pace.book(lane, now);
    if (!place || *place <= now) co_return place;
    if (*place - now <= longest_pace_pause) {
        co_await pause_.wait(std::chrono::ceil<std::chrono::milliseconds>(*place - now));
        if (!services_.reactor.draining()) co_return place;
    }
    services_.pace.give_back(lane, *place);
    co_return std::nullopt;
}

awaitable<void> Courier::claim_next()
{
    const Lane lane = settings_->pace.lane_of(destination_);
    const auto place = co_await wait_for_place(lane);
    if (!place) co_return;
    auto wish = wish_for(*settings_, storage::now());
    if (!settings_->together()) wish.destination = destination_;
    auto claimed = co_await services_.queue.claim(std::move(wish));
    if (!claimed || !*claimed) {
        services_.pace.give_back(lane, *place);
        co_return;
    }
    claim_ = std::move(**claimed);
    answers_.assign(claim_->recipients.size(), std::nullopt);
}

storage::ClaimWish wish_for(const Settings& settings, storage::Time now)
{
    return {.now = now, .until = now + lease, .together = settings.together()};
}

} // namespace pillarbox::outbound
