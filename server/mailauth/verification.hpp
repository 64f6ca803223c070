#pragma once

#include "server/dkim/verifier.hpp"
#include "server/mailauth/arc.hpp"
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
    std::vector<MethodResult>
        methods; // SPF, each signature of DKIM, a chain of ARC, DMARC, the client's name
    SpfOutcome spf;
    std::vector<dkim::Result> dkim;
    DmarcOutcome dmarc;

    // The one domain in From, if DMARC, or SPF or DKIM of just that domain, speak for it, or
    // somebody who passed it on, and is trusted, says that they did.
    std::string vouched{};

    // Who that is, where DMARC fails here: then what the domain asks for is not done.
    std::string believed{};
};

/// Verifies a message that has come: `signatures` has seen all of it, `authors`
/// are author_domains() of its header section, `arc_trusted` whose seals count. SPF, DKIM,
/// ARC, DMARC and the client's name each have a time of their own, 60 s in all and what one question takes: a
/// sender whose servers are slow must not be able to use up what DMARC needs.
awaitable<Findings> verify(Dns& dns, SpfQuestion sender, const dkim::Verifier& signatures,
                           std::vector<std::string> authors, std::vector<std::string> arc_trusted);

} // namespace pillarbox::mailauth
