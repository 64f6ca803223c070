#pragma once

#include "storage/types.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace pillarbox::pop3 {

/// What a sign-in opens, as said behind the '+' of its name: a mailbox
/// ("Junk"), only what arrived lately ("recent:30d"), or that of a mailbox
/// ("Junk+recent:7d").
struct View
{
    std::string mailbox;                        // empty: INBOX
    std::optional<std::chrono::hours> recent{}; // none: however old

    bool operator==(const View&) const = default;
};

/// Whatever is no time names a mailbox, which may have a '+' of its own. The
/// time is a number and h, d or w: one hour to ten years. Nothing comes back
/// for one that is no time, or out of bounds.
std::optional<View> parse_view(std::string_view suffix);

/// The mailbox of that name: in these letters, or else the first with these in
/// other case (ASCII's). Null when there is none.
const storage::Mailbox* find_mailbox(const std::vector<storage::Mailbox>& mailboxes, std::string_view name);

} // namespace pillarbox::pop3
