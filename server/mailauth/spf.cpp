#include "server/mailauth/spf.hpp"

#include "server/base/ascii.hpp"
#include "server/mailauth/name.hpp"
#include "server/mailauth/spf_macro.hpp"

#include <boost/asio/ip/address_v4.hpp>
#include <boost/asio/ip/address_v6.hpp>

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

namespace pillarbox::mailauth {

namespace asio = boost::asio;

namespace {

// RFC 7208 §4.6.4.
constexpr unsigned most_terms = 10;
constexpr unsigned most_void = 2;
constexpr std::size_t most_exchangers = 10;
constexpr std::size_t most_ptr_names = 10;

using Addresses = net::DnsAnswer<asio::ip::address>;

std::string octets_of(const asio::ip::address& address)
{
    if (address.is_v4()) {
        const auto bytes = address.to_v4().to_bytes();
        return {bytes.begin(), bytes.end()};
    }
    const auto bytes = address.to_v6().to_bytes();
    return {bytes.begin(), bytes.end()};
}

/// IPv4 where it is mapped into IPv6, RFC 7208 §5.
asio::ip::address plain(const asio::ip::address& address)
{
    if (!address.is_v6() || !address.to_v6().is_v4_mapped()) return address;
    return asio::ip::make_address_v4(asio::ip::v4_mapped, address.to_v6());
}

/// check_host() of RFC 7208 §4, with what all of its calls share.
class SpfCheck
{
public:
    SpfCheck(Dns& dns, const SpfQuestion& question, std::chrono::steady_clock::time_point latest)
        : dns_(dns), client_(plain(question.client)), latest_(latest)
    {
        macros_.address = octets_of(client_);
        macros_.helo = question.helo;
        const auto at = question.reverse_path.rfind('@');
        const bool null = question.reverse_path.empty() || at == std::string::npos;
        macros_.sender_domain = ascii::to_lower(null ? question.helo : question.reverse_path.substr(at + 1));
        macros_.local_part = null ? std::string() : question.reverse_path.substr(0, at);
        if (macros_.local_part.empty()) macros_.local_part = "postmaster"; // RFC 7208 §4.3
    }

    const std::string& sender_domain() const { return macros_.sender_domain; }
    const std::string& why() const { return why_; }

    awaitable<SpfResult> host(std::string domain);

private:
    /// What a mechanism came to: `matched`, or an error that ends the evaluation.
    struct Outcome
    {
        bool matched = false;
        std::optional<SpfResult> error{};
    };

    SpfResult fault(SpfResult result, std::string why)
    {
        if (why_.empty()) why_ = std::move(why);
        return result;
    }
    Outcome over(SpfResult result, std::string why) { return {false, fault(result, std::move(why))}; }
    bool late() const { return std::chrono::steady_clock::now() >= latest_; }

    /// Counts a term that asks DNS.
    std::optional<Outcome> count_term()
    {
        if (++terms_ > most_terms) return over(SpfResult::permerror, "more than 10 terms ask DNS");
        if (late()) return over(SpfResult::temperror, "DNS took too long");
        return std::nullopt;
    }

    /// Of a term's question, unless it was answered with records.
    template <class Answer>
    std::optional<Outcome> nothing_found(const Answer& answer, const std::string& name)
    {
        if (answer.kind == Answer::Kind::found) return std::nullopt;
        if (answer.kind == Answer::Kind::unknown) return over(SpfResult::temperror, name + ": " + answer.why);
        if (++void_ > most_void)
            return over(SpfResult::permerror, "more than 2 questions to DNS were in vain");
        return Outcome{};
    }

    awaitable<Outcome> match(const SpfMechanism& mechanism, const std::string& domain);
    awaitable<Outcome> include(std::string target);
    awaitable<Outcome> a(std::string target, const SpfMechanism& mechanism);
    awaitable<Outcome> mx(std::string target, const SpfMechanism& mechanism);
    awaitable<Outcome> ptr(std::string target);
    awaitable<Outcome> exists(std::string target);
    awaitable<Addresses> addresses(std::string name);
    awaitable<std::string> target_of(std::string domain_spec, std::string domain);
    awaitable<void> find_names();
    bool any_within(const Addresses& answer, const SpfMechanism& mechanism) const;

