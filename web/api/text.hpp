#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace pillarbox::api {

/// At most `most` octets of UTF-8, cut between characters.
std::string_view cut_utf8(std::string_view text, std::size_t most);

/// A Content-Disposition field, RFC 6266 §4: the name in ASCII for old
/// clients, and by RFC 8187 for all others. `name` is UTF-8 and free of controls.
std::string content_disposition(std::string_view kind, std::string_view name);

/// Begins with a capital and ends with a full stop, as all that people read here.
std::string sentence(std::string text);

} // namespace pillarbox::api
