#pragma once

#include "server/mailauth/dmarc_record.hpp"
#include "server/mailauth/dns.hpp"
#include "server/mime/header.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace pillarbox::mailauth {

/// The domains that are to be asked of From, each once; as DNS has them.
std::vector<std::string> author_domains(const mime::Header& header);

/// Domains that a message claims to come from, by its reverse-path and by its
/// signatures.
struct Identifiers
{
    std::optional<std::string> spf{};
    std::vector<std::string> dkim{};
};

struct DmarcOutcome
{
    DmarcResult result = DmarcResult::none;
    std::string domain{};                   // that of From
    DmarcPolicy policy = DmarcPolicy::none; // with `fail`: what is to become of it
    std::string why{};                      // of an error, for people

    // For those who want reports, RFC 9990; with `pass` and `fail` alone.
    std::optional<DmarcFound> applied{}; // the record
    bool spf_aligned = false;
    bool dkim_aligned = false;
    bool eased = false; // `policy` is milder than what fails without t=y
};

/// DMARC, RFC 9989: whether the message comes from those whom From names. With
/// several domains in From each is looked at, 4 at most, and the strictest
/// outcome counts; beyond, none has been shown (§11.5): a permerror that asks for
/// quarantine. `authenticated` was shown to be true; of `unknown` DNS could not
/// tell: where one of those is aligned nothing has failed (§5.3.6), and whoever
/// keeps a server that never answers gains nothing by it. Asks nothing after `latest`.
awaitable<DmarcOutcome> check_dmarc(Dns& dns, std::vector<std::string> authors, Identifiers authenticated,
                                    Identifiers unknown, std::chrono::steady_clock::time_point latest);

/// The organizational domain of `domain`, in lower case, §4.10.2; nothing where DNS
/// cannot tell now. Asks nothing after `latest`.
awaitable<std::optional<std::string>> find_organization(Dns& dns, std::string domain,
                                                        std::chrono::steady_clock::time_point latest);

} // namespace pillarbox::mailauth
