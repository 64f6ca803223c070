#pragma once

#include <string>
#include <string_view>

namespace pillarbox::storage::sqlite {

/// `text` compressed, and quickly rather than tightly.
std::string deflate(std::string_view text);

/// What deflate() was given. Throws std::runtime_error when `octets` are none
/// of its results.
std::string inflate(std::string_view octets);

} // namespace pillarbox::storage::sqlite
