#pragma once

#include "storage/types.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace pillarbox::pop3 {

/// Message numbers, fixed for the session, and which messages DELE has marked,
/// RFC 1939 §5. Numbers begin at 1. A number that no message has, and one whose
/// message is marked, are the same to every function here.
class Numbering
{
public:
    explicit Numbering(std::vector<storage::MaildropEntry> messages);

    /// The message, or null.
    const storage::MaildropEntry* find(std::uint32_t number) const;

    /// Marks the message as deleted; false when there is none.
    bool mark(std::uint32_t number);
    /// RSET: unmarks every message, and forgets what LAST knew.
    void unmark_all();

    /// Messages not marked, and the sum of their sizes in octets.
    std::uint32_t count() const { return count_; }
    std::uint64_t octets() const { return octets_; }

    /// The highest number there is, marked or not: the end of a listing.
    std::uint32_t highest() const { return static_cast<std::uint32_t>(messages_.size()); }

    /// LAST, RFC 1460: the highest number accessed in this session, or 0.
    std::uint32_t last_accessed() const { return last_accessed_; }
    void accessed(std::uint32_t number);

    /// The message was sent as a whole; RSET changes nothing about that.
    void retrieved(std::uint32_t number);

    /// What UPDATE removes.
    std::vector<storage::MessageId> marked() const;
    /// The same where nothing may be left on the server once it was retrieved:
    /// RFC 2449 §6.7, EXPIRE 0.
    std::vector<storage::MessageId> marked_or_retrieved() const;

private:
    std::vector<storage::MaildropEntry> messages_;
    std::vector<bool> marked_;
    std::vector<bool> retrieved_;
    std::uint32_t count_ = 0;
    std::uint64_t octets_ = 0;
    std::uint32_t last_accessed_ = 0;
};

} // namespace pillarbox::pop3
