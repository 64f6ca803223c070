#include "server/net/dns_records.hpp"

#include <gtest/gtest.h>

namespace pillarbox::net::dns {
namespace {

using namespace std::string_literals;

TEST(ParseName, ReadsLabels)
{
    EXPECT_EQ(parse_name("\4mail\7example\3ORG\0"s), "mail.example.org");
    EXPECT_EQ(parse_name("\0"s), "");
    EXPECT_EQ(parse_name("\5a_-b9\0"s), "a_-b9");
}

TEST(ParseName, RefusesWhatIsNone)
{
    const std::string cases[] = {"",           "\4mail"s,
                                 "\4mai\0"s,   "\4mail\0x"s,
                                 "\4ma l\0"s,  "\4ma\r\n\0"s,
                                 "\4ma.l\0"s,  "\xc0\x0c"s,
                                 "\4ma\0l\0"s, "\x40"s + std::string(64, 'a') + "\0"s};
    for (const auto& octets : cases)
        EXPECT_FALSE(parse_name(octets)) << octets;
    std::string longest;
    for (int i = 0; i < 5; ++i)
        longest += "\x3f" + std::string(63, 'a');
    EXPECT_FALSE(parse_name(longest + "\0"s));
}

TEST(ParseMx, ReadsPreferenceAndHost)
{
    EXPECT_EQ(parse_mx("\x01\x02\2mx\0"s), (Mx{258, "mx"}));
    EXPECT_EQ(parse_mx("\0\0\0"s), (Mx{0, ""})); // RFC 7505 §3
    EXPECT_FALSE(parse_mx("\0\0"s));
    EXPECT_FALSE(parse_mx(""));
}

TEST(ParseTxt, PutsStringsTogether)
{
    EXPECT_EQ(parse_txt("\2v=\0\4spf1"s), "v=spf1");
    EXPECT_EQ(parse_txt(""), "");
    EXPECT_FALSE(parse_txt("\5v="s));
}

TEST(ParseTlsa, ReadsItsFields)
{
    EXPECT_EQ(parse_tlsa("\3\1\1hash"s), (Tlsa{3, 1, 1, "hash"}));
    EXPECT_FALSE(parse_tlsa("\3\1\1"s));
}

TEST(ParseSrv, ReadsWhereAServiceIs)
{
    EXPECT_EQ(parse_srv("\0\12\0\1\1\321\4mail\0"s), (Srv{10, 1, 465, "mail"}));
    EXPECT_EQ(parse_srv("\0\0\0\0\0\0\0"s), (Srv{0, 0, 0, ""})) << "it is not offered";
    EXPECT_FALSE(parse_srv("\0\0\0\0\0\0"s));
    EXPECT_FALSE(parse_srv("\0\0\0\0\1\321\4mai"s));
    EXPECT_FALSE(parse_srv(""));
}

TEST(ReverseName, TurnsAnAddressAround)
{
    EXPECT_EQ(reverse_name("\xc0\0\2\1"s), "1.2.0.192.in-addr.arpa");
    const auto six = reverse_name("\x20\x01\x0d\xb8"s + std::string(11, '\0') + "\1"s);
    EXPECT_EQ(six.substr(0, 8), "1.0.0.0.");
    EXPECT_TRUE(six.ends_with("8.b.d.0.1.0.0.2.ip6.arpa"));
}

} // namespace
} // namespace pillarbox::net::dns
