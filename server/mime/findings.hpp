#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace pillarbox::mime {

// What programs look for in a message that was sent to them: the link to
// confirm an address, the code to type in.

/// Addresses of the web in a text (http and https), in the order in which they
/// come, each once, 100 at most. One ends before white space, quotes and angle
/// brackets; punctuation behind it is not part of it, nor is a bracket that was
/// not opened in it.
std::vector<std::string> links_in_text(std::string_view text);

/// The same for those that HTML leads to, by the href of its elements `a` and
/// `area`. `html` is UTF-8.
std::vector<std::string> links_in_html(std::string_view html);

/// Words that look like a code: 4 to 8 digits, or digits and capital letters, or
/// capital letters alone on their line; between white space or punctuation. Not
/// numbers with a point or dashes in them, and years only on a line of their
/// own. Each once, 20 at most.
std::vector<std::string> codes_in_text(std::string_view text);

} // namespace pillarbox::mime
