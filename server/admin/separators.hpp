#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace pillarbox::admin {

/// What ends a name in an address of one domain: characters as in
/// addresses.separators, `none`, or nothing for `default`. Throws Failed with a
/// sentence.
std::optional<std::string> parse_separators(std::string_view text);

} // namespace pillarbox::admin
