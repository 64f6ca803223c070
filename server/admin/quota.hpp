#pragma once

#include <cstdint>
#include <string_view>

namespace pillarbox::admin {

/// Octets, written as sizes are in the configuration; 0 for `otherwise`, the
/// word for no quota of its own. Throws Failed with what would be right.
std::uint64_t parse_quota(std::string_view text, std::string_view otherwise);

} // namespace pillarbox::admin
