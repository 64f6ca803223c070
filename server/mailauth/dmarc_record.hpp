#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// DMARC records and what a set of them says, RFC 9989 §§4.7 to 4.10. Pure.
namespace pillarbox::mailauth {

/// What a domain's owner asks for mail that fails, the mildest first.
enum class DmarcPolicy : std::uint8_t
{
    none,
    quarantine,
    reject
};

/// "quarantine", as records and Authentication-Results have it.
std::string_view name_of(DmarcPolicy policy);

/// What DMARC says of a message, RFC 9989 §5.3.5 and §9.2.
enum class DmarcResult : std::uint8_t
{
    none, // no record applies, or nobody is named in From
    pass,
    fail,
    temperror, // DNS could not be asked now
    permerror  // a record, or From, cannot be made sense of
};

std::string_view name_of(DmarcResult result);

struct DmarcRecord
{
    enum class Suffix : std::uint8_t
    {
        unsaid,
        yes, // others register names below this one
        no   // this is an organisation's own domain
    };

    DmarcPolicy policy = DmarcPolicy::none;               // p: of the domain itself
    std::optional<DmarcPolicy> subdomains{};              // sp
    std::optional<DmarcPolicy> non_existent_subdomains{}; // np
    bool strict_dkim = false;                             // adkim=s
    bool strict_spf = false;                              // aspf=s
    bool testing = false;                                 // t=y: each policy counts as the next milder one
    Suffix public_suffix = Suffix::unsaid;                // psd
    std::vector<std::string> reports{}; // rua: URIs as they stand there, the first 10 (§4.7)
    bool usable = true; // false: it names no policy that is one, and asks for no reports (§4.10.1)

    bool operator==(const DmarcRecord&) const = default;
};

/// Nothing unless it begins with `v=DMARC1`. Unknown tags, and values that are
/// none, are passed over (§4.8).
std::optional<DmarcRecord> parse_dmarc_record(std::string_view text);

/// A record, and the domain that it is of.
struct DmarcFound
{
    std::string domain;
    DmarcRecord record;
};

/// The domains whose records may matter for `domain`, the longest first, itself
/// among them: 8 at most, §4.10. `_dmarc.` goes before each.
std::vector<std::string> dmarc_walk(std::string_view domain);

/// Whether the walk ends at this record.
bool ends_walk(const DmarcRecord& record);

/// The organisational domain of `domain`, §4.10.2, from the records found on its
/// walk, in their order.
std::string organizational_domain(std::string_view domain, const std::vector<DmarcFound>& found);

/// What `found`, the record that applies, asks for mail of `author`, once t is
/// taken into account: §§4.7, 4.10.1.
DmarcPolicy dmarc_policy(const DmarcFound& found, std::string_view author, bool author_exists);

} // namespace pillarbox::mailauth
