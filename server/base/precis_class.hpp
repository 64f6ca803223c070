#pragma once

#include <cstdint>
#include <vector>

namespace pillarbox::precis {

/// Code points.
using Text = std::vector<std::uint32_t>;

/// The string classes of RFC 8264 §4.
enum class Class : std::uint8_t
{
    identifier, // letters, digits, and ASCII but the space
    freeform    // besides, spaces, symbols, punctuation, and what is only another form of something
};

/// Whether every code point may stand where it does in a string of that class:
/// RFC 8264 §8, with the contextual rules of RFC 5892, Appendix A.
bool all_of_class(const Text& text, Class kind);

/// The Bidi rule, RFC 5893 §2: a text with letters that run from right to left
/// has no others, and looks like what it is.
bool one_direction(const Text& text);

} // namespace pillarbox::precis
