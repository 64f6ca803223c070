#include "server/mailauth/verification.hpp"

#include "server/mailauth/name.hpp"

#include <chrono>
#include <utility>

namespace pillarbox::mailauth {

namespace {

using Clock = std::chrono::steady_clock;
using namespace std::chrono_literals;

constexpr std::chrono::seconds spf_patience = 20s; // RFC 7208 §4.6.4: at least
constexpr std::chrono::seconds dkim_patience = 10s;
constexpr std::chrono::seconds dmarc_patience = 15s;

dkim::KeyAnswer key_answer(net::DnsAnswer<std::string> told)
{
    using Told = net::DnsAnswer<std::string>::Kind;
    using Kind = dkim::KeyAnswer::Kind;
    if (told.kind == Told::unknown) return {.kind = Kind::unknown};
    return {.kind = told.kind == Told::found ? Kind::found : Kind::none, .records = std::move(told.records)};
}

awaitable<std::vector<dkim::Result>> check_dkim(Dns& dns, const dkim::Verifier& signatures,
                                                Clock::time_point latest)
{
    dkim::KeyAnswers answers;
    for (const auto& name : signatures.key_names()) {
        if (Clock::now() >= latest) break; // the rest counts as unknown
        if (!askable(name)) {
            answers[name] = {.kind = dkim::KeyAnswer::Kind::none};
            continue;
        }
        auto told = co_await dns.txt(name);
        answers[name] = key_answer(std::move(told));
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
                           std::vector<std::string> authors)
{
    Findings findings;
    const auto spf = co_await check_spf(dns, std::move(sender), Clock::now() + spf_patience);
    findings.methods.push_back(result_of(spf));

    Identifiers authenticated, unknown;
    if (spf.result == SpfResult::pass) authenticated.spf = spf.domain;
    if (spf.result == SpfResult::temperror) unknown.spf = spf.domain;
    const auto dkim = co_await check_dkim(dns, signatures, Clock::now() + dkim_patience);
    for (const auto& signature : dkim) {
        findings.methods.push_back(result_of(signature));
        if (signature.outcome == dkim::Outcome::temperror) unknown.dkim.push_back(signature.domain);
        // RFC 6376 §3.6.1: a key that is tested is none.
        if (signature.outcome == dkim::Outcome::pass && !signature.testing)
            authenticated.dkim.push_back(signature.domain);
    }
    if (dkim.empty()) findings.methods.push_back({"dkim", "none"});
    findings.dmarc = co_await check_dmarc(dns, std::move(authors), std::move(authenticated),
                                          std::move(unknown), Clock::now() + dmarc_patience);
    findings.methods.push_back(result_of(findings.dmarc));
    co_return findings;
}

} // namespace pillarbox::mailauth
