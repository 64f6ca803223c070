#pragma once

#include <string>
#include <string_view>

namespace pillarbox::admin {

/// An address as accounts and aliases have it: a dot-string (RFC 5321 §4.1.2)
/// prepared by RFC 8265, '@', and a host name in A-labels. Throws Failed with a
/// sentence.
std::string parse_address(std::string_view text);

/// An address that an alias leads to: the same, but that ASCII in its local
/// part stays as it is written. At another server its case may matter (RFC
/// 5321 §2.4).
std::string parse_target(std::string_view text);

/// As parse_address(), or `@domain` for a catch-all.
std::string parse_alias_address(std::string_view text);

/// A domain's name in A-labels, whichever form it is written in. Throws Failed with a sentence.
std::string parse_domain(std::string_view text);

} // namespace pillarbox::admin
