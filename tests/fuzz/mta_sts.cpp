// What others publish for MTA-STS: what is read is within its limits, and a
// record that is taken has an id that could be written into another.

#include "server/outbound/sts_policy.hpp"

#include <cstdint>
#include <cstdlib>

using namespace pillarbox::outbound;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const std::string input(reinterpret_cast<const char*>(data), size);
    if (const auto id = parse_sts_record({input})) {
        if (id->empty() || id->size() > 32) std::abort();
        if (parse_sts_record({"v=STSv1; id=" + *id}) != id) std::abort();
    }
    if (const auto rules = parse_sts_policy(input)) {
        if (rules->hosts.size() > 500 || rules->max_age.count() > 31'557'600) std::abort();
        for (const auto& host : rules->hosts)
            if (!host.starts_with("*.") && !rules->allow(host)) std::abort();
    }
    return 0;
}
