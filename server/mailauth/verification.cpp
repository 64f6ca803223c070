#include "server/mailauth/verification.hpp"

#include "server/base/ascii.hpp"
#include "server/mailauth/iprev.hpp"
#include "server/mailauth/key_lookup.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

namespace pillarbox::mailauth {

namespace {

using Clock = std::chrono::steady_clock;
using namespace std::chrono_literals;

constexpr std::chrono::seconds spf_patience = 20s; // RFC 7208 §4.6.4: at least
constexpr std::chrono::seconds dkim_patience = 10s;
constexpr std::chrono::seconds arc_patience = 10s;
constexpr std::chrono::seconds dmarc_patience = 15s;
constexpr std::chrono::seconds iprev_patience = 5s; // nothing follows from it

awaitable<std::vector<dkim::Result>> check_dkim(Dns& dns, const dkim::Verifier& signatures,
                                                Clock::time_point latest)
{
    dkim::KeyAnswers answers;
    for (const auto& name : signatures.key_names()) {
        auto answer = co_await key_at(dns, name, latest);
        answers[name] = std::move(answer);
    }
    co_return signatures.judge(answers);
}

MethodResult result_of(const SpfOutcome& spf)
{
    return {"spf",
            std::string(name_of(spf.result)),
            spf.why,
            {{spf.helo ? "smtp.helo" : "smtp.mailfrom", spf.domain}}};
}

MethodResult result_of(const dkim::Result& signature)
{
    const bool ignored = signature.testing && signature.why.empty();
    return {"dkim",
            std::string(name_of(signature.outcome)),
            ignored ? "its key is being tested, so it does not count" : signature.why,
            {{"header.d", signature.domain},
             {"header.s", signature.selector},
             {"header.b", signature.beginning}}};
}

MethodResult result_of(const ArcOutcome& arc)
{
    return {"arc", std::string(name_of(arc.result)), arc.why.empty() ? arc.sealer : arc.why};
}

MethodResult result_of(const IprevOutcome& iprev, const boost::asio::ip::address& client)
{
    return {"iprev",
            std::string(name_of(iprev.result)),
            iprev.result == IprevOutcome::Result::pass ? iprev.name : iprev.why,
            {{"policy.iprev", client.to_string()}}};
}

MethodResult result_of(const DmarcOutcome& dmarc)
{
    const bool applies = dmarc.result == DmarcResult::pass || dmarc.result == DmarcResult::fail;
    return {"dmarc",
            std::string(name_of(dmarc.result)),
            dmarc.why,
            {{"header.from", dmarc.domain},
             {"policy.dmarc", applies ? std::string(name_of(dmarc.policy)) : std::string()}}};
}

} // namespace

awaitable<Findings> verify(Dns& dns, SpfQuestion sender, const dkim::Verifier& signatures,
                           std::vector<std::string> authors, std::vector<std::string> arc_trusted)
{
    Findings findings;
    const auto client = sender.client;
    findings.spf = co_await check_spf(dns, std::move(sender), Clock::now() + spf_patience);
    const auto& spf = findings.spf;
    findings.methods.push_back(result_of(spf));

    Identifiers authenticated, unknown;
    if (spf.result == SpfResult::pass) authenticated.spf = spf.domain;
    if (spf.result == SpfResult::temperror) unknown.spf = spf.domain;
    findings.dkim = co_await check_dkim(dns, signatures, Clock::now() + dkim_patience);
    const auto& dkim = findings.dkim;
    for (const auto& signature : dkim) {
        findings.methods.push_back(result_of(signature));
        if (signature.outcome == dkim::Outcome::temperror) unknown.dkim.push_back(signature.domain);
        // RFC 6376 §3.6.1: a key that is tested is none.
        if (signature.outcome == dkim::Outcome::pass && !signature.testing)
            authenticated.dkim.push_back(signature.domain);
    }
    if (dkim.empty()) findings.methods.push_back({"dkim", "none"});
    const std::string author = authors.size() == 1 ? authors.front() : std::string();
    const auto is_author = [&](const std::string& domain) { return ascii::equal(domain, author); };
    if (std::ranges::any_of(authenticated.dkim, is_author) ||
        (authenticated.spf && is_author(*authenticated.spf)))
        findings.vouched = author;
    const auto arc = co_await check_arc(dns, signatures.chain(), author, std::move(arc_trusted),
                                        Clock::now() + arc_patience);
    // Most mail has no chain, and of that there is nothing to tell.
    if (arc.result != dkim::ArcResult::none) findings.methods.push_back(result_of(arc));
    findings.dmarc = co_await check_dmarc(dns, std::move(authors), std::move(authenticated),
                                          std::move(unknown), Clock::now() + dmarc_patience);
    if (findings.dmarc.result == DmarcResult::fail && !arc.believed.empty()) {
        findings.believed = arc.believed;
        findings.dmarc.why = "overruled by ARC: " + arc.believed + " is trusted, and verified it";
    }
    findings.methods.push_back(result_of(findings.dmarc));
    const auto iprev = co_await check_iprev(dns, client, Clock::now() + iprev_patience);
    findings.methods.push_back(result_of(iprev, client));
    if (findings.dmarc.result == DmarcResult::pass || !findings.believed.empty()) findings.vouched = author;
    co_return findings;
}

} // namespace pillarbox::mailauth
