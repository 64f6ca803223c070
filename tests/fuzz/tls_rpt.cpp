// Who wants reports: what is read could be written into a header.

#include "server/outbound/dmarc_report.hpp"
#include "server/outbound/tls_report.hpp"

#include <cstdint>
#include <cstdlib>

using namespace pillarbox::outbound;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const std::string input(reinterpret_cast<const char*>(data), size);
    const auto targets = parse_tls_rpt({input});
    if (targets.size() > 5) std::abort();
    for (const auto& target : targets) {
        const auto address = mailto_address(target);
        for (const char c : address)
            if (c <= ' ' || c > '~') std::abort();
    }
    if (const auto target = parse_dmarc_target(input))
        for (const char c : target->address)
            if (c <= ' ' || c > '~') std::abort();
    return 0;
}
