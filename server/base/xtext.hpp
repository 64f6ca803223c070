#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace pillarbox {

/// What `xtext` stands for: text that an SMTP parameter carries, with `+` and
/// two hexadecimal digits in upper case for what may not stand in one, RFC 3461
/// §4. Empty when it is none; any octets may come of it.
std::optional<std::string> decode_xtext(std::string_view xtext);

/// Whether it is utf-8-addr-xtext, RFC 6533 §3: an address in ASCII, where
/// `\x{E9}` is a character that is not, or that a parameter cannot carry.
bool is_utf8_addr_xtext(std::string_view text);

/// `address`, which is UTF-8, in that form.
std::string utf8_addr_xtext(std::string_view address);

/// The same with characters beyond ASCII as they are: utf-8-addr-unitext.
std::string utf8_addr_unitext(std::string_view address);

} // namespace pillarbox
