#pragma once

#include "server/net/certificate_fault.hpp"
#include "server/outbound/client.hpp"
#include "server/outbound/demand.hpp"
#include "server/outbound/report_letter.hpp"
#include "storage/tallies.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// What the owners of domains are told of the TLS that mail for them had, RFC
/// 8460. It asks nobody.
namespace pillarbox::outbound {

/// A conversation, as far as a report tells of it.
struct TlsSession
{
    std::string domain;
    Demand demand{};
    std::string policy_text{}; // of MTA-STS
    std::string_view fault{};  // of what is published for MTA-STS, as StsFinding has it
    std::string host{};
    std::string address{};
    Client::Tls tls = Client::Tls::begun;
    net::CertificateFault certificate = net::CertificateFault::none;
};

/// As the store counts it: policy and failure, which is empty when all was well, as
/// JSON, as §4.4 has them.
storage::Tally tally_of(const TlsSession& session);

/// Where reports about a domain go, from the texts at `_smtp._tls.DOMAIN`, §3:
/// URIs of mailto and https, at most 5. None without a record, or with several.
std::vector<std::string> parse_tls_rpt(const std::vector<std::string>& texts);

/// The sessions of a day as JSON, §4: those that are counted in `day`, from
/// whoever writes `letter`.
std::string tls_report(const ReportLetter& letter, const storage::TallyDay& day);

/// Makes `letter` one that brings `octets`, which is that text compressed: §§5.1, 5.3.
void attach_tls_report(ReportLetter& letter, const storage::TallyDay& day, std::string octets);

} // namespace pillarbox::outbound
