#include "server/mailflow/dmarc_tally.hpp"

#include "server/base/ascii.hpp"
#include "server/base/domain_name.hpp"
#include "server/net/networks.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/post.hpp>

#include <algorithm>
#include <chrono>
#include <vector>

namespace pillarbox::mailflow {

namespace asio = boost::asio;

namespace {

using mailauth::DmarcFacts;
using mailauth::DmarcPolicy;
using mailauth::DmarcResult;

constexpr std::chrono::seconds interval{60};
constexpr std::size_t most_kinds = 10'000; // in memory

/// Whether this is a report as RFC 9990 §3.5.2 and RFC 8460 §5.3 have them.
bool is_report(const mime::Header& header)
{
    return std::ranges::any_of(header.fields(), [](const mime::Field& field) {
        if (!ascii::equal(field.name, "Subject")) return false;
        const auto subject = mime::unfold(field.body);
        return ascii::starts_with(ascii::trim(subject), "Report Domain:") &&
               subject.find("Submitter:") != std::string::npos;
    });
}

/// As DNS has it; empty for the null path.
std::string domain_of(std::string_view reverse_path)
{
    const auto at = reverse_path.rfind('@');
    if (at == std::string_view::npos) return {};
    const auto domain = reverse_path.substr(at + 1);
    return domain_name::to_ascii(domain).value_or(std::string(domain));
}

/// What became of the message, and why that is not what was asked for.
std::pair<DmarcFacts::Disposition, DmarcFacts::Override> outcome_of(const mailauth::Findings& findings,
                                                                    const Config::Verify& terms)
{
    const auto& dmarc = findings.dmarc;
    using Became = DmarcFacts::Disposition;
    using Override = DmarcFacts::Override;
    const auto eased = dmarc.eased ? Override::policy_test_mode : Override::none;
    if (dmarc.result == DmarcResult::pass)
        return {dmarc.policy == DmarcPolicy::none ? Became::none : Became::pass, Override::none};
    if (!findings.believed.empty()) return {Became::none, Override::trusted_forwarder};
    switch (disposition(terms, dmarc.result, dmarc.policy)) {
    case Disposition::refuse:
        return {Became::reject, eased};
    case Disposition::junk:
        return {Became::quarantine, eased};
    case Disposition::deliver:
    case Disposition::try_later:
        break;
    }
    return {Became::none, dmarc.policy == DmarcPolicy::none ? eased : Override::local_policy};
}

} // namespace

std::optional<DmarcMessage> dmarc_message(const mailauth::Findings& findings,
                                          const mailauth::SpfQuestion& sender, const mime::Header& header,
                                          const Config::Verify& terms)
{
    const auto& dmarc = findings.dmarc;
    if (terms.dmarc_reports == DmarcReports::off) return std::nullopt;
    if (!dmarc.applied || dmarc.applied->record.reports.empty() || is_report(header)) return std::nullopt;
    DmarcMessage message{.domain = dmarc.applied->domain, .facts = {}};
    DmarcFacts& facts = message.facts;
    facts.source = net::plain_address(sender.client).to_string();
    facts.header_from = dmarc.domain;
    facts.envelope_from = domain_of(sender.reverse_path);
    facts.spf_domain = findings.spf.domain;
    facts.spf_result = mailauth::name_of(findings.spf.result);
    for (const auto& signature : findings.dkim)
        facts.signatures.push_back(
            {signature.domain, signature.selector, std::string(dkim::name_of(signature.outcome))});
    facts.spf_aligned = dmarc.spf_aligned;
    facts.dkim_aligned = dmarc.dkim_aligned;
    std::tie(facts.disposition, facts.overridden) = outcome_of(findings, terms);
    return message;
}

void DmarcTally::count(const DmarcMessage& message, storage::Time now)
{
    Day day{std::chrono::floor<std::chrono::days>(now).time_since_epoch().count(), message.domain};
    asio::post(timer_.get_executor(), [this, day = std::move(day), facts = message.facts.text()]() mutable {
        add(std::move(day), std::move(facts));
    });
}

void DmarcTally::add(Day day, std::string facts)
{
    if (kinds_ >= most_kinds) {
        ++lost_;
        return;
    }
    const auto [kind, fresh] = gathered_[std::move(day)].try_emplace(std::move(facts), 0);
    ++kind->second;
    if (fresh) ++kinds_;
    if (kinds_ >= most_kinds) timer_.cancel(); // so many need not wait
}

void DmarcTally::stop()
{
    asio::post(timer_.get_executor(), [this] {
        stopped_ = true;
        timer_.cancel();
    });
}

asio::awaitable<void> DmarcTally::run()
{
    while (!stopped_ || !gathered_.empty()) {
        if (!stopped_) {
            timer_.expires_after(interval);
            [[maybe_unused]] const auto waited = co_await timer_.async_wait(asio::as_tuple(asio::deferred));
        }
        co_await write();
    }
}

asio::awaitable<void> DmarcTally::write()
{
    if (lost_ > 0)
        log_.warning("mailflow.dmarc_left_out",
                     {{"reason", "more of them than can be counted"}, {"messages", lost_}});
    lost_ = 0;
    if (gathered_.empty()) co_return;
    std::vector<storage::TallyDay> days;
    for (const auto& [day, kinds] : gathered_) {
        auto& one = days.emplace_back(storage::TallyDay{.day = day.first, .domain = day.second});
        for (const auto& [facts, number] : kinds)
            one.tallies.push_back({.policy = {}, .facts = facts, .number = number});
    }
    gathered_.clear();
    kinds_ = 0;
    const auto added = co_await tallies_.add(storage::TallyKind::dmarc, std::move(days));
    if (!added) log_.warning("mailflow.dmarc_left_out", {{"reason", added.error().message()}});
}

} // namespace pillarbox::mailflow
