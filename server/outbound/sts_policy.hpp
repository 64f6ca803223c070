#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// What MTA-STS publishes, RFC 8461. Pure.
namespace pillarbox::outbound {

inline constexpr std::size_t longest_sts_policy = std::size_t{64} * 1024; // RFC 8461 §3.3

/// The id in the texts at `_mta-sts.DOMAIN`, §3.1. Empty when there is no record,
/// several, or one that is none.
std::optional<std::string> parse_sts_record(const std::vector<std::string>& texts);

/// A policy, §3.2: where mail for a domain may go.
struct StsRules
{
    enum class Mode
    {
        none,    // there is no policy any more
        testing, // it is followed, and failures are only reported
        enforce
    };

    Mode mode = Mode::none;
    std::chrono::seconds max_age{};
    std::vector<std::string> hosts; // patterns in lower case, "mx.example.org" or "*.example.org"

    /// Whether a pattern is of that host, §4.1: "*" stands for one label.
    bool allow(std::string_view host) const;
};

/// Of the file, 64 KiB at most. Empty when it is no policy: without the version,
/// a mode, an age of at most a year or, but for `none`, a host.
std::optional<StsRules> parse_sts_policy(std::string_view text);

} // namespace pillarbox::outbound
