#include "server/net/proxy_header.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <string_view>

namespace pillarbox::net {
namespace {

using namespace std::string_literals;
using State = ProxyHeader::State;

const std::string signature = "\r\n\r\n\0\r\nQUIT\n"s;

/// Whom the header speaks for as text, "" for nobody, "?" when it is no good
/// or not complete. Reads as it is asked to, at most `piece` octets at a time,
/// and no octet of what follows the header.
std::string client_of(const std::string& header, std::size_t piece = 1000)
{
    const std::string octets = header + "EHLO client";
    ProxyHeader reader;
    std::size_t at = 0;
    while (reader.state() == State::reading) {
        const std::size_t size = std::min(reader.wanted(), piece);
        EXPECT_GE(size, 1u);
        if (at + size > octets.size()) return "?";
        reader.feed(std::string_view(octets).substr(at, size));
        at += size;
    }
    if (reader.state() == State::malformed) return "?";
    EXPECT_EQ(at, header.size());
    return reader.client();
}

std::string binary(char command, char family, const std::string& rest)
{
    return signature + command + family + static_cast<char>(rest.size() >> 8) +
           static_cast<char>(rest.size() & 255) + rest;
}

TEST(ProxyHeader, ReadsALine)
{
    for (const std::size_t piece : {std::size_t{1}, std::size_t{5}, std::size_t{1000}}) {
        EXPECT_EQ(client_of("PROXY TCP4 192.0.2.7 198.51.100.1 56324 25\r\n", piece), "192.0.2.7");
        EXPECT_EQ(client_of("PROXY TCP6 2001:db8::7 2001:db8::1 56324 25\r\n", piece), "2001:db8::7");
        EXPECT_EQ(client_of("PROXY TCP6 ::ffff:192.0.2.7 ::ffff:192.0.2.1 1 25\r\n", piece),
                  "::ffff:192.0.2.7");
        EXPECT_EQ(client_of("PROXY UNKNOWN\r\n", piece), "");
        EXPECT_EQ(client_of("PROXY UNKNOWN ffff::1 ffff::2 1 2\r\n", piece), "");
    }
}

TEST(ProxyHeader, RefusesALineThatIsWrong)
{
    for (const std::string& wrong : {
             "PROXY TCP4 192.0.2.7 198.51.100.1 56324 25\n"s,
             "PROXY TCP4 192.0.2.7 198.51.100.1 56324\r\n"s,
             "PROXY TCP4 192.0.2.7 198.51.100.1 65536 25\r\n"s,
             "PROXY TCP4 192.0.2.7 198.51.100.1 1 25 \r\n"s,
             "PROXY TCP4 192.0.2.777 198.51.100.1 1 25\r\n"s,
             "PROXY TCP4 2001:db8::7 198.51.100.1 1 25\r\n"s,
             "PROXY TCP6 192.0.2.7 2001:db8::1 1 25\r\n"s,
             "PROXY TCP6 fe80::1%eth0 2001:db8::1 1 25\r\n"s,
             "PROXY  TCP4 192.0.2.7 198.51.100.1 1 25\r\n"s,
             "PROXY UDP4 192.0.2.7 198.51.100.1 1 25\r\n"s,
             "proxy TCP4 192.0.2.7 198.51.100.1 1 25\r\n"s,
             "EHLO client.example.net\r\n"s,
             "PROXY\r\nEHLO client\r\n"s,
             "PROXY UNKNOWN\rEHLO client\r\n"s,
             "PROXY UNKNOWN " + std::string(200, 'x') + "\r\n",
         })
        EXPECT_EQ(client_of(wrong), "?") << wrong;
}

TEST(ProxyHeader, ReadsOctets)
{
    const std::string v4 = "\xC0\x00\x02\x07\xC6\x33\x64\x01\xDC\x04\x00\x19"s;
    const std::string v6 = "\x20\x01\x0D\xB8"s + std::string(11, '\0') + '\7' + std::string(20, '\0');
    for (const std::size_t piece : {std::size_t{1}, std::size_t{5}, std::size_t{1000}}) {
        EXPECT_EQ(client_of(binary('\x21', '\x11', v4), piece), "192.0.2.7");
        EXPECT_EQ(client_of(binary('\x21', '\x11', v4 + "\x04\x00\x03xyz"s), piece), "192.0.2.7")
            << "and more";
        EXPECT_EQ(client_of(binary('\x21', '\x21', v6), piece), "2001:db8::7");
        EXPECT_EQ(client_of(binary('\x20', '\0', ""), piece), "") << "LOCAL";
        EXPECT_EQ(client_of(binary('\x20', '\x11', v4), piece), "") << "LOCAL, whatever it says";
        EXPECT_EQ(client_of(binary('\x21', '\x31', std::string(216, 'u')), piece), "") << "a path";
    }
}

TEST(ProxyHeader, RefusesOctetsThatAreWrong)
{
    EXPECT_EQ(client_of(binary('\x11', '\x11', std::string(12, '\1'))), "?") << "another version";
    EXPECT_EQ(client_of(binary('\x22', '\x11', std::string(12, '\1'))), "?") << "another command";
    EXPECT_EQ(client_of(binary('\x21', '\x11', std::string(11, '\1'))), "?") << "too short";
    EXPECT_EQ(client_of(binary('\x21', '\x21', std::string(35, '\1'))), "?") << "too short";
    EXPECT_EQ(client_of(binary('\x21', '\x11', std::string(4097, '\1'))), "?") << "too long";
    EXPECT_EQ(client_of("\r\n\r\n\1\r\nQUIT\n"s + "\x21\x11\0\0"s), "?");
}

} // namespace
} // namespace pillarbox::net
