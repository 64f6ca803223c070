#pragma once

#include <string>
#include <string_view>

namespace pillarbox::outbound {

/// Compressed as a file of gzip, RFC 1952. Pure.
std::string gzip(std::string_view text);

} // namespace pillarbox::outbound
