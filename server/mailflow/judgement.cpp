#include "server/mailflow/judgement.hpp"

#include "server/junk/dns_lists.hpp"
#include "server/mailauth/results.hpp"
#include "server/mailauth/verification.hpp"
#include "server/mailflow/policy.hpp"

#include <boost/asio/this_coro.hpp>

#include <optional>
#include <utility>

namespace pillarbox::mailflow {

namespace {

/// Told to who sends, so that it can be mended there: RFC 9989 §7.2.
Verdict refusal(const mailauth::DmarcOutcome& dmarc)
{
    return {550,
            "5.7.1",
            "refused as the DMARC policy of " + dmarc.domain +
                " asks: send it through a server that SPF or DKIM of that domain allows",
            {}};
}

Verdict try_later(const mailauth::DmarcOutcome& dmarc)
{
    return {451,
            "4.4.3",
            "DNS could not tell now whether this comes from " + dmarc.domain + ": try again later",
            {}};
}

/// SPF, DKIM, ARC and DMARC, and what follows from them alone.
awaitable<Judgement> verified(mailauth::Dns& dns, const Arriving& arriving, mailauth::SpfQuestion sender,
                              const mime::Header& header)
{
    auto authors = mailauth::author_domains(header);
    const auto findings = co_await mailauth::verify(dns, sender, arriving.signatures(), std::move(authors),
                                                    arriving.terms().arc_trusted);

    Judgement judgement;
    judgement.field = mailauth::authentication_results(arriving.authserv_id(), findings.methods);
    judgement.found = mailauth::in_one_line(findings.methods);
    judgement.vouched = findings.vouched;
    judgement.reported = dmarc_message(findings, sender, header, arriving.terms());
    // RFC 8617 §7.2.1: what passing it on has broken, who passed it on had found whole.
    if (!findings.believed.empty()) co_return judgement;
    switch (disposition(arriving.terms(), findings.dmarc.result, findings.dmarc.policy)) {
    case Disposition::deliver:
        break;
    case Disposition::junk:
        judgement.mailbox = storage::MailboxRole::junk;
        break;
    case Disposition::refuse:
        judgement.refusal = refusal(findings.dmarc);
        break;
    case Disposition::try_later:
        judgement.refusal = try_later(findings.dmarc);
        break;
    }
    if (judgement.refusal) judgement.refusal->verified = judgement.found;
    judgement.reasons = junk::reasons_of(findings.methods);
    co_return judgement;
}

} // namespace

awaitable<Judgement> judge(mailauth::Dns& dns, const Arriving& arriving, mailauth::SpfQuestion sender,
                           const mime::Header& header)
{
    const auto executor = co_await boost::asio::this_coro::executor;
    std::optional<junk::DnsLists> lists; // answer while the rest is looked up
    const Config::Junk& terms = arriving.junk();
    if (arriving.weighs() && !(terms.block_lists.empty() && terms.allow_lists.empty()))
        lists.emplace(executor, dns, sender.client, terms);
    Judgement judgement;
    if (arriving.verifies()) judgement = co_await verified(dns, arriving, std::move(sender), header);
    if (judgement.refusal || !lists) co_return judgement;
    const auto listed = co_await lists->answers();
    judgement.reasons.insert(judgement.reasons.end(), listed.begin(), listed.end());
    co_return judgement;
}

} // namespace pillarbox::mailflow
