#pragma once

#include "storage/types.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace pillarbox::transfer {

// Folders are called "Projects/Alpha" here, and are directories ".Projects.Alpha"
// in a maildir (Maildir++, as Courier and Dovecot have it), in modified UTF-7
// (RFC 3501 §5.1.3).

/// What a mailbox's name is in a file's: levels are parted by dots, and a dot
/// within a name is written in modified UTF-7, though it is ASCII.
std::string encode_folder(std::string_view name);

/// The other way. What is no modified UTF-7 is read as UTF-8, with everything
/// else replaced.
std::string decode_folder(std::string_view encoded);

/// The role that a folder of that name has in other mail programs ("Sent Items",
/// "Spam", "INBOX"), whatever the case. Empty for one that a person made.
std::optional<storage::MailboxRole> role_of(std::string_view name);

} // namespace pillarbox::transfer
