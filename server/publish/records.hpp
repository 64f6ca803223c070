#pragma once

#include "server/base/config.hpp"
#include "storage/dkim_keys.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

/// What a domain of this server has to say in DNS, and what DNS says.
namespace pillarbox::publish {

/// One record. Names are as DNS has them, without the last dot.
struct Record
{
    std::string name;
    std::string type; // "MX", "TXT", "SRV", "CNAME"
    std::string
        value; // of TXT the text, however long; else as a zone file has it, names without the last dot
    std::string purpose; // for people, in a few words
};

/// The records for `domain`, whose mail this server takes and sends: MX, SPF
/// (RFC 7208), its DKIM keys, DMARC, TLS-RPT (RFC 8460), MTA-STS (RFC 8461)
/// where it is on, and where mail programs find the server (RFC 6186, RFC 8314). Where mail leaves by a
/// smarthost, SPF allows that one as well.
std::vector<Record> records_for(const Config& config, const std::string& domain,
                                const std::vector<storage::DkimKey>& keys);

/// The records as a zone file has them, RFC 1035 §5; texts in strings of at
/// most 255 octets.
std::string zone_of(const std::vector<Record>& records);

/// The value of a record as a zone file has it.
std::string zone_value(const Record& record);

} // namespace pillarbox::publish
