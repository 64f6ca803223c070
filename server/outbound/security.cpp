#include "server/outbound/security.hpp"

#include "server/base/log.hpp"
#include "server/net/resolver.hpp"
#include "server/outbound/tls_report.hpp"

#include <fmt/format.h>

#include <chrono>
#include <utility>

namespace pillarbox::outbound {

namespace {

using Kind = Answer::Kind;
using Level = storage::TlsMark::Level;

std::string_view words_of(Level level)
{
    return level == Level::proven ? "under TLS to a server that proved who it is" : "under TLS";
}

} // namespace

/// Whether others' policies count: a relay is the operator's choice, and an
/// address has no owner to ask.
bool Security::asks() const
{
    return relay_ == nullptr && !destination_.starts_with('[');
}

awaitable<void> Security::look_up(std::string destination, const Relay* relay)
{
    destination_ = std::move(destination);
    relay_ = relay;
    if (asks() && settings_->mta_sts) policy_ = co_await services_.policies.find(destination_);
}

awaitable<Security::Owed> Security::owed_at(Target target, bool waived)
{
    if (relay_ != nullptr) {
        Owed owed;
        owed.demand.tls = relay_->tls != MailRoute::Tls::offered;
        owed.demand.host_proven = true;
        co_return std::move(owed);
    }
    if (!asks()) co_return Owed();
    const auto found = co_await find_tlsa(target);
    Owed owed{demand_of(policy_, destination_, target.host)};
    if (found.kind == DaneFinding::Kind::usable || found.kind == DaneFinding::Kind::unusable)
        owed.demand = demand_of(found, target.host);
    if (waived) {
        owed.less_than_others = true;
        owed.demand = Demand{};
        co_return std::move(owed);
    }
    if (found.kind == DaneFinding::Kind::unknown) // RFC 7672 §2.1: somebody may hide the records
        owed.refusal = our_answer(Kind::later, "4.4.3",
                                  fmt::format("whether {} proves who it is cannot be looked up (DANE): {}",
                                              target.host, found.why));
    else if (!owed.demand.host_allowed)
        owed.refusal =
            our_answer(Kind::later, "4.7.5",
                       fmt::format("{} is a server that {} does not name", target.host, owed.demand.by));
    if (target.secure) owed.demand.host_proven = true;
    co_return std::move(owed);
}

/// The records of the name that the host is an alias of, or of its own: RFC 7672
/// §2.2.2.
awaitable<DaneFinding> Security::find_tlsa(Target target)
{
    if (!settings_->dane || !target.secure) co_return DaneFinding();
    if (!target.canonical.empty()) {
        const auto answer = co_await services_.resolver.tlsa(tlsa_name(target.canonical, target.port));
        auto found = judge_tlsa(answer);
        if (found.kind != DaneFinding::Kind::none) co_return std::move(found);
    }
    const auto answer = co_await services_.resolver.tlsa(tlsa_name(target.host, target.port));
    co_return judge_tlsa(answer);
}

awaitable<std::string> Security::compare(bool secure, net::CertificateFault fault)
{
    if (!asks()) co_return std::string();
    const auto found = co_await services_.facts.best(destination_);
    if (!found) {
        Log().warning("outbound.tls_unread", {{"to", destination_}, {"reason", found.error().message()}});
        co_return std::string();
    }
    std::optional<Level> level;
    if (secure) level = fault == net::CertificateFault::none ? Level::proven : Level::encrypted;
    if (*found && level < (*found)->level)
        co_return fmt::format("mail to it has gone {} before, and now would go {}", words_of((*found)->level),
                              level ? "to one that did not" : "in the clear");
    if (!level) co_return std::string();
    constexpr auto often_enough = std::chrono::hours(24); // to be written down again
    if (*found && (*found)->level == *level && storage::now() - (*found)->seen < often_enough)
        co_return std::string();
    const storage::TlsMark mark{*level, storage::now()};
    const auto marked = co_await services_.facts.mark(destination_, mark);
    if (!marked)
        Log().warning("outbound.tls_not_kept", {{"to", destination_}, {"reason", marked.error().message()}});
    co_return std::string();
}

awaitable<void> Security::count(Target target, Demand demand, Client::Tls tls, net::CertificateFault fault)
{
    if (!settings_->tls_reports || !asks() || tls == Client::Tls::untried) co_return;
    const TlsSession session{.domain = destination_,
                             .demand = demand,
                             .policy_text = policy_.text,
                             .fault = policy_.fault,
                             .host = target.host,
                             .address = target.address.to_string(),
                             .tls = tls,
                             .certificate = fault};
    const auto day = std::chrono::floor<std::chrono::days>(storage::now()).time_since_epoch().count();
    std::vector<storage::TallyDay> days{{day, destination_, {tally_of(session)}}};
    const auto counted = co_await services_.tallies.add(storage::TallyKind::tls, std::move(days));
    if (!counted)
        Log().warning("outbound.tls_not_counted",
                      {{"to", destination_}, {"reason", counted.error().message()}});
}

} // namespace pillarbox::outbound
