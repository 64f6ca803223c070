#pragma once

#include <optional>
#include <string>
#include <string_view>

/// UTF-8 as it may stand in an address, RFC 6531 §3.3. Pure.
namespace pillarbox::utf8 {

/// Whether any octet is beyond ASCII.
bool beyond_ascii(std::string_view text);

/// The text composed (NFC), as RFC 6532 §3.1 asks for; ASCII stays as it is.
/// Nothing for what is not UTF-8 (RFC 3629), and for controls and line ends
/// beyond ASCII, which no address and no line of a log may have.
std::optional<std::string> compose(std::string_view text);

} // namespace pillarbox::utf8
