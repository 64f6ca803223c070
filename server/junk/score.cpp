#include "server/junk/score.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace pillarbox::junk {

namespace {

// Weights beside a limit of 5: none of these is enough alone, for lists and
// those who pass mail on break all three.
constexpr double spf_fail = 1;
constexpr double spf_softfail = 0.5;
constexpr double dkim_fail = 0.5;
constexpr double dmarc_fail = 2;

bool has(const std::vector<Reason>& reasons, std::string_view name)
{
    return std::ranges::any_of(reasons, [name](const Reason& reason) { return reason.name == name; });
}

std::string detail_of(const mailauth::MethodResult& result)
{
    return result.properties.empty() ? std::string() : result.properties.front().second;
}

Fate fate_of(const Config::Junk& terms, const Score& score)
{
    if (has(score.reasons, "allowed")) return Fate::inbox;
    if (has(score.reasons, "blocked") || has(score.reasons, "policy")) return Fate::junk;
    if (terms.mode != Config::Junk::Mode::enforce) return Fate::inbox;
    if (terms.refuse > 0 && score.total >= terms.refuse) return Fate::refuse;
    return score.total >= terms.limit ? Fate::junk : Fate::inbox;
}

} // namespace

std::vector<Reason> reasons_of(const std::vector<mailauth::MethodResult>& results)
{
    std::vector<Reason> reasons;
    const auto holds = [&](const mailauth::MethodResult& one) {
        return one.method == "dkim" && one.result == "pass";
    };
    const bool signed_well = std::ranges::any_of(results, holds);
    for (const auto& result : results) {
        if (result.method == "spf" && result.result == "fail")
            reasons.push_back({"spf", spf_fail, detail_of(result)});
        else if (result.method == "spf" && result.result == "softfail")
            reasons.push_back({"spf", spf_softfail, detail_of(result)});
        else if (result.method == "dkim" && result.result == "fail" && !signed_well && !has(reasons, "dkim"))
            reasons.push_back({"dkim", dkim_fail, detail_of(result)});
        else if (result.method == "dmarc" && result.result == "fail")
            reasons.push_back({"dmarc", dmarc_fail, detail_of(result)});
    }
    return reasons;
}

Score decide(const Config::Junk& terms, std::vector<Reason> reasons)
{
    Score score;
    score.reasons = std::move(reasons);
    for (const auto& reason : score.reasons)
        score.total += reason.weight;
    score.fate = fate_of(terms, score);
    return score;
}

std::string words_of(const Reason& reason)
{
    static constexpr std::array<std::pair<std::string_view, std::string_view>, 12> known{{
        {"spf", "SPF does not vouch for the server that brought it"},
        {"dkim", "its DKIM signature does not hold"},
        {"dmarc", "nothing vouches for whom it says to be from"},
        {"policy", "the domain that it says to be from asks for such mail to be taken for junk"},
        {"blocklist", "the server that brought it is on a block list"},
        {"allowlist", "the server that brought it is on a list of good ones"},
        {"words", "its words are like those of what was moved to Junk, or out of it"},
        {"first-contact", "it is the first message from this sender"},
        {"allowed", "the sender is allowed by the recipient"},
        {"blocked", "the sender is blocked by the recipient"},
        {"rspamd", "rspamd has looked at it"},
        {"milter", "a filter has looked at it"},
    }};
    const auto found =
        std::ranges::find(known, reason.name, &std::pair<std::string_view, std::string_view>::first);
    std::string words(found == known.end() ? std::string_view(reason.name) : found->second);
    if (!reason.detail.empty()) words += ": " + reason.detail;
    return words;
}

} // namespace pillarbox::junk
