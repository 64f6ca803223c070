#include "server/mailflow/judgement.hpp"

#include "server/mailauth/results.hpp"
#include "server/mailauth/verification.hpp"
#include "server/mailflow/policy.hpp"

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

} // namespace

awaitable<Judgement> judge(mailauth::Dns& dns, const Arriving& arriving, mailauth::SpfQuestion sender,
                           const mime::Header& header)
{
    auto authors = mailauth::author_domains(header);
    const auto findings =
        co_await mailauth::verify(dns, std::move(sender), arriving.signatures(), std::move(authors));

    Judgement judgement;
    judgement.field = mailauth::authentication_results(arriving.authserv_id(), findings.methods);
    judgement.found = mailauth::in_one_line(findings.methods);
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
    co_return judgement;
}

} // namespace pillarbox::mailflow
