#pragma once

#include <cstdint>

namespace pillarbox {

/// Whether the owners of domains are told what DMARC found, and in which form.
enum class DmarcReports : std::uint8_t
{
    off,
    rfc9990,
    rfc7489 // for those who read the older form alone
};

} // namespace pillarbox
