#pragma once

#include <string>
#include <string_view>

namespace pillarbox::mime {

/// `text` in UTF-8. `charset` is a name as mail gives it, in any case; names
/// outside an allow-list, and no name at all, mean UTF-8 where the text is
/// that and Windows-1252 where it is not. Octets that the charset does not have
/// become U+FFFD. The result is always valid UTF-8.
std::string to_utf8(std::string_view text, std::string_view charset);

/// Whether to_utf8() knows this charset by name.
bool is_known_charset(std::string_view charset);

} // namespace pillarbox::mime
