#include "server/mailflow/report.hpp"

#include "server/base/random.hpp"
#include "server/mailflow/lookup.hpp"
#include "server/mailflow/routing.hpp"

#include <chrono>
#include <string>
#include <utility>

namespace pillarbox::mailflow {

namespace {

constexpr std::size_t boundary_length = 20; // 100 bits: nobody guesses the boundary

Verdict leads_nowhere()
{
    return {550, "5.1.1", "the sender's address leads nowhere", {}};
}

Verdict not_now(boost::system::error_code error)
{
    return {451, "4.3.0", error.message(), {}};
}

} // namespace

std::optional<Report> success_report(const Origin& origin, const Sender& sender,
                                     const std::vector<Recipient>& recipients, std::string_view head)
{
    if (sender.reverse_path.empty()) return std::nullopt; // RFC 3461 §6.1
    Report report;
    for (const Recipient& recipient : recipients) {
        const auto action = success_of(recipient);
        if (!action) continue;
        RecipientReport one;
        one.recipient = recipient.forward_path;
        one.original = recipient.parameters.original_recipient;
        one.action = *action;
        one.status = *action == Action::delivered ? "2.1.5" : "2.0.0";
        report.recipients.push_back(std::move(one));
    }
    if (report.recipients.empty()) return std::nullopt;
    report.to = sender.reverse_path;
    report.envelope_id = sender.parameters.envelope_id;
    if (sender.parameters.deliver_by) report.deliver_by = sender.parameters.deliver_by->at;
    report.smtputf8 = sender.parameters.smtputf8;
    report.require_tls = sender.parameters.tls == storage::TlsWish::required;
    report.returned = origin.kind == Origin::Kind::submission ? Returned::header : Returned::nothing;
    report.original = head;
    return report;
}

awaitable<Verdict> Intake::send_report(Report report)
{
    auto route = co_await find_route(accounts_, report.to);
    if (!route && route.error() == storage::Errc::not_found) co_return leads_nowhere();
    if (!route) co_return not_now(route.error());
    Recipient sender;
    sender.forward_path = report.to;
    sender.route = std::move(*route);
    sender.parameters.notify = storage::notify::never; // RFC 3461 §6.1

    report.reporting_mta = hostname_;
    report.id = random_name(boundary_length);
    report.time = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
    auto body = mail_.new_spool();
    const auto kept = body->append(delivery_report(report));
    if (!kept) co_return not_now(kept.error());
    Origin ourselves;
    ourselves.kind = Origin::Kind::local;
    std::vector<Recipient> recipients{std::move(sender)};
    Sender null_path; // RFC 3461 §6.1
    null_path.parameters.smtputf8 = report.smtputf8;
    if (report.require_tls) null_path.parameters.tls = storage::TlsWish::required;
    auto verdict =
        co_await accept(std::move(ourselves), std::move(null_path), std::move(recipients), std::move(body));
    co_return verdict;
}

} // namespace pillarbox::mailflow
