#include "storage/sqlite/address.hpp"

#include <algorithm>

namespace pillarbox::storage::sqlite {
namespace {

bool ascii(char octet)
{
    return static_cast<unsigned char>(octet) < 0x80;
}

std::string lower_case(std::string_view text)
{
    std::string lowered(text);
    std::ranges::transform(lowered, lowered.begin(), lower);
    return lowered;
}

bool space_or_control(char octet)
{
    const auto value = static_cast<unsigned char>(octet);
    return value <= 0x20 || value == 0x7f;
}

bool valid_label(std::string_view label)
{
    const auto fits = [](char octet) {
        return (octet >= 'a' && octet <= 'z') || (octet >= '0' && octet <= '9') || octet == '-';
    };
    return !label.empty() && label.size() <= 63 && label.front() != '-' && label.back() != '-' &&
           std::ranges::all_of(label, fits);
}

} // namespace

std::string canonical_local_part(std::string_view local_part)
{
    return std::ranges::all_of(local_part, ascii) ? lower_case(local_part) : std::string(local_part);
}

std::string canonical_domain(std::string_view domain)
{
    return lower_case(domain);
}

bool valid_domain(std::string_view domain)
{
    if (domain.size() > 253) return false;
    while (true) {
        const auto dot = domain.find('.');
        if (!valid_label(domain.substr(0, dot))) return false;
        if (dot == std::string_view::npos) return true;
        domain.remove_prefix(dot + 1);
    }
}

std::optional<Address> split_address(std::string_view text)
{
    const auto at = text.rfind('@');
    if (at == std::string_view::npos || at == 0 || at > 64) return std::nullopt;
    if (text.size() > 254 || std::ranges::any_of(text, space_or_control)) return std::nullopt;
    if (text.find('@') != at) return std::nullopt;
    Address address{std::string(text.substr(0, at)), canonical_domain(text.substr(at + 1))};
    // Remote domains may be in U-labels; those are checked when mail is sent.
    if (std::ranges::all_of(address.domain, ascii) && !valid_domain(address.domain)) return std::nullopt;
    return address;
}

std::optional<Address> parse_address(std::string_view text)
{
    auto address = split_address(text);
    if (address) address->local_part = canonical_local_part(address->local_part);
    return address;
}

std::optional<Address> parse_address_or_domain(std::string_view text)
{
    if (!text.starts_with('@')) return parse_address(text);
    Address address{"", canonical_domain(text.substr(1))};
    if (!valid_domain(address.domain)) return std::nullopt;
    return address;
}

std::optional<Address> without_suffix(const Address& address, std::string_view separators)
{
    const auto end = address.local_part.find_first_of(separators);
    if (end == std::string::npos || end == 0) return std::nullopt;
    return Address{address.local_part.substr(0, end), address.domain};
}

} // namespace pillarbox::storage::sqlite
