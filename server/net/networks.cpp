#include "server/net/networks.hpp"

#include <algorithm>
#include <array>
#include <cstddef>

namespace asio = boost::asio;

namespace pillarbox::net {

namespace {

template <std::size_t N>
void clear_beyond(std::array<unsigned char, N>& bytes, unsigned prefix)
{
    for (unsigned bit = prefix; bit < N * 8; ++bit)
        bytes[bit / 8] = static_cast<unsigned char>(bytes[bit / 8] & ~(0x80u >> (bit % 8)));
}

asio::ip::address network_of(const asio::ip::address& address, unsigned prefix)
{
    if (address.is_v4()) {
        auto bytes = address.to_v4().to_bytes();
        clear_beyond(bytes, prefix);
        return asio::ip::address_v4(bytes);
    }
    auto bytes = address.to_v6().to_bytes();
    clear_beyond(bytes, prefix);
    return asio::ip::address_v6(bytes); // without its scope
}

} // namespace

asio::ip::address plain_address(const asio::ip::address& address)
{
    if (!address.is_v6() || !address.to_v6().is_v4_mapped()) return address;
    return asio::ip::make_address_v4(asio::ip::v4_mapped, address.to_v6());
}

asio::ip::address site_of(const asio::ip::address& address)
{
    const auto plain = plain_address(address);
    return network_of(plain, plain.is_v4() ? 32 : 64);
}

NetworkSet::NetworkSet(const std::vector<Network>& networks)
{
    for (const Network& network : networks) {
        const auto address = asio::ip::make_address(network.address);
        ranges_.push_back({network_of(address, network.prefix), network.prefix});
    }
}

bool NetworkSet::contains(const asio::ip::address& address) const
{
    const auto plain = plain_address(address);
    auto inside = [&](const Range& range) {
        return range.first.is_v4() == plain.is_v4() && network_of(plain, range.prefix) == range.first;
    };
    return std::any_of(ranges_.begin(), ranges_.end(), inside);
}

} // namespace pillarbox::net
