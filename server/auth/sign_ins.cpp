#include "server/auth/sign_ins.hpp"

#include "server/net/networks.hpp"

#include <cstddef>
#include <cstdint>
#include <utility>

namespace pillarbox::auth {

namespace {

using namespace std::chrono_literals;

constexpr std::size_t most_ways = 20'000; // some 4 MiB
constexpr std::size_t most_networks = 20'000;

storage::Event event_at(const Place& place)
{
    storage::Event event;
    event.session = place.session;
    if (!place.peer.is_unspecified()) event.peer = net::plain_address(place.peer).to_string();
    event.tls = place.tls;
    event.protocol = place.protocol;
    return event;
}

} // namespace

SignIns::SignIns(storage::Events* events)
    : events_(events), told_(1, 24h, most_ways), failures_(most_failures, 24h, most_networks)
{}

void SignIns::succeeded(const Identity& who, const Place& place)
{
    if (!events_) return;
    // No field has a line feed in it.
    std::string way = std::to_string(std::int64_t(who.account)) + '\n' + who.device + '\n' + place.protocol +
                      '\n' + net::site_of(place.peer).to_string();
    if (told_.take(way, Rate<std::string>::Clock::now())) return;
    auto event = event_at(place);
    event.kind = storage::EventKind::signed_in;
    event.account = who.account;
    event.user = who.address;
    event.text = who.device;
    events_->note(std::move(event));
}

void SignIns::failed(std::string_view user, std::string_view why, const Place& place)
{
    if (!events_) return;
    if (failures_.take(net::site_of(place.peer).to_string(), Rate<std::string>::Clock::now())) return;
    auto event = event_at(place);
    event.kind = storage::EventKind::sign_in_failed;
    event.user = user;
    event.text = why;
    events_->note(std::move(event));
}

} // namespace pillarbox::auth
