#include "server/outbound/tls_report.hpp"

#include "server/base/ascii.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <map>
#include <utility>

namespace pillarbox::outbound {

namespace {

namespace json = boost::json;

constexpr std::size_t most_tls_targets = 5;
constexpr std::size_t longest_uri = 500;

json::array lines_of(std::string_view text)
{
    json::array lines;
    while (!text.empty()) {
        auto line = ascii::take_until(text, '\n');
        if (line.ends_with('\r')) line.remove_suffix(1);
        if (!line.empty()) lines.emplace_back(line);
    }
    return lines;
}

std::string hex(std::string_view octets)
{
    std::string out;
    for (const char c : octets)
        out += fmt::format("{:02x}", static_cast<unsigned char>(c));
    return out;
}

json::object policy_of(const TlsSession& session)
{
    json::object policy;
    policy["policy-domain"] = session.domain;
    switch (session.demand.policy) {
    case Demand::Policy::tlsa: {
        json::array records;
        for (const auto& record : session.demand.records)
            records.emplace_back(
                fmt::format("{} {} {} {}", record.usage, record.selector, record.matching, hex(record.data)));
        policy["policy-type"] = "tlsa";
        policy["policy-string"] = std::move(records);
        policy["mx-host"] = json::array{json::string(session.host)};
        break;
    }
    case Demand::Policy::sts: {
        json::array hosts;
        if (const auto rules = parse_sts_policy(session.policy_text))
            for (const auto& host : rules->hosts)
                hosts.emplace_back(host);
        policy["policy-type"] = "sts";
        policy["policy-string"] = lines_of(session.policy_text);
        policy["mx-host"] = std::move(hosts);
        break;
    }
    case Demand::Policy::none:
        policy["policy-type"] = session.fault.empty() ? "no-policy-found" : "sts";
        break;
    }
    return policy;
}

/// RFC 8460 §4.3; empty for a success.
std::string_view failure_of(const TlsSession& session)
{
    using net::CertificateFault;
    if (session.tls == Client::Tls::not_offered) return "starttls-not-supported";
    if (session.tls != Client::Tls::begun) return "validation-failure";
    if (session.demand.policy == Demand::Policy::none) return session.fault; // nobody knows whom to expect
    if (session.demand.policy == Demand::Policy::tlsa) {
        if (session.demand.records.empty()) return "tlsa-invalid";
        return session.certificate == CertificateFault::none ? "" : "validation-failure";
    }
    switch (session.certificate) {
    case CertificateFault::none:
        return session.demand.host_proven ? session.fault : "validation-failure";
    case CertificateFault::expired:
        return "certificate-expired";
    case CertificateFault::other_host:
        return "certificate-host-mismatch";
    case CertificateFault::not_trusted:
        return "certificate-not-trusted";
    }
    return "validation-failure";
}

/// What the store gave back; empty when it is none of ours.
json::object object_of(const std::string& text)
{
    boost::system::error_code error;
    auto value = json::parse(text, error);
    return !error && value.is_object() ? std::move(value.as_object()) : json::object();
}

bool is_tlsrpt_record(std::string_view text)
{
    constexpr std::string_view begin = "v=TLSRPTv1";
    return text.starts_with(begin) && ascii::trim(text.substr(begin.size())).starts_with(';');
}

bool belongs_in_uri(char c)
{
    return c > ' ' && c <= '~' && c != '"' && c != '<' && c != '>' && c != '!';
}

/// The day's first second, and with 1 that behind its last.
std::chrono::sys_seconds begin_of(std::int64_t day)
{
    return std::chrono::sys_days(std::chrono::days(day));
}

std::string time_text(std::chrono::sys_seconds time)
{
    return fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(time.time_since_epoch().count()));
}

} // namespace

storage::Tally tally_of(const TlsSession& session)
{
    storage::Tally tally;
    tally.policy = json::serialize(policy_of(session));
    const auto failure = failure_of(session);
    if (failure.empty()) return tally;
    json::object details;
    details["result-type"] = failure;
    details["receiving-mx-hostname"] = session.host;
    details["receiving-ip"] = session.address;
    tally.facts = json::serialize(details);
    return tally;
}

std::vector<std::string> parse_tls_rpt(const std::vector<std::string>& texts)
{
    std::vector<std::string> targets;
    const auto first = std::ranges::find_if(texts, is_tlsrpt_record);
    if (first == texts.end() || std::ranges::count_if(texts, is_tlsrpt_record) > 1) return targets; // §3
    std::string_view text = *first;
    while (!text.empty()) {
        auto field = ascii::trim(ascii::take_until(text, ';'));
        if (!field.starts_with("rua=")) continue;
        field.remove_prefix(4);
        while (!field.empty()) {
            const auto uri = ascii::trim(ascii::take_until(field, ','));
            const bool known = ascii::starts_with(uri, "mailto:") || ascii::starts_with(uri, "https:");
            if (known && uri.size() <= longest_uri && std::ranges::all_of(uri, belongs_in_uri) &&
                targets.size() < most_tls_targets)
                targets.emplace_back(uri);
        }
    }
    return targets;
}

std::string tls_report(const ReportLetter& letter, const storage::TallyDay& day)
{
    struct Group
    {
        std::uint64_t good = 0, bad = 0;
        json::array details;
    };
    std::map<std::string, Group> groups;
    for (const auto& tally : day.tallies) {
        auto& group = groups[tally.policy];
        if (tally.facts.empty()) {
            group.good += tally.number;
            continue;
        }
        group.bad += tally.number;
        auto details = object_of(tally.facts);
        details["failed-session-count"] = tally.number;
        group.details.push_back(std::move(details));
    }
    json::array policies;
    for (auto& [policy, group] : groups) {
        json::object one;
        one["policy"] = object_of(policy);
        one["summary"] = json::object{{"total-successful-session-count", group.good},
                                      {"total-failure-session-count", group.bad}};
        if (!group.details.empty()) one["failure-details"] = std::move(group.details);
        policies.push_back(std::move(one));
    }
    const auto begin = begin_of(day.day);
    const auto end = begin_of(day.day + 1) - std::chrono::seconds(1);
    json::object all;
    all["organization-name"] = letter.organization;
    all["date-range"] = json::object{{"start-datetime", time_text(begin)}, {"end-datetime", time_text(end)}};
    all["contact-info"] = letter.contact;
    all["report-id"] = letter.id;
    all["policies"] = std::move(policies);
    return json::serialize(all);
}

void attach_tls_report(ReportLetter& letter, const storage::TallyDay& day, std::string octets)
{
    letter.tls = storage::TlsWish::waived; // or nobody would hear of what is wrong with it, RFC 8689 §3
    letter.fields = fmt::format("TLS-Report-Domain: {}\r\n"
                                "TLS-Report-Submitter: {}\r\n"
                                "TLS-Required: No\r\n",
                                day.domain, letter.organization);
    letter.type = "multipart/report; report-type=\"tlsrpt\"";
    letter.introduction = fmt::format("This is a report on the TLS of mail to {0}\r\n"
                                      "from {1}, as _smtp._tls.{0} asks for it.\r\n",
                                      day.domain, letter.organization);
    if (day.left_out > 0)
        letter.introduction +=
            fmt::format("It leaves out {} sessions that were of too many kinds.\r\n", day.left_out);
    letter.attachment_type = "application/tlsrpt+gzip";
    letter.attachment_name =
        report_file_name(letter.organization, day.domain, day.day, letter.id) + ".json.gz";
    letter.attachment = std::move(octets);
}

} // namespace pillarbox::outbound
