#pragma once

#include <string_view>

/// Names of domains, as those who verify compare them. Pure.
namespace pillarbox::mailauth {

/// Whether `name` can be asked for: labels of 1 to 63 octets, 253 in all (RFC
/// 1035 §2.3.4), and nothing that would mean something else in a question.
bool askable(std::string_view name);

/// Whether `name` is `domain` or lies below it.
bool is_within(std::string_view name, std::string_view domain);

} // namespace pillarbox::mailauth
