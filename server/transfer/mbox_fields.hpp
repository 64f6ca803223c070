#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace pillarbox::transfer {

/// What an mbox keeps in a message's header for want of a better place.
struct MboxFields
{
    std::uint32_t flags = 0; // storage::flag
    std::string unique_id;   // the old server's, for UIDL; empty when there is none
};

/// Reads Status, X-Status and X-UIDL from a header section, whose lines end
/// with CRLF or LF, and takes the first two away: they are the mailbox's and not
/// the message's, and change in it with every reading. Where they are the first
/// two lines, as write_mbox_fields() has them, others of those names are the
/// message's own and stay.
MboxFields take_mbox_fields(std::string& header);

/// Status and X-Status for the first lines of a message in an mbox, with LF.
std::string write_mbox_fields(std::uint32_t flags);

/// Who a message came from, by the Return-Path that its first line may be;
/// empty when it is not, or names nobody.
std::string_view return_path_of(std::string_view head);

} // namespace pillarbox::transfer
