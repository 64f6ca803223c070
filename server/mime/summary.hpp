#pragma once

#include "server/mime/header.hpp" // count_fields, and the limits of a header section

#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>

namespace pillarbox::mime {

/// Octets of a message that a summary is made from: the first ones.
inline constexpr std::size_t most_summary_octets = std::size_t{256} * 1024;

/// What a list shows of a message: the members of storage::Summary, which this
/// layer does not know. Text is UTF-8, decoded, on one line, and free of control
/// and direction characters.
struct Summary
{
    std::string sender_name;         // From: display name; empty when there is none
    std::string sender_address;      // From: addr-spec
    std::string subject;             // at most 300 characters
    std::string preview;             // the beginning of the text, white space folded, at most 200 characters
    std::string message_id;          // with its angle brackets; empty when there is none
    std::string thread_key;          // the first of References, In-Reply-To, Message-ID
    std::chrono::sys_seconds date{}; // Date:; the epoch when missing or unreadable
    bool attachments = false;        // at least one part that a person would call a file
};

/// Summarises a message from its first octets; more than most_summary_octets
/// are not looked at.
Summary summarise(std::string_view head);

} // namespace pillarbox::mime
