#include "server/transfer/maildir_name.hpp"

#include "server/base/ascii.hpp"

#include <fmt/format.h>

namespace pillarbox::transfer {

namespace {

namespace flag = storage::flag;

constexpr std::string_view info = ":2,";

} // namespace

MaildirName parse_maildir_name(std::string_view name)
{
    MaildirName found;
    const auto info_begin = name.find(':');
    found.base = name.substr(0, info_begin);
    if (info_begin != std::string_view::npos && name.substr(info_begin).starts_with(info)) {
        for (const char letter : name.substr(info_begin + info.size())) {
            if (letter == 'S') found.flags |= flag::seen;
            if (letter == 'R') found.flags |= flag::answered;
            if (letter == 'F') found.flags |= flag::flagged;
            if (letter == 'D') found.flags |= flag::draft;
        }
    }
    constexpr std::uint32_t before_maildirs = 100'000'000; // 1973: what is less is no time
    const auto seconds = ascii::parse_number<std::uint32_t>(found.base.substr(0, found.base.find('.')));
    if (seconds && *seconds >= before_maildirs)
        found.delivered = storage::Time(std::chrono::seconds(*seconds));
    return found;
}

std::string maildir_base(storage::MessageId message, storage::Time received, std::uint64_t octets)
{
    return fmt::format("{}.{}.pillarbox,S={}", received.time_since_epoch().count(),
                       static_cast<std::int64_t>(message), octets);
}

std::string maildir_flags(std::uint32_t flags)
{
    std::string text(info);
    if (flags & flag::draft) text += 'D';
    if (flags & flag::flagged) text += 'F';
    if (flags & flag::answered) text += 'R';
    if (flags & flag::seen) text += 'S';
    return text;
}

} // namespace pillarbox::transfer
