#include "server/mailauth/arc.hpp"

#include "server/base/ascii.hpp"
#include "server/mailauth/key_lookup.hpp"
#include "server/mailauth/name.hpp"
#include "server/mailauth/results.hpp"

#include <algorithm>
#include <ranges>
#include <utility>

namespace pillarbox::mailauth {

namespace {

using Clock = std::chrono::steady_clock;

/// The trusted sealer whose word counts, if any.
std::string believed_sealer(const std::vector<dkim::ArcSet>& sets, std::string_view author,
                            const std::vector<std::string>& trusted)
{
    if (author.empty()) return {};
    for (const auto& set : std::views::reverse(sets)) {
        // Whoever comes later could have changed the message and sealed that.
        if (std::ranges::find(trusted, set.seal.domain) == trusted.end()) return {};
        if (vouches_for(set.results, author)) return set.seal.domain;
    }
    return {};
}

/// Whether a value is this domain, or an address in it.
bool is_of(std::string_view value, std::string_view domain)
{
    const auto at = value.rfind('@');
    return ascii::equal(at == std::string_view::npos ? value : value.substr(at + 1), domain);
}

} // namespace

awaitable<ArcOutcome> check_arc(Dns& dns, const dkim::ArcChain& chain, std::string author,
                                std::vector<std::string> trusted,
                                std::chrono::steady_clock::time_point latest)
{
    dkim::ArcCheck check(chain);
    dkim::KeyAnswers known;
    while (const auto name = check.needs()) {
        auto found = known.find(*name);
        if (found == known.end()) {
            auto answer = co_await key_at(dns, *name, latest);
            found = known.emplace(*name, std::move(answer)).first;
        }
        check.take(found->second);
    }
    ArcOutcome outcome{.result = check.result(), .why = check.why()};
    if (outcome.result != dkim::ArcResult::pass) co_return outcome;
    const auto& sets = chain.sets();
    outcome.sealer = "set " + std::to_string(sets.size()) + " by " + sets.back().seal.domain;
    outcome.believed = believed_sealer(sets, author, trusted);
    co_return outcome;
}

bool vouches_for(std::string_view body, std::string_view author)
{
    const auto speaks = [author](const MethodResult& one) {
        if (one.result != "pass") return false;
        const std::string_view wanted = one.method == "dmarc"  ? "header.from"
                                        : one.method == "dkim" ? "header.d"
                                        : one.method == "spf"  ? "smtp.mailfrom"
                                                               : "";
        return std::ranges::any_of(one.properties, [&](const auto& property) {
            return property.first == wanted && is_of(property.second, author);
        });
    };
    return std::ranges::any_of(parse_results(without_comments(body)), speaks);
}

} // namespace pillarbox::mailauth
