#pragma once

#include "server/junk/score.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace pillarbox::junk {

/// The field that tells a score, on top of a message as it is stored. Others'
/// are taken out on the way in.
inline constexpr std::string_view score_field_name = "X-Pillarbox-Junk";

/// The field with CRLF, each reason on a line of its own:
/// `X-Pillarbox-Junk: junk score=6.0;` ` blocklist=4.0 "zen.example.org"; ...`.
/// Octets in details that no field may have are %XX.
std::string score_field(const Score& score);

/// The same in one line, without the words of the message: for events.
std::string in_one_line(const Score& score);

/// Reads what score_field() wrote, without its name. Empty for anything else.
std::optional<Score> parse_score_field(std::string_view body);

} // namespace pillarbox::junk
