#include "server/transfer/mbox_fields.hpp"

#include "server/base/ascii.hpp"
#include "storage/types.hpp"

#include <algorithm>

namespace pillarbox::transfer {

namespace {

namespace flag = storage::flag;

constexpr std::string_view status_name = "Status:";
constexpr std::string_view x_status_name = "X-Status:";
constexpr std::string_view unique_id_name = "X-UIDL:";

/// The first line of `text` with its end.
std::string_view first_line(std::string_view text)
{
    return text.substr(0, std::min(text.find('\n'), text.size() - 1) + 1);
}

std::string_view value_of(std::string_view line, std::string_view name)
{
    while (line.ends_with('\n') || line.ends_with('\r'))
        line.remove_suffix(1);
    return ascii::trim(line.substr(name.size()));
}

/// Letters as mail programs have used them since Berkeley's; D, deleted, is not
/// among them: what was not yet removed is brought along.
std::uint32_t flags_of(std::string_view letters, bool extended)
{
    std::uint32_t flags = 0;
    for (const char letter : letters) {
        if (!extended && letter == 'R') flags |= flag::seen;
        if (extended && letter == 'A') flags |= flag::answered;
        if (extended && letter == 'F') flags |= flag::flagged;
        if (extended && letter == 'T') flags |= flag::draft;
    }
    return flags;
}

bool only(std::string_view letters, std::string_view allowed)
{
    return letters.find_first_not_of(allowed) == std::string_view::npos;
}

/// The first two lines, when they are as we write them; else 0.
std::size_t our_lines(std::string_view header, std::uint32_t& flags)
{
    const auto first = first_line(header);
    const auto second = first_line(header.substr(first.size()));
    if (!first.starts_with(status_name) || !second.starts_with(x_status_name)) return 0;
    const auto status = value_of(first, status_name);
    const auto x_status = value_of(second, x_status_name);
    if (!only(status, "RO") || !only(x_status, "ADFT")) return 0;
    flags = flags_of(status, false) | flags_of(x_status, true);
    return first.size() + second.size();
}

} // namespace

MboxFields take_mbox_fields(std::string& header)
{
    MboxFields found;
    if (header.empty()) return found;
    const auto ours = our_lines(header, found.flags);
    header.erase(0, ours);
    bool taking = false; // the field that is being read, with what is folded
    for (std::size_t at = 0; at < header.size();) {
        const auto line = first_line(std::string_view(header).substr(at));
        const bool folded = line.front() == ' ' || line.front() == '\t';
        const bool status = ascii::starts_with(line, status_name);
        const bool x_status = ascii::starts_with(line, x_status_name);
        if (status) found.flags |= ours > 0 ? 0 : flags_of(value_of(line, status_name), false);
        if (x_status) found.flags |= ours > 0 ? 0 : flags_of(value_of(line, x_status_name), true);
        if (found.unique_id.empty() && ascii::starts_with(line, unique_id_name))
            found.unique_id = value_of(line, unique_id_name);
        taking = folded ? taking : ours == 0 && (status || x_status);
        if (taking)
            header.erase(at, line.size());
        else
            at += line.size();
    }
    return found;
}

std::string_view return_path_of(std::string_view head)
{
    constexpr std::string_view name = "Return-Path:";
    const auto line = first_line(head);
    if (!ascii::starts_with(line, name)) return {};
    const auto value = value_of(line, name);
    if (!value.starts_with('<') || !value.ends_with('>')) return {};
    return value.substr(1, value.size() - 2);
}

std::string write_mbox_fields(std::uint32_t flags)
{
    std::string text(status_name);
    text += flags & flag::seen ? " RO\n" : " O\n";
    text += x_status_name;
    if (flags & (flag::answered | flag::flagged | flag::draft)) text += ' ';
    if (flags & flag::answered) text += 'A';
    if (flags & flag::flagged) text += 'F';
    if (flags & flag::draft) text += 'T';
    return text + '\n';
}

} // namespace pillarbox::transfer
