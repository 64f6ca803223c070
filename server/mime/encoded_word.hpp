#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace pillarbox::mime {

/// Encoded words decoded in one field; what follows stays as it is.
inline constexpr std::size_t most_encoded_words = 500;

/// An unstructured field body, or a display name, as UTF-8: line ends go,
/// encoded words are decoded (RFC 2047 §6), the white space between two of them
/// is dropped, and adjacent words of one charset are joined before conversion,
/// since many senders split them inside a character. Raw octets above 127 are
/// UTF-8 (RFC 6532) or, where they are not, Windows-1252. Words are found
/// anywhere, not only where §5 allows them: senders quote them.
///
/// The result may hold control characters that were encoded; one_line() cleans.
std::string decode_text(std::string_view body);

/// A parameter of a Content-Type or Content-Disposition field.
struct Parameter
{
    std::string name;  // lower case
    std::string value; // UTF-8 if RFC 2231 said a charset, octets as they came otherwise
};

/// Puts the continuations of RFC 2231 §3 together and undoes the percent
/// encoding and charset of §4. `raw` are names and values as they stand in the
/// field, "filename*0*" among the names. Gaps end a value; where a name has
/// both a plain and an RFC 2231 value, the latter is taken (as RFC 6266 §4.3 has it).
std::vector<Parameter> join_parameters(std::vector<std::pair<std::string, std::string>> raw);

} // namespace pillarbox::mime
