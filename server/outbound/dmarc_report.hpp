#pragma once

#include "server/base/dmarc_reports.hpp"
#include "server/mailauth/dmarc_record.hpp"
#include "server/outbound/report_letter.hpp"
#include "storage/tallies.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

/// What the owners of domains are told of the messages that said they were from
/// there, RFC 9990. It asks nobody.
namespace pillarbox::outbound {

/// Where a report may go.
struct DmarcTarget
{
    std::string address;
    std::uint64_t most_octets = 0; // of a file in it; 0: whatever it has

    /// The domain of the address, which must want reports.
    std::string_view host() const;

    bool operator==(const DmarcTarget&) const = default;
};

/// Reads a URI of rua: one of mailto, and how much it takes ("!10m", RFC 7489
/// §6.3). Nothing for any other.
std::optional<DmarcTarget> parse_dmarc_target(std::string_view uri);

/// The messages that are counted in `day` as XML, from whoever writes `letter`, under
/// `record`: RFC 9990 §3.1.1, or RFC 7489 Appendix C.
std::string dmarc_report(const ReportLetter& letter, const storage::TallyDay& day,
                         const mailauth::DmarcRecord& record, DmarcReports form);

/// Makes `letter` one that brings `octets`, which is that text compressed: §3.5.2.
void attach_dmarc_report(ReportLetter& letter, const storage::TallyDay& day, std::string octets);

} // namespace pillarbox::outbound
