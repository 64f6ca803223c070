#pragma once

#include "server/mime/encoded_word.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace pillarbox::mime {

/// Parameters read of one field; the rest are left out.
inline constexpr std::size_t most_parameters = 100;

/// The first word of a field and its parameters, as Content-Type (RFC 2045 §5)
/// and Content-Disposition (RFC 2183) have them.
struct Parameters
{
    std::string word; // "text/plain", "attachment": lower case; empty when unreadable
    std::vector<Parameter> list;

    /// The value of a parameter, by its lower-case name; empty when there is none.
    std::string_view find(std::string_view name) const;
};

/// Tolerant: comments, missing quotes around values with spaces, missing or
/// repeated semicolons, unclosed quotes. Backslashes are taken away only before
/// a quote and another backslash, unlike RFC 2045 §5.1 has it, for the sake of
/// senders that put paths of Windows into file names.
Parameters parse_parameters(std::string_view body);

struct ContentType
{
    std::string type = "text";
    std::string subtype = "plain";
    Parameters parameters;

    bool is(std::string_view a_type, std::string_view a_subtype) const
    {
        return type == a_type && subtype == a_subtype;
    }
};

/// A missing or unreadable field is text/plain (RFC 2045 §5.2).
ContentType parse_content_type(std::string_view body);

/// A name a person may save a file under, made from what a message says: the
/// last component of a path, without control and direction characters, without
/// what file systems refuse, at most 200 octets of UTF-8 with the extension
/// kept. Empty when nothing is left.
std::string safe_file_name(std::string_view raw);

/// The file name a part gives itself (RFC 2183 §2.3, or the older `name` of
/// Content-Type), decoded and safe; empty when there is none.
std::string file_name(const Parameters& type, const Parameters& disposition);

} // namespace pillarbox::mime
