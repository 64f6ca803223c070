#include "server/admin/quota.hpp"

#include "server/admin/failed.hpp"
#include "server/base/setting_values.hpp"

#include <fmt/format.h>

#include <limits>

namespace pillarbox::admin {

std::uint64_t parse_quota(std::string_view text, std::string_view otherwise)
{
    if (text == otherwise) return 0;
    constexpr std::uint64_t most = std::numeric_limits<std::int64_t>::max(); // as the store keeps it
    try {
        const auto octets = setting::parse_size(text);
        if (octets > 0 && octets <= most) return octets;
    } catch (const setting::BadValue& error) {
        throw Failed(fmt::format("quota: {}; or write {}", error.what(), otherwise));
    }
    throw Failed(
        fmt::format("quota: {} is no amount of mail; write a size such as 5G, or {}", text, otherwise));
}

} // namespace pillarbox::admin
