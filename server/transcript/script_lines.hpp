#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

/// The lines of a dialogue and of a script for tests/transcripts, one by one.
namespace pillarbox::transcript {

/// A line of a transcript without its time.
struct DialogueLine
{
    char who; // C, S, or * for what happened
    std::string_view text;
};

std::vector<DialogueLine> parse_lines(std::string_view text);

std::string upper(std::string_view text);

/// As a pattern that is exactly this.
std::string escaped(std::string_view text);

/// The path of MAIL or RCPT without its brackets, and an address without what
/// follows a plus sign in its name.
std::string address_in(std::string_view command);
std::string without_tag(const std::string& address);

/// The first word as a number of octets; 0 when it is none.
std::uint64_t size_in(std::string_view words);

/// So many octets that are no text of anybody's, in lines.
std::string filler(std::uint64_t octets);

/// A client's line that is answered as the one that was withheld.
std::string instead_of(std::string_view shown, bool pop3);

} // namespace pillarbox::transcript
