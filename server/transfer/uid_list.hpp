#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>

namespace pillarbox::transfer {

/// What another server noted about a message in a maildir.
struct NotedUid
{
    std::uint64_t uid = 0; // rises in the order in which that server shows them
    std::string unique_id; // what its POP3 answered to UIDL
};

/// By the base of the file's name (MaildirName::base).
using UidList = std::unordered_map<std::string, NotedUid>;

/// Dovecot's `dovecot-uidlist`, versions 1 and 3. Unique ids are those of its
/// default format, %08Xu%08Xv, unless the list has the message's own (`P`).
/// Empty when it is none; lines that make no sense are left out.
UidList parse_dovecot_uidlist(std::string_view text);

/// Courier's `courierpop3dsizelist`, versions 2 and 3.
UidList parse_courier_sizelist(std::string_view text);

} // namespace pillarbox::transfer
