#pragma once

#include "server/transfer/line_ends.hpp"
#include "server/transfer/mbox_fields.hpp"
#include "storage/body.hpp"

#include <sodium/crypto_generichash.h>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace pillarbox::transfer {

/// A message on its way from its source into a spool: its line ends become
/// CRLF, its octets are counted and digested, and what grows too large is let go.
class Letter
{
public:
    enum class Form
    {
        mbox, // with fields in its header that are the mailbox's
        plain
    };

    /// `limit`: octets that it may have.
    Letter(std::unique_ptr<storage::Spool> spool, Form form, std::uint64_t limit);

    /// The next octets, cut anywhere. Errors: those of Spool::append().
    storage::Result<void> append(std::string_view octets);

    /// There are no more.
    storage::Result<void> finish();

    std::uint64_t octets() const { return octets_; }
    bool too_large() const { return octets_ > limit_; }

    /// What the mbox noted in it.
    const MboxFields& fields() const { return fields_; }

    /// 32 octets that tell it from every other message; once, when it is finished.
    std::string digest();

    /// Null when it is too large.
    std::unique_ptr<storage::Spool> take_spool() { return std::move(spool_); }

private:
    storage::Result<void> leave_header();
    storage::Result<void> store(std::string_view octets);
    storage::Result<void> store_wire();

    std::unique_ptr<storage::Spool> spool_;
    std::uint64_t limit_;
    std::uint64_t octets_ = 0;
    bool in_header_;
    std::string header_;
    std::string wire_;
    ToWire line_ends_;
    MboxFields fields_;
    std::unique_ptr<crypto_generichash_state> digest_; // not in a coroutine's frame: it wants more alignment
};

} // namespace pillarbox::transfer
