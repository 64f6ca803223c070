#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace pillarbox::mailauth {

/// What a report tells of messages that were alike, RFC 9990 §3.1.1. Whatever
/// comes from others is cut at 255 octets. Pure.
struct DmarcFacts
{
    struct Signature
    {
        std::string domain;
        std::string selector;
        std::string result; // as Authentication-Results has it

        bool operator==(const Signature&) const = default;
    };

    /// What became of them.
    enum class Disposition : std::uint8_t
    {
        none,
        pass, // they passed, and would not have been left alone otherwise
        quarantine,
        reject
    };

    /// Why that is not what the domain's owner asks for.
    enum class Override : std::uint8_t
    {
        none,
        policy_test_mode, // t=y
        local_policy,
        trusted_forwarder // whose seal says that it was whole, RFC 8617
    };

    std::string source; // the client's address
    std::string header_from;
    std::string envelope_from{}; // the domain of the reverse-path; empty for the null path
    std::string spf_domain{};
    std::string spf_result{};
    std::vector<Signature> signatures{}; // those that were looked at
    bool spf_aligned = false;
    bool dkim_aligned = false;
    Disposition disposition = Disposition::none;
    Override overridden = Override::none;

    bool operator==(const DmarcFacts&) const = default;

    /// As a line of JSON; the same for messages that are alike.
    std::string text() const;
};

/// What text() gave. Nothing for anything else.
std::optional<DmarcFacts> parse_dmarc_facts(std::string_view text);

} // namespace pillarbox::mailauth
