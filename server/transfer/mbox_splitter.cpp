#include "server/transfer/mbox_splitter.hpp"

#include <algorithm>

namespace pillarbox::transfer {

namespace {

constexpr std::string_view beginning = "From ";

} // namespace

void MboxSplitter::feed(std::string_view octets)
{
    octets_.erase(0, position_);
    passed_ += position_;
    position_ = 0;
    octets_ += octets;
}

MboxSplitter::Event MboxSplitter::next()
{
    return in_message_ ? go_on() : begin_message();
}

MboxSplitter::Event MboxSplitter::begin_message()
{
    for (auto length = empty_line(position_); length > 0; length = empty_line(position_))
        position_ += length;
    if (position_ == octets_.size()) return {.kind = finished_ ? Kind::done : Kind::more};
    if (!is_whole(position_)) return {.kind = Kind::more};
    auto from = parse_from_line(line(position_));
    Event event{.kind = Kind::no_mbox, .offset = passed_ + position_};
    if (!from) return event;
    event.kind = Kind::begin;
    event.from = std::move(*from);
    position_ = std::min(octets_.find('\n', position_), octets_.size() - 1) + 1;
    in_message_ = true;
    line_start_ = true;
    return event;
}

MboxSplitter::Event MboxSplitter::go_on()
{
    auto at = position_;
    bool line_start = line_start_;
    while (at < octets_.size()) {
        const auto found = line_start ? look(at) : Look::text;
        if (found == Look::text) {
            const auto end = octets_.find('\n', at);
            if (end == std::string::npos) return tell(octets_.size(), false);
            at = end + 1;
            line_start = true;
            continue;
        }
        if (at > position_) return tell(at, true); // first what comes before
        if (found == Look::unknown) return {.kind = Kind::more};
        if (found == Look::quoted) {
            position_ = ++at;
            line_start = line_start_ = false;
            continue;
        }
        position_ += empty_line(at);
        in_message_ = false;
        return {.kind = Kind::end};
    }
    if (at > position_) return tell(at, true);
    if (!finished_) return {.kind = Kind::more};
    in_message_ = false;
    return {.kind = Kind::end};
}

/// The text up to there; `line_start` says whether a line begins behind it.
MboxSplitter::Event MboxSplitter::tell(std::size_t end, bool line_start)
{
    Event event{.kind = Kind::text};
    event.text = std::string_view(octets_).substr(position_, end - position_);
    position_ = end;
    line_start_ = line_start;
    return event;
}

MboxSplitter::Look MboxSplitter::look(std::size_t at) const
{
    const auto rest = std::string_view(octets_).substr(at);
    if (rest.front() == '>') {
        const auto quotes = std::min(rest.find_first_not_of('>'), rest.size());
        if (quotes > most_quotes) return Look::text;
        const auto behind = rest.substr(quotes);
        if (behind.starts_with(beginning)) return Look::quoted;
        return !finished_ && beginning.starts_with(behind) ? Look::unknown : Look::text;
    }
    if (rest == "\r" && !finished_) return Look::unknown;
    const auto length = empty_line(at);
    return length > 0 ? look_behind_empty_line(at + length) : Look::text;
}

MboxSplitter::Look MboxSplitter::look_behind_empty_line(std::size_t at) const
{
    const auto rest = std::string_view(octets_).substr(at);
    if (rest.empty()) return finished_ ? Look::separator : Look::unknown;
    if (!rest.starts_with(beginning))
        return !finished_ && beginning.starts_with(rest) ? Look::unknown : Look::text;
    if (!is_whole(at)) return Look::unknown;
    return parse_from_line(line(at)) ? Look::separator : Look::text;
}

/// Octets of the empty line there; 0 when it is not empty.
std::size_t MboxSplitter::empty_line(std::size_t at) const
{
    const auto rest = std::string_view(octets_).substr(at);
    if (rest.starts_with("\n")) return 1;
    return rest.starts_with("\r\n") ? 2 : 0;
}

/// The line there without its end, or as much of it as tells that it is too long.
std::string_view MboxSplitter::line(std::size_t at) const
{
    auto text = std::string_view(octets_).substr(at, longest_from_line + 2);
    text = text.substr(0, text.find('\n'));
    if (text.ends_with('\r')) text.remove_suffix(1);
    return text;
}

/// Whether line() has all it will ever have.
bool MboxSplitter::is_whole(std::size_t at) const
{
    return finished_ || octets_.size() - at >= longest_from_line + 2 ||
           octets_.find('\n', at) != std::string::npos;
}

} // namespace pillarbox::transfer
