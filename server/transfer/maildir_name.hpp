#pragma once

#include "storage/types.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace pillarbox::transfer {

/// What the name of a message's file in a maildir tells:
/// `1754130601.M8P9.host,S=1024:2,FS`.
struct MaildirName
{
    std::string_view base;                  // before ":2,": it stays when flags change
    std::uint32_t flags = 0;                // storage::flag
    std::optional<storage::Time> delivered; // the number it begins with
};

/// T, trashed, is no flag here: what was not yet removed is brought along. P,
/// passed on, has no flag of ours.
MaildirName parse_maildir_name(std::string_view name);

/// The base of a message's name: always the same for the same message.
/// `octets` is the file's size.
std::string maildir_base(storage::MessageId message, storage::Time received, std::uint64_t octets);

/// What follows the base in cur/: ":2,FS", in the order of the alphabet.
std::string maildir_flags(std::uint32_t flags);

} // namespace pillarbox::transfer
