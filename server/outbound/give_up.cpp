#include "server/outbound/give_up.hpp"

#include "server/mailflow/bounce.hpp"

#include <chrono>
#include <utility>
#include <vector>

namespace pillarbox::outbound {

namespace {

using boost::asio::awaitable;

constexpr std::chrono::minutes give_up_lease{5}; // until the entry is anybody's again, if this never ends
constexpr const char* why = "An administrator of this server has ended the attempts to deliver it.";

mailflow::RecipientReport report_of(const storage::Queued& entry)
{
    mailflow::RecipientReport report;
    report.recipient = entry.recipient;
    report.action = mailflow::Action::failed;
    report.status = "5.0.0"; // RFC 3463 §3.1: none of the others says so
    report.explanation = why;
    if (entry.attempts > 0) report.last_attempt = entry.tried;
    // Only a reply is a diagnostic; why there was no conversation is ours to say.
    if (!entry.host.empty()) {
        report.remote_mta = entry.host;
        report.diagnostic_code = entry.reply;
    }
    return report;
}

} // namespace

awaitable<storage::Result<void>> give_up(storage::Store& store, Reporter reporter, storage::QueueId id)
{
    const auto entry = co_await store.queue().find(id);
    if (!entry) co_return entry.error();
    storage::ClaimWish wish;
    wish.now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
    wish.until = wish.now + give_up_lease;
    wish.only = id;
    const auto claim = co_await store.queue().claim(std::move(wish));
    if (!claim) co_return claim.error();
    if (!*claim) co_return make_error_code(storage::Errc::not_found);

    std::vector<mailflow::RecipientReport> reports;
    reports.push_back(report_of(*entry));
    auto report = co_await reporter.report(**claim, std::move(reports));
    storage::Settlement settlement;
    settlement.claim = (*claim)->number;
    storage::Outcome outcome;
    outcome.id = id;
    outcome.kind = storage::Outcome::Kind::returned;
    outcome.host = entry->host;
    outcome.reply = why;
    settlement.outcomes.push_back(std::move(outcome));
    if (report) settlement.reports.push_back(std::move(*report));
    const auto settled = co_await store.queue().settle(std::move(settlement));
    co_return settled;
}

} // namespace pillarbox::outbound
