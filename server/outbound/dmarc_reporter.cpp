#include "server/outbound/dmarc_reporter.hpp"

#include "server/base/ascii.hpp"
#include "server/mailauth/dmarc.hpp"
#include "server/mailauth/name.hpp"
#include "server/net/offload.hpp"
#include "server/outbound/gzip.hpp"

#include <chrono>
#include <ranges>
#include <utility>

namespace pillarbox::outbound {

namespace {

using boost::asio::awaitable;
using Texts = net::DnsAnswer<std::string>;

constexpr std::chrono::seconds target_patience{30}; // for all that is asked about one target
constexpr std::size_t most_dmarc_targets = 5;       // of a domain
constexpr std::size_t most_target_records = 10;     // of a target, that say whether it wants reports

/// The one record of a domain that says what is to be reported, RFC 9989 §4.10.
std::optional<mailauth::DmarcRecord> record_of(const Texts& answer)
{
    std::optional<mailauth::DmarcRecord> found;
    for (const auto& text : answer.records) {
        auto record = mailauth::parse_dmarc_record(text);
        if (!record) continue;
        if (found) return std::nullopt;
        found = std::move(record);
    }
    return found;
}

} // namespace

awaitable<bool> DmarcReporter::report(storage::TallyDay day, storage::Time now)
{
    const auto answer = co_await dns_.txt("_dmarc." + day.domain);
    if (answer.kind == Texts::Kind::unknown) co_return false;
    const auto record = record_of(answer);
    if (!record || record->reports.empty()) co_return true; // nobody asks any more
    const auto wanted = co_await targets(day.domain, record->reports);
    if (!wanted) co_return false;
    auto ours = co_await organization();
    if (ours.empty() || wanted->empty()) co_return true;
    ReportLetter report = letter(std::move(ours), day);
    const auto pack = [&] { return gzip(dmarc_report(report, day, *record, form_)); };
    auto octets = co_await net::offload(packing_, pack);
    attach_dmarc_report(report, day, std::move(octets));
    for (const auto& target : *wanted) {
        // RFC 9990 §3.5: it counts as it is sent.
        if (target.most_octets > 0 && report.attachment_octets() > target.most_octets) {
            note_lost(day.domain, target.address, "it is larger than what is asked for");
            continue;
        }
        const bool stored = co_await mail(report, target.address, now);
        if (!stored) co_return false;
    }
    co_return true;
}

/// Those of `uris` that want to hear of `domain`, the first 5; nothing where DNS
/// cannot tell.
awaitable<std::optional<std::vector<DmarcTarget>>> DmarcReporter::targets(std::string domain,
                                                                          std::vector<std::string> uris)
{
    std::vector<DmarcTarget> all;
    for (const auto& uri : uris) {
        auto target = parse_dmarc_target(uri);
        if (!target || all.size() == most_dmarc_targets) continue;
        const auto wants = co_await verify(domain, *target);
        if (!wants) co_return std::nullopt;
        if (*wants)
            all.push_back(std::move(*target));
        else
            note_lost(domain, target->address, "its domain does not say that it wants reports on this one");
    }
    co_return all;
}

/// Whether the target is the domain's own, or wants its reports: RFC 9990 §4. Then
/// it may name another address of its own in its place. Nothing where DNS cannot tell.
awaitable<std::optional<bool>> DmarcReporter::verify(std::string domain, DmarcTarget& target)
{
    const auto latest = std::chrono::steady_clock::now() + target_patience;
    const std::string host = ascii::to_lower(target.host());
    if (!mailauth::askable(host)) co_return false;
    if (host == domain) co_return true;
    const auto of_domain = co_await mailauth::find_organization(dns_, domain, latest);
    const auto of_host = co_await mailauth::find_organization(dns_, host, latest);
    if (!of_domain || !of_host) co_return std::nullopt;
    if (*of_domain == *of_host) co_return true;
    const std::string name = domain + "._report._dmarc." + host;
    if (!mailauth::askable(name)) co_return false;
    const auto answer = co_await dns_.txt(name);
    if (answer.kind == Texts::Kind::unknown) co_return std::nullopt;
    bool wants = false;
    std::optional<DmarcTarget> instead;
    for (const auto& text : answer.records | std::views::take(most_target_records)) {
        const auto record = mailauth::parse_dmarc_record(text);
        if (!record) continue;
        wants = true;
        for (const auto& uri : record->reports) {
            auto other = parse_dmarc_target(uri);
            if (!instead && other && ascii::equal(other->host(), host)) instead = std::move(other);
        }
    }
    if (instead) target = *std::move(instead);
    co_return wants;
}

} // namespace pillarbox::outbound
