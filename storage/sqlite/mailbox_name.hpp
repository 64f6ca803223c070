#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace pillarbox::storage::sqlite {

inline constexpr std::size_t longest_mailbox_name = 255; // octets

/// A mailbox's name as it is kept: "inbox", alone or before a '/', in any
/// letters is "Inbox" (RFC 9051 §5.1).
std::string canonical_mailbox(std::string_view name);

/// Whether a person may call a mailbox so: 1 to 255 octets of UTF-8 without
/// control characters and without the wildcards '*' and '%' of IMAP's LIST
/// (RFC 9051 §5.1), with no empty part between slashes, nor one that begins or
/// ends with a space.
bool usable_mailbox(std::string_view name);

/// The mailboxes it lies in, outermost first: "a" and "a/b" of "a/b/c".
std::vector<std::string> enclosing_mailboxes(std::string_view name);

} // namespace pillarbox::storage::sqlite
