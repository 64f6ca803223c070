#pragma once

#include "server/dkim/verifier.hpp"
#include "server/mailauth/dmarc.hpp"
#include "server/mailauth/dns.hpp"
#include "server/mailauth/results.hpp"
#include "server/mailauth/spf.hpp"

#include <string>
#include <vector>

namespace pillarbox::mailauth {

/// What was found out of one message.
struct Findings
{
    std::vector<MethodResult> methods; // SPF, each signature of DKIM, DMARC
    DmarcOutcome dmarc;
};

/// Verifies a message that has come: `signatures` has seen all of it, `authors`
/// are author_domains() of its header section. SPF, DKIM and DMARC each have a
/// time of their own, 45 s in all and what one question takes: a sender whose
/// servers are slow must not be able to use up what DMARC needs.
awaitable<Findings> verify(Dns& dns, SpfQuestion sender, const dkim::Verifier& signatures,
                           std::vector<std::string> authors);

} // namespace pillarbox::mailauth
