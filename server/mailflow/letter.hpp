#pragma once

#include "server/mailflow/intake.hpp"
#include "storage/accounts.hpp"
#include "storage/contacts.hpp"

#include <cstddef>
#include <string>
#include <vector>

namespace pillarbox::mailflow {

/// What is wrong with a letter that somebody wants to send.
struct LetterFault
{
    std::string pointer; // JSON pointer (RFC 6901) to where the author sees it: "/to/0/address"
    std::string detail;  // for the author
};

/// A letter's envelope, from its own header section.
struct Envelope
{
    std::string reverse_path;
    std::vector<Recipient> recipients;
    std::vector<storage::Contact> people; // the same, with the names that the author gave
    std::vector<LetterFault> faults;      // empty, or the letter cannot be sent
    bool forbidden = false;               // one of them: it names a sender that is not the author
};

/// From whom and to whom a letter with this header section goes: To, Cc and
/// Bcc, every address once, and where each leads. From must be one address, and
/// the account's (may_send_as()). Errors: the store's, when it cannot tell now.
awaitable<storage::Result<Envelope>> envelope_of(storage::Accounts& accounts, storage::AccountId account,
                                                 std::string head, std::size_t most_recipients);

} // namespace pillarbox::mailflow
