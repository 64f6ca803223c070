#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace pillarbox::transcripts {

/// What every server of a transcript rewrites senders with.
inline constexpr std::string_view srs_key = "the same for all transcripts";

/// A line's text after its escapes: the octets, cut where a `*` stands for
/// whatever comes.
using Pattern = std::vector<std::string>;

/// What macros refer to.
struct Context
{
    std::string timestamp; // of the greeting, for \{apop SECRET}
};

/// Understands \\ \* \r \n \t \0 \xHH and the macros \{N*TEXT} (TEXT N times),
/// \{base64 TEXT}, \{apop SECRET} (the digest for this connection's greeting),
/// \{token ADDRESS} and \{old-token ADDRESS} (bearer tokens, provider.hpp),
/// \{srs ADDRESS} and \{old-srs ADDRESS} (the reverse-path under example.test
/// that the server makes of one, today and a month ago).
/// Macros may hold escapes and macros. Throws std::runtime_error.
Pattern expand_pattern(std::string_view text, const Context& context);

/// The same where `*` is an octet like any other.
std::string expand(std::string_view text, const Context& context);

/// Whether the whole line fits.
bool matches(const Pattern& pattern, std::string_view line);

/// For people: control characters and what is beyond ASCII as \xHH, cut when long.
std::string printable(std::string_view octets);

} // namespace pillarbox::transcripts
