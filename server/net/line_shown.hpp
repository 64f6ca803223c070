#pragma once

#include "server/net/line_buffer.hpp"

#include <string_view>

namespace pillarbox::net {

/// What a transcript says instead of a line with that fault, whose octets enter
/// none; empty when there is no fault.
std::string_view fault_shown(Line::Fault fault);

} // namespace pillarbox::net
