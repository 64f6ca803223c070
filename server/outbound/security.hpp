#pragma once

#include "server/net/certificate_fault.hpp"
#include "server/outbound/answer.hpp"
#include "server/outbound/client.hpp"
#include "server/outbound/demand.hpp"
#include "server/outbound/route.hpp"
#include "server/outbound/settings.hpp"
#include "storage/tallies.hpp"
#include "storage/tls_facts.hpp"

#include <boost/asio/awaitable.hpp>

#include <memory>
#include <optional>
#include <string>

namespace pillarbox::outbound {

/// Which TLS mail for a destination is owed, by DANE, by MTA-STS and by what it
/// has had so far; and what came of it. On the reactor's thread.
class Security
{
public:
    struct Services
    {
        net::Resolver& resolver;
        StsPolicies& policies;
        storage::TlsFacts& facts;
        storage::Tallies& tallies;
    };

    Security(Services services, std::shared_ptr<const Settings> settings)
        : services_(services), settings_(std::move(settings))
    {}

    /// Finds the policy of the destination. Where a relay takes its mail, which
    /// may be null, the operator has said what is owed.
    awaitable<void> look_up(std::string destination, const Relay* relay);

    struct Owed
    {
        Demand demand{};
        std::optional<Answer> refusal{}; // why no mail may go there
        bool less_than_others = false;   // other messages are owed more
    };

    /// What the server is owed. `waived`: the message said `TLS-Required: No`, and
    /// would rather be read by others than not be delivered, RFC 8689 §4.1.
    awaitable<Owed> owed_at(Target target, bool waived);

    /// Why that is less than mail to the destination has had; empty when it is
    /// not, and then it is remembered.
    awaitable<std::string> compare(bool secure, net::CertificateFault fault);

    /// Counts a conversation for the report that its owner may want, RFC 8460.
    awaitable<void> count(Target target, Demand demand, Client::Tls tls, net::CertificateFault fault);

private:
    awaitable<DaneFinding> find_tlsa(Target target);
    bool asks() const;

    Services services_;
    const std::shared_ptr<const Settings> settings_;
    std::string destination_;
    const Relay* relay_ = nullptr; // of the settings
    StsFinding policy_;
};

} // namespace pillarbox::outbound
