#include "server/publish/examine.hpp"

#include "server/base/ascii.hpp"
#include "server/net/dns_list.hpp"
#include "server/net/networks.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>

namespace pillarbox::publish {

namespace {

using Kind = Finding::Kind;

constexpr auto certificate_warning = std::chrono::days(14);
constexpr std::size_t enough_clients = 20; // connections to tell something of

template <class Record>
Finding not_looked_up(std::string what, const net::DnsAnswer<Record>& answer)
{
    return {Kind::unknown, std::move(what), "DNS did not say: " + answer.why, "try again later"};
}

std::string to_publish(const Record& record)
{
    return fmt::format("publish: {}. IN {} {}", record.name, record.type, zone_value(record));
}

/// The beginning of a text that tells what it is, such as "v=spf1".
std::string_view version_of(std::string_view text)
{
    return text.substr(0, std::min(text.find_first_of("; "), text.size()));
}

/// White space has no meaning, neither in keys nor between tags.
std::string squeezed(std::string_view text)
{
    std::string out;
    std::ranges::copy_if(text, std::back_inserter(out), [](char c) { return c != ' ' && c != '\t'; });
    if (out.ends_with(';')) out.pop_back();
    return out;
}

/// How bad it is that a record is missing: a report more or less is not.
Kind without(const Record& record)
{
    const bool needed = version_of(record.value) == "v=spf1" || record.purpose == "DKIM key that signs";
    return needed ? Kind::wrong : Kind::warning;
}

/// What others say in its place may be meant: who may send, and what becomes of
/// other mail, is for the owner to say. A key is right or it is not.
Finding different(const Record& record, const std::string& there)
{
    const std::string what = record.name + " TXT";
    const std::string_view version = version_of(record.value);
    if (version == "v=DKIM1")
        return {Kind::wrong, what, "another key is published: " + there, to_publish(record)};
    if (version == "v=STSv1")
        return {Kind::warning, what,
                "published: " + there + "; others do not see that the policy is another now",
                to_publish(record)};
    if (version == "v=spf1")
        return {Kind::warning, what, "published: " + there,
                fmt::format("make sure that it allows this server, as {} does", record.value)};
    if (version == "v=DMARC1" && squeezed(there).find(";p=none") != std::string::npos)
        return {Kind::warning, what, "published: " + there,
                "others only report: once the reports are good, write p=quarantine or p=reject"};
    return {Kind::good, what, "published: " + there};
}

} // namespace

std::string_view name_of(Kind kind)
{
    switch (kind) {
    case Kind::good:
        return "good";
    case Kind::warning:
        return "warning";
    case Kind::wrong:
        return "wrong";
    case Kind::unknown:
        return "not checked";
    }
    return "not checked";
}

Finding examine_mx(const Record& record, const std::string& hostname,
                   const net::DnsAnswer<net::dns::Mx>& answer)
{
    using Answer = net::DnsAnswer<net::dns::Mx>;
    const std::string what = record.name + " MX";
    if (answer.kind == Answer::Kind::unknown) return not_looked_up(what, answer);
    if (answer.no_such_name)
        return {Kind::wrong, what, "there is no such domain in DNS",
                "register the domain, or wait until its registration is known"};
    if (answer.kind == Answer::Kind::none)
        return {Kind::wrong, what, "there is none: mail does not find this server", to_publish(record)};
    std::string hosts;
    for (const auto& mx : answer.records)
        hosts += (hosts.empty() ? "" : ", ") + (mx.host.empty() ? std::string(".") : mx.host);
    const bool here = std::ranges::any_of(
        answer.records, [&hostname](const auto& mx) { return ascii::equal(mx.host, hostname); });
    if (!here)
        return {Kind::wrong, what, fmt::format("mail goes to {}, not to {}", hosts, hostname),
                to_publish(record)};
    return {Kind::good, what, hosts};
}

Finding examine_text(const Record& record, const net::DnsAnswer<std::string>& answer)
{
    using Answer = net::DnsAnswer<std::string>;
    const std::string what = record.name + " TXT";
    if (answer.kind == Answer::Kind::unknown) return not_looked_up(what, answer);
    const std::string_view version = version_of(record.value);
    std::vector<std::string> there;
    for (const auto& text : answer.records)
        if (ascii::equal(version_of(text), version)) there.push_back(text);
    if (there.empty()) {
        const auto detail = fmt::format("there is none that begins with {}", version);
        return {without(record), what, detail, to_publish(record)};
    }
    // Nobody knows which is meant, and so none holds: RFC 7208 §4.5, and DMARC and TLS-RPT alike.
    if (there.size() > 1)
        return {Kind::wrong, what, fmt::format("there are {} that begin with {}", there.size(), version),
                "leave one of them"};
    if (squeezed(there.front()) == squeezed(record.value)) return {Kind::good, what, "published"};
    return different(record, there.front());
}

Finding examine_addresses(const std::string& hostname, const net::DnsAnswer<boost::asio::ip::address>& ipv4,
                          const net::DnsAnswer<boost::asio::ip::address>& ipv6)
{
    using Answer = net::DnsAnswer<boost::asio::ip::address>;
    const std::string what = hostname + " A, AAAA";
    std::string addresses;
    for (const auto* answer : {&ipv4, &ipv6})
        for (const auto& address : answer->records)
            addresses += (addresses.empty() ? "" : ", ") + address.to_string();
    if (!addresses.empty()) return {Kind::good, what, addresses};
    if (ipv4.kind == Answer::Kind::unknown) return not_looked_up(what, ipv4);
    if (ipv6.kind == Answer::Kind::unknown) return not_looked_up(what, ipv6);
    return {Kind::wrong, what, "the server's name has no address",
            "publish its addresses, or set hostname to a name that has some"};
}

Finding examine_reverse(const std::string& hostname, const boost::asio::ip::address& address,
                        const net::DnsAnswer<std::string>& answer)
{
    using Answer = net::DnsAnswer<std::string>;
    const std::string what = address.to_string() + " PTR";
    const std::string mend =
        fmt::format("have whoever gave you the address name it {}; many take no mail otherwise", hostname);
    if (answer.kind == Answer::Kind::unknown) return not_looked_up(what, answer);
    if (answer.records.empty()) return {Kind::wrong, what, "the address has no name", mend};
    const bool named = std::ranges::any_of(
        answer.records, [&hostname](const auto& name) { return ascii::equal(name, hostname); });
    if (named) return {Kind::good, what, hostname};
    return {Kind::warning, what, "it is named " + answer.records.front(), mend};
}

Finding examine_alias(const Record& record, const net::DnsAnswer<boost::asio::ip::address>& answer)
{
    using Answer = net::DnsAnswer<boost::asio::ip::address>;
    const std::string what = record.name;
    if (answer.kind == Answer::Kind::unknown) return not_looked_up(what, answer);
    if (answer.records.empty())
        return {Kind::warning, what, fmt::format("there is no such name ({})", record.purpose),
                to_publish(record)};
    return {Kind::good, what, answer.records.front().to_string()};
}

Finding examine_service(const Record& record, const net::DnsAnswer<net::dns::Srv>& answer)
{
    using Answer = net::DnsAnswer<net::dns::Srv>;
    const std::string what = record.name + " SRV";
    if (answer.kind == Answer::Kind::unknown) return not_looked_up(what, answer);
    if (answer.records.empty())
        return {Kind::warning, what, "there is none: mail programs that look for it have to be told",
                to_publish(record)};
    // Order and weight are for the owner to choose; where it leads is not.
    const auto ours = ascii::to_lower(record.value);
    std::string there;
    bool here = false;
    for (const auto& service : answer.records) {
        const auto place = fmt::format("{} {}", service.port, service.host);
        here = here || ours.ends_with(' ' + place);
        there += fmt::format("{}{} port {}", there.empty() ? "" : ", ",
                             service.host.empty() ? "." : service.host, service.port);
    }
    if (here && answer.records.size() == 1) return {Kind::good, what, there};
    if (here)
        return {Kind::warning, what, "mail programs find others beside this server: " + there,
                "leave the others only if they have the same mailboxes"};
    const bool denied = answer.records.size() == 1 && answer.records.front().host.empty();
    return {Kind::warning, what,
            denied ? "it says that there is no such service" : "mail programs are led to " + there,
            to_publish(record)};
}

Finding examine_list(const DnsList& list, const net::DnsAnswer<boost::asio::ip::address>& answer)
{
    using Answer = net::DnsAnswer<boost::asio::ip::address>;
    if (answer.kind == Answer::Kind::unknown) return not_looked_up(list.zone, answer);
    if (net::listed_by(list, answer.records) == 0)
        return {Kind::warning, list.zone,
                "it does not have its test entry, 127.0.0.2: it does not serve your resolver, or is no list "
                "any more",
                "ask by a resolver of your own (dns.servers); large ones that all share are refused"};
    return {Kind::good, list.zone, "it answers"};
}

Finding examine_listing(const DnsList& list, const boost::asio::ip::address& address,
                        const net::DnsAnswer<boost::asio::ip::address>& answer)
{
    using Answer = net::DnsAnswer<boost::asio::ip::address>;
    const std::string what = fmt::format("{} on {}", address.to_string(), list.zone);
    if (answer.kind == Answer::Kind::unknown) return not_looked_up(what, answer);
    if (net::listed_by(list, answer.records) != 0)
        return {
            Kind::wrong, what, "it is on that block list: many take no mail from there",
            fmt::format("find out what was sent and end it, then ask whoever keeps {} to take the address "
                        "off; until then, a smarthost helps: outbound.mode",
                        list.zone)};
    return {Kind::good, what, "it is not there"};
}

Finding examine_clients(const std::vector<std::string>& peers)
{
    const std::string what = "clients' addresses";
    if (peers.size() < enough_clients)
        return {Kind::unknown, what, "hardly anybody has brought mail yet", "look again once mail has come"};
    const auto& first = peers.front();
    const bool one = std::ranges::all_of(peers, [&first](const auto& peer) { return peer == first; });
    boost::system::error_code no_address;
    const auto address = boost::asio::ip::make_address(first, no_address);
    const net::NetworkSet nobodys(Config::Verify().except);
    if (one && !no_address && nobodys.contains(address))
        return {
            Kind::warning, what,
            fmt::format("the last {} connections all came from {}: something in front hides who they are, "
                        "and SPF, block lists and limits cannot work",
                        peers.size(), first),
            "give a container the host's network, or name a proxy that speaks PROXY in proxy.from"};
    return {Kind::good, what, "they can be seen"};
}

Finding examine_policy(const std::string& domain, const std::string& policy,
                       const boost::system::result<net::HttpAnswer, net::HttpFailure>& answer)
{
    const std::string what = fmt::format("https://mta-sts.{}", domain);
    const std::string mend = fmt::format(
        "have port 443 of mta-sts.{} lead to https.listen, and that name in the certificate", domain);
    if (!answer) return {Kind::wrong, what, "others cannot fetch the policy: " + answer.error().why, mend};
    if (answer->status != 200)
        return {Kind::wrong, what, fmt::format("the policy is not there: status {}", answer->status), mend};
    if (answer->body != policy)
        return {Kind::wrong, what, "another policy is there than this server's", mend};
    return {Kind::good, what, "the policy can be fetched"};
}

Finding examine_certificate(const std::string& hostname, const net::CertificateFacts& facts,
                            std::chrono::sys_seconds now)
{
    const std::string what = "certificate";
    const std::string end = fmt::format("{:%Y-%m-%d}", fmt::gmtime(facts.ends.time_since_epoch().count()));
    if (facts.ends < now)
        return {Kind::wrong, what, "it has ended on " + end,
                "renew it; the server sees the new file by itself"};
    if (!facts.names_host)
        return {Kind::wrong, what, "it is not for " + hostname,
                "get one for that name, and set tls.certificate and tls.key"};
    if (facts.self_signed)
        return {Kind::warning, what, "it is self-signed: people are warned of it",
                "get one from an authority, and set tls.certificate and tls.key"};
    if (facts.ends - now < certificate_warning)
        return {Kind::warning, what, "it ends on " + end, "renew it; the server sees the new file by itself"};
    return {Kind::good, what, "it holds until " + end};
}

} // namespace pillarbox::publish
