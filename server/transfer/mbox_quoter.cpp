#include "server/transfer/mbox_quoter.hpp"

#include "server/transfer/from_line.hpp"
#include "server/transfer/mbox_fields.hpp"
#include "server/transfer/mbox_splitter.hpp"

#include <algorithm>

namespace pillarbox::transfer {

namespace {

enum class Verdict
{
    text,
    from_line,
    unknown
};

Verdict judge(std::string_view line)
{
    constexpr std::string_view beginning = "From ";
    const auto quotes = std::min(line.find_first_not_of('>'), line.size());
    if (quotes >= most_quotes) return Verdict::text;
    const auto behind = line.substr(quotes);
    if (behind.starts_with(beginning)) return Verdict::from_line;
    return beginning.starts_with(behind) ? Verdict::unknown : Verdict::text;
}

} // namespace

std::string MboxQuoter::begin(std::string_view head, std::chrono::sys_seconds received, std::uint32_t flags)
{
    return format_from_line(return_path_of(head), received) + write_mbox_fields(flags);
}

void MboxQuoter::append(std::string_view octets, std::string& out)
{
    with_file_ends_.clear();
    line_ends_.append(octets, with_file_ends_);
    quote(with_file_ends_, out);
}

void MboxQuoter::quote(std::string_view octets, std::string& out)
{
    while (!octets.empty()) {
        if (line_start_ && (!held_.empty() || octets.front() == '>' || octets.front() == 'F')) {
            held_ += octets.front();
            octets.remove_prefix(1);
            const auto verdict = judge(held_);
            if (verdict == Verdict::unknown) continue;
            if (verdict == Verdict::from_line) out += '>';
            line_start_ = held_.back() == '\n';
            out += held_;
            held_.clear();
            continue;
        }
        const auto end = std::min(octets.find('\n'), octets.size() - 1) + 1;
        out += octets.substr(0, end);
        line_start_ = octets[end - 1] == '\n';
        octets.remove_prefix(end);
    }
}

void MboxQuoter::finish(std::string& out)
{
    with_file_ends_.clear();
    line_ends_.finish(with_file_ends_);
    quote(with_file_ends_, out);
    if (!held_.empty()) line_start_ = false;
    out += held_;
    held_.clear();
    if (!line_start_) out += '\n';
    out += '\n';
    line_start_ = true;
}

} // namespace pillarbox::transfer
