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
    const auto special = [this](char c) { return c == '\r' || (is_wsp(c) && form_ == Form::relaxed); };
    while (!octets.empty()) {
        const char c = octets.front();
        if (return_) {
            return_ = false;
            if (c == '\n') {
                ++line_ends_;
                space_ = false; // at the end of a line it goes
                octets.remove_prefix(1);
            } else {
                text("\r");
            }
            continue;
        }
        if (special(c)) {
            (c == '\r' ? return_ : space_) = true;
            octets.remove_prefix(1);
            continue;
        }
        const auto run = std::ranges::find_if(octets, special) - octets.begin();
        text(octets.substr(0, static_cast<std::size_t>(run)));
        octets.remove_prefix(static_cast<std::size_t>(run));
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
