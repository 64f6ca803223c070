#include "server/net/dns_list.hpp"

#include "server/net/dns_records.hpp"

namespace pillarbox::net {

namespace asio = boost::asio;

namespace {

constexpr std::uint32_t localhost = 0x7F000001; // what no list answers

} // namespace

std::string name_in_list(const asio::ip::address& address, std::string_view zone)
{
    std::string reversed;
    if (address.is_v4()) {
        const auto octets = address.to_v4().to_bytes();
        reversed = dns::reverse_name({reinterpret_cast<const char*>(octets.data()), octets.size()});
    } else {
        const auto octets = address.to_v6().to_bytes();
        reversed = dns::reverse_name({reinterpret_cast<const char*>(octets.data()), octets.size()});
    }
    // Instead of "in-addr.arpa" or "ip6.arpa".
    const auto root = reversed.rfind('.', reversed.rfind('.') - 1);
    return reversed.substr(0, root + 1).append(zone);
}

std::uint32_t listed_by(const DnsList& list, const std::vector<asio::ip::address>& answers)
{
    for (const auto& answer : answers) {
        if (!answer.is_v4()) continue;
        const std::uint32_t number = answer.to_v4().to_uint();
        const bool error = number >> 8 == 0x7FFFFF; // "you ask too much", "not by this resolver"
        const bool counts = number >> 24 == 127 && number != localhost && !error;
        if (counts && number >= list.first && number <= list.last) return number;
    }
    return 0;
}

} // namespace pillarbox::net
