#include "server/outbound/dane.hpp"

#include <fmt/format.h>

namespace pillarbox::outbound {

namespace {

constexpr std::size_t most_tlsa_records = 32;

/// Whether the data are as long as the matching type has them, RFC 6698 §2.1.3.
bool fits(const net::dns::Tlsa& record)
{
    switch (record.matching) {
    case 0:
        return !record.data.empty();
    case 1:
        return record.data.size() == 32;
    case 2:
        return record.data.size() == 64;
    default:
        return false;
    }
}

bool usable(const net::dns::Tlsa& record)
{
    // PKIX-TA(0) and PKIX-EE(1): RFC 7672 §3.1.3.
    return (record.usage == 2 || record.usage == 3) && record.selector <= 1 && fits(record);
}

} // namespace

std::string tlsa_name(std::string_view host, std::uint16_t port)
{
    return fmt::format("_{}._tcp.{}", port, host);
}

DaneFinding judge_tlsa(const net::DnsAnswer<net::dns::Tlsa>& answer)
{
    using Answered = net::DnsAnswer<net::dns::Tlsa>::Kind;
    using Found = DaneFinding::Kind;
    if (answer.kind == Answered::unknown) return {Found::unknown, {}, answer.why};
    if (answer.kind == Answered::none || !answer.secure) return {};
    DaneFinding finding{Found::unusable, {}, {}};
    for (const auto& record : answer.records)
        if (usable(record) && finding.records.size() < most_tlsa_records) finding.records.push_back(record);
    if (!finding.records.empty()) finding.kind = Found::usable;
    return finding;
}

} // namespace pillarbox::outbound
