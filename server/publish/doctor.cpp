#include "server/publish/doctor.hpp"

#include "server/net/connect.hpp"
#include "server/net/dns_list.hpp"
#include "server/net/http_client.hpp"
#include "server/net/reactor.hpp"
#include "server/net/resolver.hpp"
#include "server/publish/sts.hpp"

#include <fmt/format.h>

#include <sys/timex.h>

#include <algorithm>
#include <optional>
#include <stdexcept>
#include <utility>

namespace pillarbox::publish {

namespace {

using namespace std::chrono_literals;
using boost::asio::awaitable;
using Kind = Finding::Kind;

constexpr auto dns_patience = 5s;
constexpr auto connect_patience = 10s;
constexpr std::size_t most_addresses = 8;         // whose names are looked up
constexpr std::string_view someone = "gmail.com"; // who takes mail on port 25, and from nearly everywhere

/// Block lists that matter to who sends mail, whether or not they are asked here.
std::vector<DnsList> asked_by_many()
{
    return {{.zone = "zen.spamhaus.org"}, {.zone = "bl.spamcop.net"}};
}

/// Whatever happens, the loop ends with it.
class Stopping
{
public:
    explicit Stopping(net::Reactor& reactor) : reactor_(reactor) {}
    Stopping(const Stopping&) = delete;
    Stopping& operator=(const Stopping&) = delete;
    ~Stopping() { reactor_.stop(); }

private:
    net::Reactor& reactor_;
};

/// What one round of questions needs, and finds.
struct Examination
{
    const Config& config;
    const std::vector<Patient>& domains;
    std::vector<Finding> findings{};
};

awaitable<void> examine_domain(Examination& all, net::Resolver& resolver, const Patient& patient)
{
    for (const auto& record : patient.records) {
        if (record.type == "MX") {
            const auto answer = co_await resolver.mx(record.name);
            all.findings.push_back(examine_mx(record, all.config.hostname, answer));
        } else if (record.type == "TXT") {
            const auto answer = co_await resolver.txt(record.name);
            all.findings.push_back(examine_text(record, answer));
        } else if (record.type == "CNAME") {
            auto answer = co_await resolver.ipv4(record.name);
            if (answer.records.empty()) answer = co_await resolver.ipv6(record.name);
            all.findings.push_back(examine_alias(record, answer));
        } else if (record.type == "SRV") {
            const auto answer = co_await resolver.srv(record.name);
            all.findings.push_back(examine_service(record, answer));
        }
    }
}

/// As other servers do that want to send us mail, RFC 8461 §3.3.
awaitable<void> examine_policy_of(Examination& all, net::Resolver& resolver, const std::string& domain)
{
    const auto policy = sts_policy(all.config);
    if (policy.empty()) co_return;
    const std::string host = "mta-sts." + domain;
    const auto ipv4 = co_await resolver.ipv4(host);
    const auto ipv6 = co_await resolver.ipv6(host);
    net::HttpQuestion question;
    question.url = {
        .host = host, .port = all.config.outbound.mta_sts_port, .target = "/.well-known/mta-sts.txt"};
    question.method = net::HttpQuestion::Method::get;
    question.accept = "text/plain";
    question.patience = connect_patience;
    question.addresses = ipv4.records;
    question.addresses.insert(question.addresses.end(), ipv6.records.begin(), ipv6.records.end());
    if (question.addresses.empty()) {
        const net::HttpFailure nowhere(host + " has no address");
        all.findings.push_back(examine_policy(domain, policy, nowhere));
        co_return;
    }
    const net::TlsTrust trust;
    const auto answer = co_await net::ask(std::move(question), trust);
    all.findings.push_back(examine_policy(domain, policy, answer));
}

/// Whether a list answers; then it is worth asking.
awaitable<bool> examine_entry(Examination& all, net::Resolver& resolver, const DnsList& list)
{
    const auto entry = boost::asio::ip::make_address("127.0.0.2");
    const auto answer = co_await resolver.ipv4(net::name_in_list(entry, list.zone));
    all.findings.push_back(examine_list(list, answer));
    co_return all.findings.back().kind == Kind::good;
}

/// Those that mail is judged by here, and what others say of this server's addresses.
awaitable<void> examine_lists(Examination& all, net::Resolver& resolver,
                              std::vector<boost::asio::ip::address> addresses)
{
    const auto& junk = all.config.junk;
    for (const auto& list : junk.block_lists.empty() ? asked_by_many() : junk.block_lists) {
        const bool answers = co_await examine_entry(all, resolver, list);
        if (!answers) continue;
        for (const auto& address : addresses) {
            const auto answer = co_await resolver.ipv4(net::name_in_list(address, list.zone));
            all.findings.push_back(examine_listing(list, address, answer));
        }
    }
    for (const auto& list : junk.allow_lists)
        co_await examine_entry(all, resolver, list);
}

awaitable<void> examine_host(Examination& all, net::Resolver& resolver)
{
    const std::string& hostname = all.config.hostname;
    const auto ipv4 = co_await resolver.ipv4(hostname);
    const auto ipv6 = co_await resolver.ipv6(hostname);
    all.findings.push_back(examine_addresses(hostname, ipv4, ipv6));
    std::vector<boost::asio::ip::address> addresses = ipv4.records;
    addresses.insert(addresses.end(), ipv6.records.begin(), ipv6.records.end());
    addresses.resize(std::min(addresses.size(), most_addresses));
    for (const auto& address : addresses) {
        const auto answer = co_await resolver.ptr(address);
        all.findings.push_back(examine_reverse(hostname, address, answer));
    }
    co_await examine_lists(all, resolver, std::move(addresses));
}

/// Where mail that leaves goes first.
struct WayOut
{
    std::string host;
    std::uint16_t port = 0;
};

awaitable<std::optional<WayOut>> way_out(Examination& all, net::Resolver& resolver)
{
    const auto& outbound = all.config.outbound;
    if (outbound.mode == Config::Outbound::Mode::smarthost)
        co_return WayOut{outbound.smarthost.host, outbound.smarthost.port};
    const auto answer = co_await resolver.mx(std::string(someone));
    if (answer.records.empty()) {
        all.findings.push_back({Kind::unknown, "mail that leaves",
                                fmt::format("DNS does not say who takes mail for {}", someone),
                                "see that dns.servers, or those of /etc/resolv.conf, answer"});
        co_return std::nullopt;
    }
    const auto first = std::ranges::min_element(answer.records, {}, &net::dns::Mx::preference);
    co_return WayOut{first->host, outbound.port};
}

awaitable<void> examine_way_out(Examination& all, net::Reactor& reactor, net::Resolver& resolver)
{
    const bool direct = all.config.outbound.mode == Config::Outbound::Mode::direct;
    if (all.config.outbound.mode == Config::Outbound::Mode::hold) {
        all.findings.push_back({Kind::warning, "mail that leaves", "it is held", "set outbound.mode"});
        co_return;
    }
    const auto way = co_await way_out(all, resolver);
    if (!way) co_return;
    const std::string what = fmt::format("{} port {}", way->host, way->port);
    boost::system::error_code not_a_number;
    const auto number = boost::asio::ip::make_address(way->host, not_a_number);
    std::vector<boost::asio::ip::address> addresses;
    if (not_a_number) {
        const auto answer = co_await resolver.ipv4(way->host);
        addresses = answer.records;
    } else {
        addresses.push_back(number);
    }
    if (addresses.empty()) {
        all.findings.push_back(
            {Kind::unknown, what, "it has no address that could be asked", "try again later"});
        co_return;
    }
    const auto stream = co_await net::connect(reactor, addresses.front(), way->port, connect_patience);
    if (stream)
        all.findings.push_back({Kind::good, what, "it can be reached"});
    else
        all.findings.push_back(
            {Kind::wrong, what, "it cannot be reached: " + stream.error().message(),
             direct ? "have your provider open port 25 for you, or use a smarthost: outbound.mode"
                    : "see outbound.smarthost, and whether the network lets you there"});
}

awaitable<void> examine_all(Examination& all, net::Reactor& reactor, net::Resolver& resolver)
{
    const Stopping stopping(reactor);
    for (const auto& patient : all.domains) {
        co_await examine_domain(all, resolver, patient);
        co_await examine_policy_of(all, resolver, patient.domain);
    }
    co_await examine_host(all, resolver);
    co_await examine_way_out(all, reactor, resolver);
}

Finding certificate(const Config& config)
{
    if (config.tls.off())
        return {Kind::wrong, "certificate", "tls.certificate is none: nothing is encrypted",
                "leave that to a proxy alone, or set tls.certificate"};
    const auto file = config.tls.certificate.empty() ? config.data_dir / "tls-certificate.pem"
                                                     : std::filesystem::path(config.tls.certificate);
    try {
        const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
        return examine_certificate(config.hostname, net::read_certificate(file, config.hostname), now);
    } catch (const std::runtime_error& error) {
        return {Kind::unknown, "certificate", error.what(),
                "start the server once, which makes one, or set tls.certificate"};
    }
}

/// Signatures, certificates and sessions have times in them.
Finding clock_state()
{
    timex state{};
    if (::adjtimex(&state) == -1)
        return {Kind::unknown, "clock", "the system does not say whether it is right",
                "compare it with another"};
    if ((state.status & STA_UNSYNC) != 0)
        return {Kind::warning, "clock", "nothing keeps it right",
                "run a time service, such as systemd-timesyncd"};
    return {Kind::good, "clock", "it is kept right"};
}

} // namespace

std::vector<Finding> diagnose(const Config& config, const std::vector<Patient>& domains)
{
    Examination all{config, domains};
    try {
        net::Reactor reactor;
        net::Resolver resolver(reactor, {.servers = config.dns.servers, .patience = dns_patience});
        reactor.spawn("doctor", examine_all(all, reactor, resolver));
        reactor.run();
    } catch (const std::runtime_error& error) { // the resolver cannot be made
        all.findings.push_back(
            {Kind::unknown, "DNS", error.what(), "set dns.servers, or see /etc/resolv.conf"});
    }
    all.findings.push_back(certificate(config));
    all.findings.push_back(clock_state());
    return std::move(all.findings);
}

} // namespace pillarbox::publish
