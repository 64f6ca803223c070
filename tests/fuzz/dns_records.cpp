// Records of DNS: names are fit for commands and logs, whatever octets came.

#include "server/net/dns_records.hpp"

#include <algorithm>
#include <cstdint>
#include <cstdlib>

using namespace pillarbox::net;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const std::string_view input(reinterpret_cast<const char*>(data), size);
    const auto name = dns::parse_name(input);
    const auto unfit = [](char c) { return c <= ' ' || c > '~'; };
    if (name && (name->size() > 255 || std::ranges::any_of(*name, unfit))) std::abort();
    const auto mx = dns::parse_mx(input);
    if (mx && dns::parse_name(input.substr(2)) != mx->host) std::abort();
    const auto text = dns::parse_txt(input);
    if (text && text->size() > input.size()) std::abort();
    (void)dns::parse_tlsa(input);
    return 0;
}
