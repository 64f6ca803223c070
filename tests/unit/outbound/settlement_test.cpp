#include "server/outbound/settlement.hpp"

#include "server/outbound/retry.hpp"

#include <gtest/gtest.h>

namespace pillarbox::outbound {
namespace {

using namespace std::chrono_literals;
using mailflow::Action;
using Kind = Answer::Kind;
using Outcome = storage::Outcome;

const storage::Time queued{std::chrono::seconds{1'700'000'000}};

/// One recipient, tried for the first time.
storage::Claim claim_of_one(bool warned = false)
{
    storage::Claim claim;
    claim.recipients.push_back({.id = storage::QueueId{7},
                                .address = "bob@example.net",
                                .attempts = 1,
                                .queued = queued,
                                .warned = warned});
    return claim;
}

Verdict judged(const Answer& answer, storage::Time now, bool warned = false)
{
    const auto claim = claim_of_one(warned);
    const std::vector<Answer> answers{answer};
    return judge({claim, answers, "mx.example.net", now});
}

const Answer not_now{Kind::later, "4.2.1", "450 4.2.1 not now", true};

TEST(Judge, LetsGoOfWhatWasDelivered)
{
    const auto verdict = judged({Kind::delivered, "2.0.0", "250 ok", true}, queued);
    EXPECT_EQ(verdict.outcomes.at(0).kind, Outcome::Kind::delivered);
    EXPECT_EQ(verdict.outcomes.at(0).id, storage::QueueId{7});
    EXPECT_TRUE(verdict.reports.empty());
}

TEST(Judge, SeesWhoIsDead)
{
    for (const auto* status : {"5.1.1", "5.1.10", "5.2.1", "5.1.6"}) {
        const auto verdict = judged({Kind::failed, status, "550 nobody", true}, queued);
        EXPECT_TRUE(verdict.outcomes.at(0).dead) << status;
    }
    for (const auto* status : {"5.0.0", "5.7.1", "5.2.2", "5.1.2", ""})
        EXPECT_FALSE(judged({Kind::failed, status, "550 no", true}, queued).outcomes.at(0).dead) << status;
    // Whose time is over may be there.
    EXPECT_FALSE(judged({Kind::later, "4.2.1", "450", true}, queued + longest_life).outcomes.at(0).dead);
}

TEST(Judge, TellsThatItWasPassedOnToWhoTellsNothing)
{
    auto claim = claim_of_one();
    const auto reports = [&](bool tells) {
        const std::vector<Answer> answers{{Kind::delivered, "2.0.0", "250 ok", true, false, false, tells}};
        return judge({claim, answers, "mx.example.net", queued}).reports;
    };
    EXPECT_TRUE(reports(false).empty()) << "nobody asked";
    claim.recipients.front().parameters.notify = storage::notify::failure;
    EXPECT_TRUE(reports(false).empty());
    claim.recipients.front().parameters.notify |= storage::notify::success;
    EXPECT_TRUE(reports(true).empty()) << "that server will";
    EXPECT_EQ(reports(false).at(0).action, Action::relayed);
}

TEST(Judge, TellsOfWhatHasFailed)
{
    const auto theirs = judged({Kind::failed, "5.1.1", "550 5.1.1 nobody", true}, queued);
    EXPECT_EQ(theirs.outcomes.at(0).kind, Outcome::Kind::returned);
    const auto& report = theirs.reports.at(0);
    EXPECT_EQ(report.action, Action::failed);
    EXPECT_EQ(report.recipient, "bob@example.net");
    EXPECT_EQ(report.status, "5.1.1");
    EXPECT_EQ(report.remote_mta, "mx.example.net");
    EXPECT_EQ(report.diagnostic_code, "550 5.1.1 nobody");

    const auto ours = judged(our_answer(Kind::failed, "5.1.2", "there is no domain"), queued);
    EXPECT_EQ(ours.reports.at(0).explanation, "there is no domain");
    EXPECT_TRUE(ours.reports.at(0).diagnostic_code.empty());
    EXPECT_TRUE(ours.reports.at(0).remote_mta.empty());
}

TEST(Judge, TriesAgainAndKeepsTheWords)
{
    const auto verdict = judged(not_now, queued + 1min);
    const auto& outcome = verdict.outcomes.at(0);
    EXPECT_EQ(outcome.kind, Outcome::Kind::later);
    EXPECT_EQ(outcome.due, queued + 6min);
    EXPECT_EQ(outcome.reply, "450 4.2.1 not now");
    EXPECT_EQ(outcome.host, "mx.example.net");
    EXPECT_FALSE(outcome.warned);
    EXPECT_TRUE(verdict.reports.empty());
    auto at_once = not_now;
    at_once.at_once = true;
    EXPECT_EQ(judged(at_once, queued + 1min).outcomes.at(0).due, queued + 1min);
}

TEST(Judge, TellsOfADelayOnce)
{
    const auto first = judged(not_now, queued + 4h);
    EXPECT_TRUE(first.outcomes.at(0).warned);
    EXPECT_EQ(first.reports.at(0).action, Action::delayed);
    EXPECT_EQ(first.reports.at(0).retry_until, queued + longest_life);
    const auto second = judged(not_now, queued + 5h, true);
    EXPECT_TRUE(second.outcomes.at(0).warned);
    EXPECT_TRUE(second.reports.empty());
}

TEST(Judge, GivesUpAfterFiveDays)
{
    const auto verdict = judged(not_now, queued + longest_life, true);
    EXPECT_EQ(verdict.outcomes.at(0).kind, Outcome::Kind::returned);
    EXPECT_EQ(verdict.reports.at(0).action, Action::failed);
    EXPECT_EQ(verdict.reports.at(0).status, "4.4.7");
    EXPECT_EQ(verdict.reports.at(0).diagnostic_code, "450 4.2.1 not now");
}

/// With a time to deliver it by.
Verdict judged_by(const storage::DeliverBy& by, const Answer& answer, storage::Time now, bool warned = false)
{
    auto claim = claim_of_one(warned);
    claim.mail.deliver_by = by;
    const std::vector<Answer> answers{answer};
    return judge({claim, answers, "mx.example.net", now});
}

TEST(Judge, ReturnsWhatIsLate)
{
    const storage::DeliverBy by{queued + 10min, true};
    EXPECT_EQ(judged_by(by, not_now, queued + 9min).outcomes.at(0).due, by.at);
    const auto verdict = judged_by(by, not_now, by.at);
    EXPECT_EQ(verdict.outcomes.at(0).kind, Outcome::Kind::returned);
    EXPECT_EQ(verdict.reports.at(0).action, Action::failed);
    EXPECT_EQ(verdict.reports.at(0).status, "5.4.7");
}

TEST(Judge, TellsOfWhatIsLateAtTheTimeThatWasSet)
{
    const storage::DeliverBy by{queued + 5h, false};
    EXPECT_TRUE(judged_by(by, not_now, queued + 4h).reports.empty());
    const auto verdict = judged_by(by, not_now, by.at);
    EXPECT_EQ(verdict.outcomes.at(0).kind, Outcome::Kind::later);
    EXPECT_TRUE(verdict.outcomes.at(0).warned);
    EXPECT_EQ(verdict.reports.at(0).action, Action::delayed);
    EXPECT_TRUE(judged_by(by, not_now, by.at + 1h, true).reports.empty());
}

TEST(Judge, TellsOfServersThatDoNotMindTheTime)
{
    Answer taken{Kind::delivered, "2.0.0", "250 ok", true};
    const storage::DeliverBy by{queued + 5h, false};
    EXPECT_EQ(judged_by(by, taken, queued).reports.at(0).action, Action::relayed);
    taken.minds_time = true;
    EXPECT_TRUE(judged_by(by, taken, queued).reports.empty());
    const storage::DeliverBy traced{queued + 5h, true, true};
    EXPECT_EQ(judged_by(traced, taken, queued).reports.at(0).action, Action::relayed);
}

} // namespace
} // namespace pillarbox::outbound
