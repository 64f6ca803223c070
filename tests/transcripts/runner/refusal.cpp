#include "tests/transcripts/runner/refusal.hpp"

#include <algorithm>
#include <cstddef>
#include <string_view>

namespace pillarbox::transcripts {

namespace {

bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/// Takes digits off the front, so many at most; false when there are none.
bool take_digits(std::string_view& text, std::size_t most)
{
    const auto end = std::find_if_not(text.begin(), text.end(), is_digit);
    const auto count = static_cast<std::size_t>(end - text.begin());
    text.remove_prefix(count);
    return count > 0 && count <= most;
}

bool take(std::string_view& text, char c)
{
    if (!text.starts_with(c)) return false;
    text.remove_prefix(1);
    return true;
}

} // namespace

bool helpful(std::string_view line)
{
    const bool refuses = line.size() > 4 && (line[0] == '4' || line[0] == '5') && is_digit(line[1]);
    if (!refuses) return true;
    constexpr std::ptrdiff_t spaces = 2; // between three words
    std::string_view rest = line.substr(4);
    return take(rest, line[0]) && take(rest, '.') && take_digits(rest, 3) && take(rest, '.') &&
           take_digits(rest, 3) && take(rest, ' ') && std::ranges::count(rest, ' ') >= spaces;
}

} // namespace pillarbox::transcripts
