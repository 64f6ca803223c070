#include "server/dkim/canonical.hpp"

#include "server/base/ascii.hpp"

#include <algorithm>

namespace pillarbox::dkim {

namespace {

constexpr std::size_t enough = std::size_t{16} * 1024; // octets to pass on at once

bool is_wsp(char c)
{
    return c == ' ' || c == '\t';
}

/// Whether there is white space other than single spaces between words; without a
/// branch in the loop, for most lines have none.
bool has_odd_space(std::string_view line)
{
    unsigned char odd = line.back() == '\t' ? 1 : 0;
    for (std::size_t i = 0; i + 1 < line.size(); ++i) {
        const auto tab = static_cast<unsigned char>(line[i] == '\t');
        const auto space = static_cast<unsigned char>(line[i] == ' ');
        const auto next = static_cast<unsigned char>(line[i + 1] == ' ');
        odd = static_cast<unsigned char>(odd | tab | (space & next));
    }
    return odd != 0;
}

/// How much of a line that begins with a word has only single spaces between its words.
std::size_t plain_length(std::string_view line)
{
    for (std::size_t i = 1; i < line.size(); ++i)
        if (line[i] == '\t' || (line[i] == ' ' && i + 1 < line.size() && is_wsp(line[i + 1]))) return i;
    return line.size();
}

} // namespace

std::string_view name_of(Form form)
{
    return form == Form::simple ? "simple" : "relaxed";
}

std::string canonical_field(Form form, std::string_view field)
{
    if (form == Form::simple) return std::string(field);
    const std::size_t colon = std::min(field.find(':'), field.size());
    std::string out = ascii::to_lower(ascii::trim(field.substr(0, colon)));
    out += ':';
    if (colon == field.size()) return out;
    bool space = false;
    const std::size_t begin = out.size();
    for (const char c : field.substr(colon + 1)) {
        if (c == '\r' || c == '\n') continue; // unfolded: the white space behind stays
        if (is_wsp(c)) {
            space = true;
            continue;
        }
        if (space && out.size() > begin) out += ' '; // neither behind the colon nor at the end
        space = false;
        out += c;
    }
    return out;
}

void BodyCanonicalizer::add(std::string_view octets)
{
    while (!octets.empty()) {
        if (return_) {
            return_ = false;
            if (octets.front() == '\n') {
                ++line_ends_;
                space_ = false; // at the end of a line it goes
                octets.remove_prefix(1);
            } else {
                text("\r");
            }
            continue;
        }
        const auto line = octets.substr(0, octets.find('\r'));
        octets.remove_prefix(line.size());
        if (!line.empty()) form_ == Form::simple ? text(line) : words(line);
        if (octets.empty()) break;
        return_ = true;
        octets.remove_prefix(1);
    }
}

void BodyCanonicalizer::finish()
{
    if (return_) text("\r");
    line_ends_ = 0; // empty lines at the end do not count
    // A simple body has a line end though there is nothing, RFC 6376 §3.4.3; a
    // relaxed one only where there is something, §3.4.4.
    if (form_ == Form::simple || size_ > 0) emit("\r\n");
    flush();
}

/// A part of a line of a relaxed body.
void BodyCanonicalizer::words(std::string_view line)
{
    const bool odd = has_odd_space(line); // most lines have none, and go on as they are
    while (!line.empty()) {
        if (is_wsp(line.front())) {
            space_ = true;
            line.remove_prefix(1);
            continue;
        }
        const auto run = line.substr(0, odd ? plain_length(line) : line.size());
        const bool space = run.back() == ' ';
        text(space ? run.substr(0, run.size() - 1) : run);
        space_ = space;
        line.remove_prefix(run.size());
    }
}

/// Octets that are neither part of a line end nor white space to be seen to.
void BodyCanonicalizer::text(std::string_view octets)
{
    for (; line_ends_ > 0; --line_ends_)
        emit("\r\n");
    if (space_) emit(" ");
    space_ = false;
    emit(octets);
}

void BodyCanonicalizer::emit(std::string_view octets)
{
    size_ += octets.size();
    if (octets.size() >= enough) { // not worth a copy
        flush();
        sink_(octets);
        return;
    }
    out_ += octets;
    if (out_.size() >= enough) flush();
}

void BodyCanonicalizer::flush()
{
    if (!out_.empty()) sink_(out_);
    out_.clear();
}

} // namespace pillarbox::dkim
