#pragma once

#include "server/dkim/arc_check.hpp"
#include "server/mailauth/dns.hpp"

#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

namespace pillarbox::mailauth {

struct ArcOutcome
{
    dkim::ArcResult result = dkim::ArcResult::none;
    std::string why{};      // with fail, for people
    std::string sealer{};   // with pass: who sealed it last, and after how many
    std::string believed{}; // with pass: a trusted sealer by whom the author's domain was verified
};

/// Whether the chain of a message holds, RFC 8617 §5.2, and what those in `trusted`
/// found of `author`, the one domain in From, before they passed it on. A sealer is
/// believed as long as all those behind him are trusted, too. Asks nothing after
/// `latest`: what is not known by then fails (§5.2.1).
awaitable<ArcOutcome> check_arc(Dns& dns, const dkim::ArcChain& chain, std::string author,
                                std::vector<std::string> trusted,
                                std::chrono::steady_clock::time_point latest);

/// Whether results that a sealer recorded say that mail of `author` was what it
/// claims to be: DMARC passed for it, or SPF or DKIM of just that domain did. `body`
/// is of ARC-Authentication-Results, without its instance. Pure.
bool vouches_for(std::string_view body, std::string_view author);

} // namespace pillarbox::mailauth
