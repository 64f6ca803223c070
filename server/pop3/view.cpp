#include "server/pop3/view.hpp"

#include "server/base/ascii.hpp"

#include <algorithm>
#include <cstdint>

namespace pillarbox::pop3 {

namespace {

constexpr std::string_view keyword = "recent:";
constexpr std::uint32_t longest = 10 * 366 * 24; // hours

std::uint32_t hours_of(char unit)
{
    switch (ascii::lower(unit)) {
    case 'h':
        return 1;
    case 'd':
        return 24;
    case 'w':
        return 7 * 24;
    default:
        return 0;
    }
}

std::optional<std::chrono::hours> parse_time(std::string_view text)
{
    if (text.empty()) return std::nullopt;
    const std::uint32_t unit = hours_of(text.back());
    text.remove_suffix(1);
    const auto number = ascii::parse_number<std::uint32_t>(text);
    if (unit == 0 || !number || *number == 0 || *number > longest / unit) return std::nullopt;
    return std::chrono::hours(*number * unit);
}

/// Where the time begins with its keyword, or the end of the text.
std::size_t find_time(std::string_view suffix)
{
    if (const auto plus = suffix.rfind('+'); plus != std::string_view::npos)
        return ascii::starts_with(suffix.substr(plus + 1), keyword) ? plus + 1 : suffix.size();
    return ascii::starts_with(suffix, keyword) ? 0 : suffix.size();
}

} // namespace

std::optional<View> parse_view(std::string_view suffix)
{
    const auto time = find_time(suffix);
    if (time == suffix.size()) return View{.mailbox = std::string(suffix)};
    const auto recent = parse_time(suffix.substr(time + keyword.size()));
    if (!recent) return std::nullopt;
    const auto mailbox = suffix.substr(0, time == 0 ? 0 : time - 1);
    return View{.mailbox = std::string(mailbox), .recent = recent};
}

const storage::Mailbox* find_mailbox(const std::vector<storage::Mailbox>& mailboxes, std::string_view name)
{
    auto found = std::ranges::find(mailboxes, name, &storage::Mailbox::name);
    if (found == mailboxes.end())
        found = std::ranges::find_if(
            mailboxes, [name](const storage::Mailbox& mailbox) { return ascii::equal(mailbox.name, name); });
    return found == mailboxes.end() ? nullptr : &*found;
}

} // namespace pillarbox::pop3