    Dns& dns_;
    asio::ip::address client_;
    std::chrono::steady_clock::time_point latest_;
    SpfMacros macros_;
    unsigned terms_ = 0;
    unsigned void_ = 0;
    std::optional<std::vector<std::string>> names_; // of the client that lead back to it
    bool nameless_ = false;                         // for sure it has none
    std::string why_;
};

awaitable<SpfResult> SpfCheck::host(std::string domain)
{
    for (bool redirected = false;; redirected = true) {
        const auto none = redirected ? SpfResult::permerror : SpfResult::none; // RFC 7208 §6.1
        const bool multi_label = domain.find('.') != std::string::npos;
        if (!askable(domain) || !multi_label) co_return fault(none, "'" + domain + "' is no domain");
        const auto answer = co_await dns_.txt(domain);
        if (answer.kind == net::DnsAnswer<std::string>::Kind::unknown)
            co_return fault(SpfResult::temperror, domain + ": " + answer.why);
        std::vector<std::string> records;
        std::ranges::copy_if(answer.records, std::back_inserter(records), is_spf_record);
        if (records.empty()) co_return redirected ? fault(none, domain + " has no SPF record") : none;
        if (records.size() > 1) co_return fault(SpfResult::permerror, domain + " has several SPF records");
        const auto record = parse_spf_record(records.front());
        if (!record)
            co_return fault(SpfResult::permerror, domain + ": the SPF record has an error of syntax");

        for (const auto& mechanism : record->mechanisms) {
            const Outcome outcome = co_await match(mechanism, domain);
            if (outcome.error) co_return *outcome.error;
            if (outcome.matched) co_return mechanism.result;
        }
        if (!record->redirect) co_return SpfResult::neutral; // RFC 7208 §4.7
        if (const auto over = count_term()) co_return *over->error;
        domain = co_await target_of(*record->redirect, domain);
    }
}

awaitable<SpfCheck::Outcome> SpfCheck::match(const SpfMechanism& mechanism, const std::string& domain)
{
    using Kind = SpfMechanism::Kind;
    const std::string& client = macros_.address;
    if (mechanism.kind == Kind::all) co_return Outcome{true};
    if (mechanism.kind == Kind::ip4)
        co_return Outcome{in_network(client, mechanism.network, mechanism.prefix4)};
    if (mechanism.kind == Kind::ip6)
        co_return Outcome{in_network(client, mechanism.network, mechanism.prefix6)};

    if (const auto over = count_term()) co_return *over;
    std::string target = domain;
    if (!mechanism.domain_spec.empty()) target = co_await target_of(mechanism.domain_spec, domain);
    Outcome outcome;
    if (mechanism.kind == Kind::include) {
        outcome = co_await include(std::move(target));
        co_return outcome;
    }
    if (!askable(target)) co_return Outcome{}; // as if it were not there, RFC 7208 §4.8
    if (mechanism.kind == Kind::a) outcome = co_await a(std::move(target), mechanism);
    if (mechanism.kind == Kind::mx) outcome = co_await mx(std::move(target), mechanism);
    if (mechanism.kind == Kind::ptr) outcome = co_await ptr(std::move(target));
    if (mechanism.kind == Kind::exists) outcome = co_await exists(std::move(target));
    co_return outcome;
}

/// RFC 7208 §5.2.
awaitable<SpfCheck::Outcome> SpfCheck::include(std::string target)
{
    const SpfResult result = co_await host(target);
    if (result == SpfResult::none)
        co_return over(SpfResult::permerror, "'" + target + "', which is included, has no SPF record");
    if (result == SpfResult::temperror || result == SpfResult::permerror) co_return Outcome{false, result};
    co_return Outcome{result == SpfResult::pass};
}

/// RFC 7208 §5.3.
awaitable<SpfCheck::Outcome> SpfCheck::a(std::string target, const SpfMechanism& mechanism)
{
    const Addresses answer = co_await addresses(target);
    if (const auto nothing = nothing_found(answer, target)) co_return *nothing;
    co_return Outcome{any_within(answer, mechanism)};
}

/// RFC 7208 §5.4. That a host has no address of the client's family is no
/// question in vain: the limit is one of terms (§4.6.4).
awaitable<SpfCheck::Outcome> SpfCheck::mx(std::string target, const SpfMechanism& mechanism)
{
    const auto exchangers = co_await dns_.mx(target);
    if (const auto nothing = nothing_found(exchangers, target)) co_return *nothing;
    if (exchangers.records.size() > most_exchangers)
        co_return over(SpfResult::permerror, target + " has more than 10 MX records");
    for (const auto& exchanger : exchangers.records) {
        if (!askable(exchanger.host)) continue;
        if (late()) co_return over(SpfResult::temperror, "DNS took too long");
        const Addresses answer = co_await addresses(exchanger.host);
        if (answer.kind == Addresses::Kind::unknown)
            co_return over(SpfResult::temperror, exchanger.host + ": " + answer.why);
        if (any_within(answer, mechanism)) co_return Outcome{true};
    }
    co_return Outcome{};
}

/// RFC 7208 §5.5. Faults of DNS make no match.
awaitable<SpfCheck::Outcome> SpfCheck::ptr(std::string target)
{
    co_await find_names();
    if (nameless_ && ++void_ > most_void)
        co_return over(SpfResult::permerror, "more than 2 questions to DNS were in vain");
    const auto below = [&target](const std::string& name) { return is_within(name, target); };
    co_return Outcome{std::ranges::any_of(*names_, below)};
}

/// RFC 7208 §5.7: an A record, whatever the client's family.
awaitable<SpfCheck::Outcome> SpfCheck::exists(std::string target)
{
    const Addresses answer = co_await dns_.ipv4(target);
    if (const auto nothing = nothing_found(answer, target)) co_return *nothing;
    co_return Outcome{true};
}

awaitable<Addresses> SpfCheck::addresses(std::string name)
{
    return client_.is_v4() ? dns_.ipv4(std::move(name)) : dns_.ipv6(std::move(name));
}

/// The name that a domain-spec of `domain`'s record stands for.
awaitable<std::string> SpfCheck::target_of(std::string domain_spec, std::string domain)
{
    macros_.domain = domain;
    if (names_validated_name(domain_spec)) {
        co_await find_names();
        // RFC 7208 §7.3: the domain itself, else one within it, else any.
        const auto is_same = [&domain](const std::string& name) { return ascii::equal(name, domain); };
        const auto below = [&domain](const std::string& name) { return is_within(name, domain); };
        auto best = std::ranges::find_if(*names_, is_same);
        if (best == names_->end()) best = std::ranges::find_if(*names_, below);
        if (best == names_->end()) best = names_->begin();
        macros_.validated_name = best == names_->end() ? "unknown" : *best;
    }
    co_return expand(domain_spec, macros_);
}

/// The names of the client whose addresses are its own, RFC 7208 §5.5. Once.
awaitable<void> SpfCheck::find_names()
{
    if (names_) co_return;
    names_.emplace();
    const auto answer = co_await dns_.ptr(client_);
    nameless_ = answer.kind == net::DnsAnswer<std::string>::Kind::none;
    const std::size_t count = std::min(answer.records.size(), most_ptr_names);
    for (std::size_t at = 0; at < count && !late(); ++at) {
        const std::string& name = answer.records[at];
        if (!askable(name)) continue;
        const Addresses forward = co_await addresses(name);
        if (std::ranges::find(forward.records, client_) != forward.records.end()) names_->push_back(name);
    }
}

bool SpfCheck::any_within(const Addresses& answer, const SpfMechanism& mechanism) const
{
    const unsigned prefix = client_.is_v4() ? mechanism.prefix4 : mechanism.prefix6;
    return std::ranges::any_of(answer.records, [&](const asio::ip::address& address) {
        return in_network(macros_.address, octets_of(address), prefix);
    });
}

} // namespace

awaitable<SpfOutcome> check_spf(Dns& dns, SpfQuestion question, std::chrono::steady_clock::time_point latest)
{
    SpfCheck check(dns, question, latest);
    SpfOutcome outcome;
    outcome.domain = check.sender_domain();
    outcome.helo = question.reverse_path.empty();
    outcome.result = co_await check.host(outcome.domain);
    if (outcome.result == SpfResult::temperror || outcome.result == SpfResult::permerror)
        outcome.why = check.why();
    co_return outcome;
}

} // namespace pillarbox::mailauth
