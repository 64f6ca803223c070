#include "server/outbound/sts.hpp"

#include "server/base/ascii.hpp"
#include "server/base/log.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <utility>

namespace pillarbox::outbound {

namespace {

using boost::asio::awaitable;
using namespace std::chrono_literals;

constexpr auto again_after = 5min; // RFC 8461 §3.3: not sooner
constexpr std::size_t most_failures = 1000;
constexpr auto policy_patience = 10s; // a message waits for it

constexpr std::string_view fetch_error = "sts-policy-fetch-error"; // RFC 8460 §4.3.2.2
constexpr std::string_view invalid = "sts-policy-invalid";
constexpr std::string_view untrusted = "sts-webpki-invalid";

StsFinding finding_of(const std::optional<storage::StsPolicy>& kept)
{
    StsFinding finding;
    if (!kept) return finding;
    finding.rules = parse_sts_policy(kept->text);
    if (finding.rules && finding.rules->mode == StsRules::Mode::none) finding.rules.reset();
    if (finding.rules) finding.text = kept->text;
    return finding;
}

/// Half of its time is over: better to have the next one before it ends.
bool worth_renewing(const storage::StsPolicy& kept, storage::Time now)
{
    return now - kept.fetched > (kept.expires - kept.fetched) / 2;
}

bool is_plain_text(std::string_view content_type)
{
    std::string_view type = ascii::take_until(content_type, ';');
    while (type.ends_with(' ') || type.ends_with('\t'))
        type.remove_suffix(1);
    return ascii::equal(type, "text/plain");
}

} // namespace

awaitable<StsFinding> StsPolicies::find(std::string domain)
{
    const auto read = co_await facts_.sts_policy(domain);
    if (!read)
        Log().warning("outbound.policy_unread", {{"domain", domain}, {"reason", read.error().message()}});
    const std::optional<storage::StsPolicy> kept = read ? *read : std::nullopt;
    const auto answer = co_await world_.txt("_mta-sts." + domain);
    const auto id = parse_sts_record(answer.records);
    if (!id) co_return finding_of(kept); // RFC 8461 §3.1: whoever hides the record does not undo the policy
    const bool current = kept && kept->id == *id;
    if (current && !worth_renewing(*kept, world_.now())) co_return finding_of(kept);
    if (const auto* failure = recent_failure(domain, *id)) {
        auto finding = finding_of(kept);
        finding.fault = failure->fault;
        finding.why = failure->why;
        co_return finding;
    }
    auto renewed = co_await renew(domain, *id);
    if (renewed.fault.empty()) co_return renewed;
    Log().warning("outbound.policy_not_fetched",
                  {{"domain", domain}, {"reason", renewed.why}, {"kept", kept.has_value()}});
    auto finding = finding_of(kept);
    finding.fault = renewed.fault;
    finding.why = renewed.why;
    remember(domain, {*id, world_.now(), finding.fault, finding.why});
    co_return finding;
}

awaitable<StsFinding> StsPolicies::renew(std::string domain, std::string id)
{
    StsFinding finding;
    const auto fetched = co_await world_.fetch(domain);
    if (!fetched) {
        finding.fault = fetched.error().certificate_refused ? untrusted : fetch_error;
        finding.why = fetched.error().why;
        co_return finding;
    }
    if (fetched->status != 200) { // RFC 8461 §3.3: redirections neither
        finding.fault = fetch_error;
        finding.why = fmt::format("the answer's status is {}", fetched->status);
        co_return finding;
    }
    const auto rules = parse_sts_policy(fetched->body);
    if (!is_plain_text(fetched->content_type) || !rules) {
        finding.fault = invalid;
        finding.why = rules ? "it is not text/plain" : "it is no policy";
        co_return finding;
    }
    failures_.erase(domain);
    const auto now = world_.now();
    const storage::StsPolicy policy{.domain = domain,
                                    .id = std::move(id),
                                    .text = fetched->body,
                                    .fetched = now,
                                    .expires = now + rules->max_age};
    const auto kept = co_await facts_.keep(policy);
    if (!kept)
        Log().warning("outbound.policy_not_kept", {{"domain", domain}, {"reason", kept.error().message()}});
    co_return finding_of(policy);
}

const StsPolicies::Failure* StsPolicies::recent_failure(const std::string& domain,
                                                        const std::string& id) const
{
    const auto found = failures_.find(domain);
    if (found == failures_.end() || found->second.id != id) return nullptr;
    return world_.now() - found->second.at < again_after ? &found->second : nullptr;
}

void StsPolicies::remember(const std::string& domain, Failure failure)
{
    const auto over = world_.now() - again_after;
    if (failures_.size() >= most_failures)
        std::erase_if(failures_, [over](const auto& each) { return each.second.at <= over; });
    if (failures_.size() < most_failures) failures_.insert_or_assign(domain, std::move(failure));
}

awaitable<StsPolicies::Fetched> fetch_sts_policy(net::Resolver& resolver, const net::TlsTrust& trust,
                                                 std::uint16_t port, std::string domain)
{
    const std::string host = "mta-sts." + domain;
    const auto six = co_await resolver.ipv6(host);
    const auto four = co_await resolver.ipv4(host);
    net::HttpQuestion question;
    question.url = {.tls = true, .host = host, .port = port, .target = "/.well-known/mta-sts.txt"};
    question.method = net::HttpQuestion::Method::get;
    question.accept = "text/plain";
    question.addresses = six.records;
    std::ranges::copy(four.records, std::back_inserter(question.addresses));
    if (question.addresses.empty()) co_return net::HttpFailure(host + " has no address");
    question.patience = policy_patience;
    question.longest_answer = longest_sts_policy;
    auto answer = co_await net::ask(std::move(question), trust);
    co_return answer;
}

} // namespace pillarbox::outbound
