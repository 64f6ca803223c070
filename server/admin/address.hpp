#pragma once

#include <string>
#include <string_view>

namespace pillarbox::admin {

/// An address as accounts and aliases have it: a dot-string (RFC 5321 §4.1.2)
/// in lower case, '@', and a host name in ASCII. Throws Failed with a sentence.
std::string parse_address(std::string_view text);

/// The same, or `@domain` for a catch-all.
std::string parse_alias_address(std::string_view text);

/// A domain's name in lower case. Throws Failed with a sentence.
std::string parse_domain(std::string_view text);

} // namespace pillarbox::admin
