#include "server/publish/records.hpp"

#include "server/publish/sts.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace pillarbox::publish {

namespace {

constexpr std::size_t longest_string = 255; // RFC 1035 §3.3
constexpr int mx_preference = 10;           // leaves room on either side

/// Whether the name lies in the domain's zone, as far as one can tell from here.
bool lies_in(std::string_view name, const std::string& domain)
{
    return name == domain || name.ends_with('.' + domain);
}

/// Who may send for the domain, RFC 7208.
std::string spf(const Config& config)
{
    if (config.outbound.mode != Config::Outbound::Mode::smarthost) return "v=spf1 mx -all";
    // The smarthost may well send from other addresses than it listens on: not -all.
    return fmt::format("v=spf1 mx a:{} ~all", config.outbound.smarthost.host);
}

/// A service that mail programs look for, RFC 6186 §3; none where nothing listens.
void add_service(std::vector<Record>& records, const Config& config, const std::string& domain,
                 std::string_view service, const std::vector<Endpoint>& listen, int priority)
{
    const std::string name = fmt::format("_{}._tcp.{}", service, domain);
    if (!listen.empty())
        records.push_back({name, "SRV",
                           fmt::format("{} 1 {} {}", priority, config.published(listen), config.hostname),
                           "where mail programs find the server"});
}

std::string quoted(std::string_view text)
{
    std::string out = "\"";
    for (const char c : text) {
        if (c == '"' || c == '\\') out += '\\';
        out += c;
    }
    return out + '"';
}

std::string_view purpose_of(storage::DkimKey::State state)
{
    switch (state) {
    case storage::DkimKey::State::waiting:
        return "DKIM key that is to sign next";
    case storage::DkimKey::State::active:
        return "DKIM key that signs";
    case storage::DkimKey::State::retired:
        return "DKIM key that has signed mail on its way";
    }
    return "DKIM key";
}

} // namespace

std::vector<Record> records_for(const Config& config, const std::string& domain,
                                const std::vector<storage::DkimKey>& keys)
{
    std::vector<Record> records;
    records.push_back({domain, "MX", fmt::format("{} {}", mx_preference, config.hostname),
                       "where mail for the domain goes"});
    records.push_back({domain, "TXT", spf(config), "SPF: who may send for the domain"});
    // Reports come from the null path, and are checked by the server's own name: RFC 7208 §2.4.
    if (config.hostname != domain && lies_in(config.hostname, domain))
        records.push_back({config.hostname, "TXT", "v=spf1 a -all", "SPF: the server sends for itself"});
    for (const auto& key : keys)
        records.push_back({fmt::format("{}._domainkey.{}", key.selector, domain), "TXT", key.record,
                           std::string(purpose_of(key.state))});
    records.push_back({"_dmarc." + domain, "TXT",
                       fmt::format("v=DMARC1; p=quarantine; rua=mailto:postmaster@{}", domain),
                       "DMARC: what becomes of mail that is not the domain's"});
    records.push_back({"_smtp._tls." + domain, "TXT",
                       fmt::format("v=TLSRPTv1; rua=mailto:postmaster@{}", domain),
                       "TLS-RPT: who is told of failures of TLS"});
    if (config.mta_sts.mode != Config::MtaSts::Mode::off) {
        records.push_back({"_mta-sts." + domain, "TXT", sts_record(config),
                           "MTA-STS: that mail for the domain is to come under TLS"});
        records.push_back({"mta-sts." + domain, "CNAME", config.hostname,
                           "MTA-STS: where the policy is fetched, by HTTPS on port 443"});
    }
    if (!config.https.listen.empty()) {
        for (const std::string_view name : {"autoconfig", "autodiscover"})
            records.push_back({fmt::format("{}.{}", name, domain), "CNAME", config.hostname,
                               name == "autoconfig"
                                   ? "where Thunderbird and others ask how to set themselves up"
                                   : "where Outlook does"});
    }
    // Implicit TLS first, RFC 8314 §3.
    add_service(records, config, domain, "submissions", config.submissions.listen, 0);
    add_service(records, config, domain, "submission", config.submission.listen, 10);
    add_service(records, config, domain, "pop3s", config.pop3s.listen, 0);
    add_service(records, config, domain, "pop3", config.pop3.listen, 10);
    return records;
}

std::string zone_value(const Record& record)
{
    if (record.type != "TXT") return record.value + '.'; // a name stands last
    std::string out;
    std::string_view rest = record.value;
    do {
        if (!out.empty()) out += ' ';
        out += quoted(rest.substr(0, longest_string));
        rest.remove_prefix(std::min(longest_string, rest.size()));
    } while (!rest.empty());
    return out;
}

std::string zone_of(const std::vector<Record>& records)
{
    std::string zone;
    for (const auto& record : records)
        zone +=
            fmt::format("; {}\n{}. IN {} {}\n", record.purpose, record.name, record.type, zone_value(record));
    return zone;
}

} // namespace pillarbox::publish
