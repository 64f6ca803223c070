#pragma once

#include "server/base/config.hpp"
#include "server/mailauth/dmarc_record.hpp"

#include <cstdint>

namespace pillarbox::mailflow {

/// What becomes of a message that was verified.
enum class Disposition : std::uint8_t
{
    deliver,
    junk,
    refuse,
    try_later
};

/// What DMARC leads to under the settings, RFC 9989 §5.3.6. SPF and DKIM by
/// themselves lead to nothing. Pure.
Disposition disposition(const Config::Verify& terms, mailauth::DmarcResult result,
                        mailauth::DmarcPolicy policy);

} // namespace pillarbox::mailflow
