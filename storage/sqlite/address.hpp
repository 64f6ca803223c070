#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace pillarbox::storage::sqlite {

/// An address taken apart, as the store keeps it. Pure.
struct Address
{
    std::string local_part;
    std::string domain;

    std::string text() const { return local_part + "@" + domain; }
};

/// Of ASCII; other octets stay as they are.
constexpr char lower(char octet)
{
    return octet >= 'A' && octet <= 'Z' ? static_cast<char>(octet - 'A' + 'a') : octet;
}

/// Lower case where it is ASCII. A local part with other octets stays as it
/// is: only its owner knows what is the same to it (RFC 6531 §3.2).
std::string canonical_local_part(std::string_view local_part);

/// Lower case, RFC 4343.
std::string canonical_domain(std::string_view domain);

/// Whether it can name a domain of this server: letters, digits and hyphens in
/// labels of at most 63 octets, 253 in all (RFC 1035 §2.3.4).
bool valid_domain(std::string_view domain);

/// `text` split at its last '@', the local part's case kept: at another server
/// it may matter (RFC 5321 §2.4). Empty when it is no address that can be
/// stored: too long (RFC 5321 §4.5.3.1), or with spaces or controls.
std::optional<Address> split_address(std::string_view text);

/// The same as an address of this server is kept.
std::optional<Address> parse_address(std::string_view text);

/// An address, or "@example.org" for a whole domain, as it is kept.
std::optional<Address> parse_address_or_domain(std::string_view text);

/// The address without what follows the first of `separators` in its local
/// part; empty when there is none, or nothing before it.
std::optional<Address> without_suffix(const Address& address, std::string_view separators);

} // namespace pillarbox::storage::sqlite
