#include "server/outbound/tls_reporter.hpp"

#include "server/base/setting_values.hpp"
#include "server/outbound/gzip.hpp"

#include <fmt/format.h>

#include <optional>
#include <utility>

namespace pillarbox::outbound {

namespace {

using boost::asio::awaitable;

std::optional<HttpUrl> url_of(const std::string& uri)
{
    try {
        return setting::parse_http_url(uri);
    } catch (const setting::BadValue&) {
        return std::nullopt;
    }
}

} // namespace

awaitable<bool> TlsReporter::report(storage::TallyDay day, storage::Time now)
{
    const auto answer = co_await world_.txt("_smtp._tls." + day.domain);
    if (answer.kind == Texts::Kind::unknown) co_return false;
    const auto targets = parse_tls_rpt(answer.records);
    if (targets.empty()) co_return true;
    auto ours = co_await organization();
    if (ours.empty()) co_return true; // there is nobody to report as
    ReportLetter report = letter(std::move(ours), day);
    const std::string octets = gzip(tls_report(report, day));
    attach_tls_report(report, day, octets);
    for (const auto& target : targets) {
        if (const auto address = mailto_address(target); !address.empty()) {
            const bool stored = co_await mail(report, address, now);
            if (!stored) co_return false;
            continue;
        }
        const auto posted = co_await world_.post(target, octets);
        if (posted && posted->status / 100 == 2)
            note_sent(day.domain, target);
        else
            note_lost(day.domain, target,
                      posted ? fmt::format("status {}", posted->status) : posted.error().why);
    }
    co_return true;
}

awaitable<TlsReporter::Posted> post_tls_report(net::Resolver& resolver, const net::TlsTrust& trust,
                                               std::string uri, std::string octets)
{
    const auto url = url_of(uri);
    if (!url || !url->tls) co_return net::HttpFailure("it is no URL of https");
    const auto six = co_await resolver.ipv6(url->host);
    const auto four = co_await resolver.ipv4(url->host);
    net::HttpQuestion question;
    question.url = *url;
    question.addresses = six.records;
    question.addresses.insert(question.addresses.end(), four.records.begin(), four.records.end());
    if (question.addresses.empty()) co_return net::HttpFailure(url->host + " has no address");
    question.accept = "*/*";
    question.content_type = "application/tlsrpt+gzip";
    question.body = std::move(octets);
    auto answer = co_await net::ask(std::move(question), trust);
    co_return answer;
}

} // namespace pillarbox::outbound
