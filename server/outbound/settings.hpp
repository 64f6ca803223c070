#pragma once

#include "server/base/config.hpp"
#include "server/base/pace_terms.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace pillarbox::net {
class TlsTrust;
}

namespace pillarbox::outbound {

/// A server that takes our mail for others, or a domain's: it is named by the
/// operator, and not by DNS.
struct Relay
{
    SmtpUrl to;
    bool lmtp = false; // RFC 2033
    MailRoute::Tls tls = MailRoute::Tls::offered;
    std::string password{};                    // of its user
    std::shared_ptr<const net::TlsTrust> ca{}; // whom it must be vouched for by; null: nobody asks
};

/// What of the configuration is about mail that leaves. Immutable; SIGHUP makes
/// another, which conversations begun from then on have.
struct Settings
{
    Config::Outbound::Mode mode = Config::Outbound::Mode::hold;
    std::string own_name;                             // in EHLO
    std::optional<Relay> smarthost;                   // where all goes that has no route
    std::map<std::string, Relay, std::less<>> routes; // by domain
    PaceTerms pace{};                                 // how fast mail may go to whom
    std::shared_ptr<const net::TlsTrust> anybody;     // to go on with; who it is can be asked
    std::uint16_t port = 25;                          // of other servers
    bool mta_sts = true;                              // policies are followed, RFC 8461
    bool dane = true;                                 // what DNSSEC says of servers counts, RFC 7672
    bool refuse_downgrade = false;                    // no mail with less TLS than there was before
    std::uint32_t suppress_after = 0;                 // failures, as mailflow::SuppressionTerms
    bool tls_reports = false;                         // sessions are counted, and told of: RFC 8460
    DmarcReports dmarc_reports = DmarcReports::off;
    std::uint16_t mta_sts_port = 443;                 // where they are fetched
    std::shared_ptr<const net::TlsTrust> authorities; // who vouches for those who publish them

    /// Who takes the mail for a domain; null: whom DNS names.
    const Relay* relay_for(std::string_view domain) const;

    /// All of it goes to one server.
    bool together() const { return smarthost && routes.empty(); }
};

/// Reads the files that the configuration names. Throws ConfigError.
std::shared_ptr<const Settings> settings_of(const Config& config);

} // namespace pillarbox::outbound
