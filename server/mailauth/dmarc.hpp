#pragma once

#include "server/mailauth/dmarc_record.hpp"
#include "server/mailauth/dns.hpp"
#include "server/mime/header.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace pillarbox::mailauth {

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

/// The domains that are to be asked of From, each once; as DNS has them.
std::vector<std::string> author_domains(const mime::Header& header);

/// Domains that a message was shown to come from.
struct Authenticated
{
    std::optional<std::string> spf{}; // of the reverse-path, when SPF passed
    std::vector<std::string> dkim{};  // of the signatures that hold
};

struct DmarcOutcome
{
    DmarcResult result = DmarcResult::none;
    std::string domain{};                   // that of From
    DmarcPolicy policy = DmarcPolicy::none; // with `fail`: what is to become of it
    std::string why{};                      // of an error, for people
};

/// DMARC, RFC 9989: whether the message comes from those whom From names. With
/// several domains in From each is looked at, 4 at most, and the strictest
/// outcome counts; beyond, none has been shown (§11.5): a permerror that asks for
/// quarantine. Asks nothing after `latest`.
awaitable<DmarcOutcome> check_dmarc(Dns& dns, std::vector<std::string> authors, Authenticated authenticated,
                                    std::chrono::steady_clock::time_point latest);

} // namespace pillarbox::mailauth
