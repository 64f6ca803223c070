#pragma once

#include "server/junk/score.hpp"
#include "server/mailauth/spf.hpp"
#include "server/mailflow/arriving.hpp"
#include "server/mailflow/dmarc_tally.hpp"
#include "server/mailflow/intake.hpp"
#include "server/mime/header.hpp"

#include <boost/asio/awaitable.hpp>

#include <optional>
#include <string>
#include <vector>

namespace pillarbox::mailflow {

/// What was found of a message from another server, and what follows.
struct Judgement
{
    std::optional<Verdict> refusal{};                           // it is not taken: 550, or 451
    std::string field{};                                        // Authentication-Results, with CRLF
    std::string found{};                                        // the same in a line, for events and the log
    storage::MailboxRole mailbox = storage::MailboxRole::inbox; // as the domain of From asks
    std::vector<junk::Reason> reasons{};                        // what speaks for junk, or against it
    std::string vouched{};                                      // the domain in From, if it is verified
    std::optional<DmarcMessage> reported{};                     // what the owner of that domain is told
};

/// Looks up what is needed to tell whether `sender` may send what was `arriving`,
/// whose header section `header` is, and decides: SPF, DKIM, DMARC, and what the
/// settings make of them; and what lists of addresses say of its client. It waits for
/// that: 10 min (RFC 5321 §4.5.3.2.6).
awaitable<Judgement> judge(mailauth::Dns& dns, const Arriving& arriving, mailauth::SpfQuestion sender,
                           const mime::Header& header);

} // namespace pillarbox::mailflow
