#include "server/net/proxy_header.hpp"

#include "server/base/ascii.hpp"

#include <arpa/inet.h>
#include <sys/socket.h>

#include <array>
#include <cstdint>
#include <utility>

namespace pillarbox::net {

namespace {

// Section 2.2: no command of any protocol here begins like this.
constexpr std::string_view signature{"\r\n\r\n\0\r\nQUIT\n", 12};
constexpr std::string_view keyword = "PROXY "; // section 2.1

constexpr std::size_t fixed_part = 16;       // of version 2
constexpr std::size_t longest_text = 107;    // of version 1, with CRLF
constexpr std::size_t longest_binary = 4096; // behind the fixed part; a v2 header may say more than addresses

unsigned octet(std::string_view octets, std::size_t at)
{
    return static_cast<unsigned char>(octets[at]);
}

std::size_t length_of(std::string_view fixed)
{
    return octet(fixed, 14) << 8 | octet(fixed, 15);
}

bool is_address(int family, std::string_view text)
{
    in6_addr octets{};
    return ::inet_pton(family, std::string(text).c_str(), &octets) == 1;
}

/// The address that `octets` begin with, as text.
std::string address_of(int family, std::string_view octets)
{
    std::array<char, INET6_ADDRSTRLEN> text{};
    ::inet_ntop(family, octets.data(), text.data(), text.size()); // cannot fail: family and room are right
    return text.data();
}

} // namespace

std::size_t ProxyHeader::wanted() const
{
    // No header of either version is shorter than the signature.
    if (octets_.size() < signature.size()) return signature.size() - octets_.size();
    if (octets_.starts_with(keyword)) return 1; // up to the line's end
    if (octets_.size() < fixed_part) return fixed_part - octets_.size();
    return fixed_part + length_of(octets_) - octets_.size();
}

void ProxyHeader::feed(std::string_view octets)
{
    octets_ += octets;
    if (octets_.size() < signature.size()) {
        const std::string_view so_far = octets_;
        const bool possible =
            signature.starts_with(so_far) || keyword.starts_with(so_far.substr(0, keyword.size()));
        if (!possible) state_ = State::malformed;
    } else if (octets_.starts_with(keyword)) {
        read_text();
    } else if (octets_.starts_with(signature)) {
        read_binary();
    } else {
        state_ = State::malformed;
    }
}

/// Section 2.1: `PROXY TCP4 192.0.2.1 192.0.2.2 56324 25` and CRLF.
void ProxyHeader::read_text()
{
    if (!octets_.ends_with('\n')) {
        if (octets_.size() >= longest_text) state_ = State::malformed;
        return;
    }
    state_ = State::malformed; // unless all of it is right
    if (octets_.find_first_of("\r\n") != octets_.size() - 2) return;
    std::string_view rest = std::string_view(octets_).substr(keyword.size());
    rest.remove_suffix(2);
    const auto family = ascii::take_until(rest, ' ');
    if (family == "UNKNOWN") return finish({}); // whatever follows
    const auto source = ascii::take_until(rest, ' ');
    const auto destination = ascii::take_until(rest, ' ');
    const auto source_port = ascii::parse_number<std::uint16_t>(ascii::take_until(rest, ' '));
    const auto destination_port = ascii::parse_number<std::uint16_t>(rest);
    if (!source_port || !destination_port) return;
    if (family != "TCP4" && family != "TCP6") return;
    const int wanted = family == "TCP4" ? AF_INET : AF_INET6;
    if (is_address(wanted, source) && is_address(wanted, destination)) finish(std::string(source));
}

/// Section 2.2: version and command, family and transport, length, addresses,
/// and more that is of no use here.
void ProxyHeader::read_binary()
{
    if (octets_.size() < fixed_part) return;
    const std::size_t length = length_of(octets_);
    const unsigned version_and_command = octet(octets_, 12);
    const bool local = version_and_command == 0x20;
    if ((!local && version_and_command != 0x21) || length > longest_binary) {
        state_ = State::malformed;
        return;
    }
    if (octets_.size() < fixed_part + length) return;
    if (local) return finish({});
    constexpr unsigned v4_stream = 0x11;
    constexpr unsigned v6_stream = 0x21;
    const unsigned family = octet(octets_, 13);
    if (family == v4_stream && length >= 12)
        return finish(address_of(AF_INET, std::string_view(octets_).substr(fixed_part)));
    if (family == v6_stream && length >= 36)
        return finish(address_of(AF_INET6, std::string_view(octets_).substr(fixed_part)));
    if (family == v4_stream || family == v6_stream)
        state_ = State::malformed;
    else
        finish({});
}

void ProxyHeader::finish(std::string client)
{
    state_ = State::complete;
    client_ = std::move(client);
}

} // namespace pillarbox::net
