#include "server/mime/flowed.hpp"

#include "server/base/ascii.hpp"
#include "server/mime/characters.hpp"

#include <algorithm>

namespace pillarbox::mime {

namespace {

constexpr std::size_t longest_flowed_line = 72; // characters before the space that breaks it, RFC 3676 §4.2
constexpr std::size_t deepest_broken = 40;      // quote marks; lines that are quoted deeper are left whole
constexpr std::string_view signature_line = "-- ";

std::size_t quote_depth(std::string_view line)
{
    return std::min(line.find_first_not_of('>'), line.size());
}

/// How often a line that a person sees is quoted: ">> text" and "> > text".
std::size_t take_quote_marks(std::string_view& line)
{
    std::size_t depth = 0;
    while (line.starts_with('>')) {
        ++depth;
        line.remove_prefix(line.starts_with("> >") ? 2 : 1);
    }
    if (depth > 0 && line.starts_with(' ')) line.remove_prefix(1);
    return depth;
}

/// Octets of the first piece of a paragraph: up to behind a space, or all of it.
std::size_t first_piece(std::string_view text, std::size_t width)
{
    std::size_t piece = text.size();
    std::size_t characters = 0;
    // A piece that reads as a signature's line would not flow (§4.3).
    std::size_t at = text.starts_with(signature_line) ? signature_line.size() : 0;
    while (at < text.size()) {
        const auto length = std::max<std::size_t>(1, first_code_point(text.substr(at)).length);
        const bool space = text[at] == ' ';
        at += length;
        ++characters;
        if (characters > width + 1 && piece != text.size()) return piece;
        if (space) piece = at;
    }
    return characters > width ? piece : text.size();
}

bool needs_stuffing(std::string_view piece)
{
    return piece.starts_with(' ') || piece.starts_with('>') || piece.starts_with("From "); // §4.4
}

void flow_line(std::string_view line, std::string& out)
{
    const auto depth = take_quote_marks(line);
    const bool signature = line == signature_line;
    while (!signature && line.ends_with(' ')) // or it would be a soft break
        line.remove_suffix(1);
    const std::size_t width = longest_flowed_line - std::min(depth, deepest_broken);
    do {
        const bool whole = signature || depth > deepest_broken;
        const auto piece = line.substr(0, whole ? line.size() : first_piece(line, width));
        out.append(depth, '>');
        if (depth > 0 ? !piece.empty() : needs_stuffing(piece)) out += ' ';
        out.append(piece).append("\r\n");
        line.remove_prefix(piece.size());
    } while (!line.empty());
}

} // namespace

std::string flow(std::string_view text)
{
    std::string out;
    out.reserve(text.size() + text.size() / 16 + 2);
    const std::string lines = unix_lines(text);
    std::string_view rest = lines;
    bool more = true;
    while (more) {
        more = rest.find('\n') != std::string_view::npos;
        flow_line(ascii::take_until(rest, '\n'), out);
    }
    return out;
}

std::string unix_lines(std::string_view text)
{
    std::string result;
    result.reserve(text.size());
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '\r' && i + 1 < text.size() && text[i + 1] == '\n') continue;
        result += text[i] == '\r' ? '\n' : text[i];
    }
    return result;
}

std::string unflow(std::string_view text, bool delete_space)
{
    std::string result;
    bool flowing = false; // the line before ended in a soft break
    std::size_t depth_before = 0;
    const std::string lines = unix_lines(text);
    std::string_view rest = lines;
    while (!rest.empty()) {
        const bool ended = rest.find('\n') != std::string_view::npos;
        auto line = ascii::take_until(rest, '\n');
        const auto depth = quote_depth(line);
        const auto marks = line.substr(0, depth);
        line.remove_prefix(depth);
        if (line.starts_with(' ')) line.remove_prefix(1); // RFC 3676 §4.4: stuffed
        const bool signature = line == signature_line;    // §4.3: never flows
        if (flowing && (depth != depth_before || signature)) {
            result += '\n'; // §4.5: depths differ, so the paragraph is over
            flowing = false;
        }
        if (!flowing && depth > 0) result.append(marks).append(" ");
        flowing = line.ends_with(' ') && !signature;
        if (flowing && delete_space) line.remove_suffix(1);
        result += line;
        depth_before = depth;
        if (ended && !flowing) result += '\n';
    }
    return result;
}

} // namespace pillarbox::mime
