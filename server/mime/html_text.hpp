#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace pillarbox::mime {

/// The words of an HTML document for a preview: no tags, no comments, nothing
/// of head, script, style, title or template; character references resolved;
/// blocks parted by white space. Not for showing as HTML, and no sanitiser.
/// `html` is UTF-8; at most some `most_octets` of text come back.
std::string html_to_text(std::string_view html, std::size_t most_octets);

} // namespace pillarbox::mime
