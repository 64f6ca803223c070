#include "server/mime/header.hpp"

#include "server/base/ascii.hpp"
#include "server/mime/characters.hpp"

#include <algorithm>

namespace pillarbox::mime {

namespace {

// One line of `text` from `begin`: where its content ends and the next begins.
struct LineEnd
{
    std::size_t content = 0;
    std::size_t next = 0;
    bool terminated = false;
};

LineEnd end_of_line(std::string_view text, std::size_t begin)
{
    const std::size_t lf = text.find('\n', begin);
    if (lf == std::string_view::npos) return {text.size(), text.size(), false};
    const bool crlf = lf > begin && text[lf - 1] == '\r';
    return {crlf ? lf - 1 : lf, lf + 1, true};
}

// RFC 5322 §2.2: a field name is printable ASCII without the colon. White
// space before the colon is obsolete, not wrong (§4.5.8).
std::string_view field_name(std::string_view line)
{
    const std::size_t colon = line.find(':');
    if (colon == std::string_view::npos) return {};
    std::string_view name = line.substr(0, colon);
    while (!name.empty() && is_wsp(name.back()))
        name.remove_suffix(1);
    const bool good = std::all_of(name.begin(), name.end(), [](char c) { return c > ' ' && c < '\x7F'; });
    return good ? name : std::string_view{};
}

} // namespace

Header::Header(std::string_view text)
{
    std::size_t at = 0;
    for (;;) {
        if (at >= text.size()) {
            faults_.unfinished = true;
            break;
        }
        const LineEnd line = end_of_line(text, at);
        if (line.content == at && line.terminated) {
            finish_field(text, at);
            at = line.next;
            break;
        }
        add_line(text, at, line.content);
        at = line.next;
    }
    finish_field(text, at);
    size_ = at;
    faults_.too_long = size_ > most_header_octets;
}

void Header::add_line(std::string_view text, std::size_t begin, std::size_t end)
{
    ++lines_;
    if (is_wsp(text[begin])) {
        if (!in_field_) faults_.malformed = true;
        return;
    }
    finish_field(text, begin);
    if (lines_ > most_header_lines) {
        faults_.too_many_lines = true;
        return;
    }
    // A first line "From alice ..." is what mbox files put before a message.
    if (field_name(text.substr(begin, end - begin)).empty()) {
        faults_.malformed = true;
        return;
    }
    field_begin_ = begin;
    in_field_ = true;
}

void Header::finish_field(std::string_view text, std::size_t end)
{
    if (!in_field_) return;
    in_field_ = false;
    if (lines_ > most_header_lines) faults_.too_many_lines = true;
    std::string_view field = text.substr(field_begin_, end - field_begin_);
    if (field.size() > most_field_octets) {
        faults_.field_too_long = true;
        field = field.substr(0, most_field_octets);
    }
    if (field.ends_with('\n')) field.remove_suffix(1);
    if (field.ends_with('\r')) field.remove_suffix(1);
    const std::size_t colon = field.find(':');
    if (colon == std::string_view::npos) return; // a name longer than a whole field may be
    std::string_view name = field.substr(0, colon);
    while (!name.empty() && is_wsp(name.back()))
        name.remove_suffix(1);
    fields_.push_back({name, field.substr(colon + 1)});
}

const Field* Header::find(std::string_view name) const
{
    const auto found = std::find_if(fields_.begin(), fields_.end(),
                                    [name](const Field& field) { return ascii::equal(field.name, name); });
    return found == fields_.end() ? nullptr : &*found;
}

std::string Header::value(std::string_view name) const
{
    const Field* field = find(name);
    return field == nullptr ? std::string{} : unfold(trim(field->body));
}

std::size_t Header::count(std::string_view name) const
{
    return static_cast<std::size_t>(std::count_if(fields_.begin(), fields_.end(), [name](const Field& field) {
        return ascii::equal(field.name, name);
    }));
}

std::string unfold(std::string_view body)
{
    std::string out;
    out.reserve(body.size());
    for (const char c : body) {
        if (c != '\r' && c != '\n') out += c;
    }
    return out;
}

std::size_t count_fields(std::string_view head, std::string_view name)
{
    std::size_t count = 0;
    for (std::size_t at = 0; at < head.size();) {
        const LineEnd line = end_of_line(head, at);
        if (line.content == at && line.terminated) break;
        const std::string_view content = head.substr(at, line.content - at);
        if (!is_wsp(content.empty() ? ' ' : content.front()) && ascii::equal(field_name(content), name)) {
            ++count;
        }
        at = line.next;
    }
    return count;
}

} // namespace pillarbox::mime
