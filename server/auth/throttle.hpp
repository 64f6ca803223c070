#pragma once

#include "server/base/config.hpp"

#include <boost/asio/ip/address.hpp>

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <list>
#include <optional>
#include <unordered_map>
#include <vector>

namespace pillarbox::auth {

/// Failed sign-ins by network, over all protocols. A network is an IPv4
/// address or an IPv6 /64, which one customer has. It never locks an account:
/// its owner signs in from elsewhere. Knows no clock. Not thread-safe.
class Throttle
{
public:
    using Time = std::chrono::steady_clock::time_point;

    struct Verdict
    {
        bool refused = false;
        std::chrono::seconds delay{0}; // before the attempt is looked at
    };

    static constexpr std::size_t free_failures = 5;       // before the first delay
    static constexpr std::size_t failures_to_refuse = 10; // within `window`
    static constexpr std::chrono::minutes window{5};      // how long a failure counts
    static constexpr std::chrono::minutes refusal{15};
    static constexpr std::chrono::seconds longest_delay{15}; // after 1, 2, 4 and 8 s

    /// `capacity` networks are remembered; one more forgets that which has been
    /// quiet longest.
    explicit Throttle(std::vector<Network> exempt, std::size_t capacity = 20'000);

    /// What is to happen to an attempt from `peer`. Asked again right before
    /// the password is verified, it bounds those that come at the same time.
    Verdict check(const boost::asio::ip::address& peer, Time now) const;

    void failed(const boost::asio::ip::address& peer, Time now);

    std::size_t size() const { return entries_.size(); }

private:
    using Key = std::uint64_t; // IPv4-mapped, or the upper half of an IPv6 address

    struct Entry
    {
        Key network{};
        std::array<Time, failures_to_refuse> failures{}; // the last ones, a ring
        std::size_t count = 0;                           // ever
        std::optional<Time> refused_until{};
    };

    static Key key_of(const boost::asio::ip::address& peer);
    bool exempt(const boost::asio::ip::address& peer) const;
    static std::size_t recent(const Entry& entry, Time now);
    Entry& touch(Key key);
    void forget_old(Time now);

    std::vector<Network> exempt_;
    std::size_t capacity_;
    std::list<Entry> entries_; // the one that failed last in front
    std::unordered_map<Key, std::list<Entry>::iterator> by_network_;
};

} // namespace pillarbox::auth
