#include "server/mailauth/dns.hpp"

#include <algorithm>
#include <utility>

namespace pillarbox::mailauth {

bool askable(std::string_view name)
{
    constexpr std::size_t longest_name = 253, longest_label = 63;
    const auto fits = [](char c) { return c > ' ' && c <= '~' && c != '\\'; };
    if (name.empty() || name.size() > longest_name || !std::ranges::all_of(name, fits)) return false;
    std::size_t label = 0;
    for (const char c : name) {
        if (c == '.' && label == 0) return false;
        label = c == '.' ? 0 : label + 1;
        if (label > longest_label) return false;
    }
    return label > 0;
}

awaitable<net::DnsAnswer<std::string>> ResolverDns::txt(std::string name)
{
    return resolver_.txt(std::move(name));
}

awaitable<net::DnsAnswer<net::dns::Mx>> ResolverDns::mx(std::string name)
{
    return resolver_.mx(std::move(name));
}

awaitable<net::DnsAnswer<std::string>> ResolverDns::ptr(boost::asio::ip::address address)
{
    return resolver_.ptr(std::move(address));
}

awaitable<net::DnsAnswer<boost::asio::ip::address>> ResolverDns::ipv4(std::string name)
{
    return resolver_.ipv4(std::move(name));
}

awaitable<net::DnsAnswer<boost::asio::ip::address>> ResolverDns::ipv6(std::string name)
{
    return resolver_.ipv6(std::move(name));
}

} // namespace pillarbox::mailauth
