#include "server/auth/throttle.hpp"

#include <boost/asio/ip/address_v4.hpp>
#include <boost/asio/ip/address_v6.hpp>

#include <algorithm>
#include <utility>

namespace pillarbox::auth {

namespace {

namespace ip = boost::asio::ip;

/// An IPv4 address as it is, however it reached us: a socket for both families
/// shows ::ffff:192.0.2.1.
ip::address plain(const ip::address& peer)
{
    if (peer.is_v6() && peer.to_v6().is_v4_mapped()) return ip::make_address_v4(ip::v4_mapped, peer.to_v6());
    return peer;
}

template <class Bytes>
bool same_prefix(const Bytes& a, const Bytes& b, unsigned bits)
{
    for (std::size_t i = 0; i < a.size() && bits > 0; ++i) {
        const unsigned here = std::min(bits, 8u);
        if (((a[i] ^ b[i]) >> (8 - here)) != 0) return false;
        bits -= here;
    }
    return true;
}

bool contains(const Network& network, const ip::address& peer)
{
    boost::system::error_code fault;
    const ip::address base = plain(ip::make_address(network.address, fault));
    if (fault || base.is_v4() != peer.is_v4()) return false;
    if (peer.is_v4()) return same_prefix(base.to_v4().to_bytes(), peer.to_v4().to_bytes(), network.prefix);
    return same_prefix(base.to_v6().to_bytes(), peer.to_v6().to_bytes(), network.prefix);
}

} // namespace

Throttle::Throttle(std::vector<Network> exempt, std::size_t capacity)
    : exempt_(std::move(exempt)), capacity_(capacity)
{}

Throttle::Verdict Throttle::check(const ip::address& peer, Time now) const
{
    const auto found = by_network_.find(key_of(peer));
    if (found == by_network_.end() || exempt(peer)) return {};
    const Entry& entry = *found->second;
    if (entry.refused_until && now < *entry.refused_until) return {.refused = true};
    const std::size_t failures = recent(entry, now);
    if (failures < free_failures) return {};
    const std::chrono::seconds doubled{1u << (failures - free_failures)};
    return {.refused = false, .delay = std::min(doubled, longest_delay)};
}

void Throttle::failed(const ip::address& peer, Time now)
{
    if (exempt(peer)) return;
    forget_old(now);
    Entry& entry = touch(key_of(peer));
    entry.failures[entry.count % failures_to_refuse] = now;
    ++entry.count;
    if (recent(entry, now) < failures_to_refuse) return;
    entry.refused_until = now + refusal;
    entry.count = 0; // when that is over, it begins anew
}

Throttle::Key Throttle::key_of(const ip::address& peer)
{
    const ip::address address = plain(peer);
    if (address.is_v4()) return std::uint64_t{0xffff} << 32 | address.to_v4().to_uint();
    const auto bytes = address.to_v6().to_bytes();
    Key key = 0;
    for (std::size_t i = 0; i < 8; ++i)
        key = key << 8 | bytes[i];
    return key;
}

bool Throttle::exempt(const ip::address& peer) const
{
    const ip::address address = plain(peer);
    return std::any_of(exempt_.begin(), exempt_.end(),
                       [&](const Network& network) { return contains(network, address); });
}

std::size_t Throttle::recent(const Entry& entry, Time now)
{
    const std::size_t kept = std::min(entry.count, failures_to_refuse);
    const auto last = entry.failures.begin() + static_cast<std::ptrdiff_t>(kept);
    return static_cast<std::size_t>(
        std::count_if(entry.failures.begin(), last, [&](Time failure) { return now - failure < window; }));
}

Throttle::Entry& Throttle::touch(Key key)
{
    const auto found = by_network_.find(key);
    if (found != by_network_.end()) {
        entries_.splice(entries_.begin(), entries_, found->second);
        return entries_.front();
    }
    if (entries_.size() == capacity_) {
        by_network_.erase(entries_.back().network);
        entries_.pop_back();
    }
    entries_.push_front(Entry{.network = key});
    by_network_.emplace(key, entries_.begin());
    return entries_.front();
}

/// Each failure takes away what is over at the end of the list, so that the
/// table is as large as the guessing of the last quarter of an hour.
void Throttle::forget_old(Time now)
{
    while (!entries_.empty()) {
        const Entry& oldest = entries_.back();
        const bool refused = oldest.refused_until && now < *oldest.refused_until;
        if (refused || recent(oldest, now) > 0) return;
        by_network_.erase(oldest.network);
        entries_.pop_back();
    }
}

} // namespace pillarbox::auth
