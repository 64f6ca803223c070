#pragma once

#include <optional>
#include <string>
#include <string_view>

/// Internationalised domain names, RFC 5890. Pure.
namespace pillarbox::domain_name {

/// The name as DNS and the store have it: A-labels, in lower case; one in
/// U-labels is mapped as people write it (UTS 46) and must be what RFC 5891
/// allows. What is ASCII already is only put into lower case: its syntax is
/// for the caller to look at, as far as it is stricter. Nothing for what is no
/// domain name: no UTF-8, characters that a name cannot have, labels that are
/// too long (RFC 1035 §2.3.4).
std::optional<std::string> to_ascii(std::string_view name);

} // namespace pillarbox::domain_name
