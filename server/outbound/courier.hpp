#pragma once

#include "server/base/log.hpp"
#include "server/outbound/alarm.hpp"
#include "server/outbound/client.hpp"
#include "server/outbound/pace.hpp"
#include "server/outbound/reporter.hpp"
#include "server/outbound/route.hpp"
#include "server/outbound/security.hpp"
#include "server/outbound/settings.hpp"
#include "storage/queue.hpp"

#include <boost/asio/awaitable.hpp>

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace pillarbox::net {
class Connection;
class Reactor;
class Resolver;
} // namespace pillarbox::net

namespace pillarbox::outbound {

/// Any message that is due, for as long as an attempt may take.
storage::ClaimWish wish_for(const Settings& settings, storage::Time now);

/// Carries what was claimed to where it goes, and on the same connection what
/// else is due there, and settles each before the next. On the reactor's thread.
class Courier
{
public:
    struct Services
    {
        net::Reactor& reactor;
        net::Resolver& resolver;
        storage::Queue& queue;
        Reporter& reporter;
        Security::Services security;
        Pace& pace;
    };

    Courier(Services services, std::shared_ptr<const Settings> settings)
        : services_(services),
          settings_(std::move(settings)),
          security_(services.security, settings_),
          pause_(services.reactor)
    {}

    /// Returns when nothing is left to carry there, or it cannot go on.
    awaitable<void> carry(storage::Claim claim);

    /// No target could be reached, or none took the first message.
    bool unreached() const { return unreached_; }

private:
    net::TlsTrust trust_for(const Demand& demand) const;
    Client::Options options_for(const Target& target, const Demand& demand, const net::TlsTrust* trust) const;
    awaitable<bool> visit(const Target& target, Demand demand, bool with_tls);
    awaitable<void> dialogue(net::Connection& connection, Client& client);
    awaitable<std::optional<Answer>> compare(const net::Connection& connection);
    awaitable<void> take_message(Client& client);
    awaitable<void> lost(const Client& client);
    Answer lost_answer(const Client& client) const;
    bool too_late() const;
    awaitable<void> settle_unreached(Answer answer);
    awaitable<void> settle();
    awaitable<bool> record(storage::Settlement settlement, std::optional<storage::Delivery> report);
    awaitable<std::optional<Pace::Clock::time_point>> wait_for_place(Lane lane);
    awaitable<void> claim_next();
    void answer_rest(const Answer& answer);

    Services services_;
    const std::shared_ptr<const Settings> settings_;
    std::optional<storage::Claim> claim_; // until it is settled
    std::vector<std::optional<Answer>> answers_;
    std::string destination_;       // of the first claim
    const Relay* relay_ = nullptr;  // that takes its mail, whatever DNS says
    Security security_;             // of the destination
    bool alone_ = false;            // less than others are owed is enough for the first message
    std::string host_;              // where we are, or were last
    std::string tls_;               // of the connection there
    std::string less_;              // why that is less than there was before
    std::optional<Answer> refused_; // why the last target took nothing
    bool received_ = false;         // a target takes our messages: no other one is tried
    bool unreached_ = false;
    std::size_t carried_ = 0; // messages on this connection
    Alarm pause_;             // between two of them
};

} // namespace pillarbox::outbound
