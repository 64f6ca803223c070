#include "server/outbound/settlement.hpp"

#include "server/mailflow/suppression.hpp"
#include "server/outbound/retry.hpp"

#include <fmt/format.h>

namespace pillarbox::outbound {

namespace {

using Kind = Answer::Kind;
using mailflow::Action;

mailflow::RecipientReport report_of(const Attempt& attempt, std::size_t i, Action action)
{
    const Answer& answer = attempt.answers[i];
    mailflow::RecipientReport report;
    report.recipient = attempt.claim.recipients[i].address;
    report.action = action;
    report.status = answer.status;
    report.last_attempt = attempt.now;
    if (answer.theirs) {
        report.remote_mta = attempt.host;
        report.diagnostic_code = answer.words;
    } else {
        report.explanation = answer.words;
    }
    return report;
}

/// Whether a server took it that will not tell the sender of it as he asked.
bool relayed(const Attempt& attempt, std::size_t i)
{
    const Answer& answer = attempt.answers[i];
    if (answer.kind != Kind::delivered) return false;
    const auto& by = attempt.claim.mail.deliver_by;
    if (by && (by->traced || !answer.minds_time)) return true; // RFC 2852 §4
    const auto asked = attempt.claim.recipients[i].parameters.notify;
    return !answer.tells && (asked & storage::notify::success) != 0; // RFC 3461 §5.2.2
}

} // namespace

Verdict judge(const Attempt& attempt)
{
    Verdict verdict;
    const auto& by = attempt.claim.mail.deliver_by;
    for (std::size_t i = 0; i < attempt.claim.recipients.size(); ++i) {
        const auto& recipient = attempt.claim.recipients[i];
        const Answer& answer = attempt.answers[i];
        storage::Outcome outcome{.id = recipient.id, .host = attempt.host, .reply = answer.words};
        if (relayed(attempt, i)) verdict.reports.push_back(report_of(attempt, i, Action::relayed));
        if (answer.kind == Kind::failed) {
            outcome.kind = storage::Outcome::Kind::returned;
            outcome.dead = mailflow::says_dead(answer.status);
            verdict.reports.push_back(report_of(attempt, i, Action::failed));
        }
        if (answer.kind == Kind::later) {
            auto next = next_attempt(recipient.queued, attempt.now, recipient.attempts, attempt.dice, by);
            if (next && answer.at_once) next = attempt.now;
            if (next) {
                outcome.kind = storage::Outcome::Kind::later;
                outcome.due = *next;
                outcome.warned = recipient.warned;
                if (!recipient.warned && attempt.now >= notice_time(recipient.queued, by)) {
                    outcome.warned = true;
                    auto report = report_of(attempt, i, Action::delayed);
                    report.retry_until = recipient.queued + longest_life;
                    verdict.reports.push_back(std::move(report));
                }
            } else {
                outcome.kind = storage::Outcome::Kind::returned;
                auto report = report_of(attempt, i, Action::failed);
                const bool late = by && by->over(attempt.now);
                report.status = late ? "5.4.7" : "4.4.7"; // RFC 3463 §3.5: its time is over
                const auto time =
                    late ? "by the time that you set" : fmt::format("in {} days", longest_life.count());
                report.explanation =
                    fmt::format("It could not be delivered {}. {}", time, report.explanation);
                verdict.reports.push_back(std::move(report));
            }
        }
        verdict.outcomes.push_back(std::move(outcome));
    }
    return verdict;
}

} // namespace pillarbox::outbound
