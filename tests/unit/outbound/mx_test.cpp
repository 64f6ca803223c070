#include "server/outbound/mx.hpp"

#include <gtest/gtest.h>

namespace pillarbox::outbound {
namespace {

using Hosts = std::vector<std::string>;
using boost::asio::ip::make_address;

constexpr auto us = "mail.example.org";

std::size_t last(std::size_t below)
{
    return below - 1; // so that nothing is shuffled
}

TEST(Exchangers, AreTriedByPreference)
{
    const auto found = exchangers("example.net", {{20, "b"}, {10, "a"}, {30, "c"}, {40, "a"}}, us, last);
    EXPECT_EQ(found.kind, Exchangers::Kind::hosts);
    EXPECT_EQ(found.hosts, (Hosts{"a", "b", "c"}));
}

TEST(Exchangers, AreShuffledWithinOne)
{
    const auto first = [](std::size_t) { return std::size_t{0}; };
    const auto found = exchangers("example.net", {{5, "z"}, {10, "a"}, {10, "b"}, {10, "c"}}, us, first);
    EXPECT_EQ(found.hosts, (Hosts{"z", "b", "c", "a"}));
}

TEST(Exchangers, AreTheDomainItselfWithoutRecords)
{
    EXPECT_EQ(exchangers("example.net", {}, us, last).hosts, Hosts{"example.net"});
}

TEST(Exchangers, AreNoneWithANullMx)
{
    EXPECT_EQ(exchangers("example.net", {{0, ""}}, us, last).kind, Exchangers::Kind::takes_none);
    EXPECT_EQ(exchangers("example.net", {{0, ""}, {10, "a"}}, us, last).hosts, Hosts{"a"});
}

TEST(Exchangers, AreBetterThanWeAre)
{
    const auto found =
        exchangers("example.net", {{10, "a"}, {20, "MAIL.example.org"}, {20, "b"}, {30, "c"}}, us, last);
    EXPECT_EQ(found.hosts, Hosts{"a"});
    EXPECT_EQ(exchangers("example.net", {{20, us}, {30, "c"}}, us, last).kind, Exchangers::Kind::ourselves);
    EXPECT_EQ(exchangers(us, {}, us, last).kind, Exchangers::Kind::ourselves);
}

TEST(Exchangers, HaveALimit)
{
    std::vector<MxRecord> many;
    for (int i = 0; i < 1000; ++i)
        many.push_back({10, "mx" + std::to_string(i)});
    EXPECT_EQ(exchangers("example.net", many, us, last).hosts.size(), 10u);
}

TEST(InTurns, TakesFromBothFamilies)
{
    const auto a = make_address("192.0.2.1"), b = make_address("192.0.2.2");
    const auto six = make_address("2001:db8::1");
    EXPECT_EQ(in_turns({a, b, a, six}), (std::vector{six, a, b}));
    std::vector<boost::asio::ip::address> many;
    for (int i = 0; i < 100; ++i)
        many.push_back(make_address("192.0.2." + std::to_string(i)));
    EXPECT_EQ(in_turns(many).size(), 4u);
    EXPECT_TRUE(in_turns({}).empty());
}

TEST(LiteralAddress, IsReadFromTheDomain)
{
    EXPECT_EQ(literal_address("[192.0.2.1]"), make_address("192.0.2.1"));
    EXPECT_EQ(literal_address("[ipv6:2001:db8::1]"), make_address("2001:db8::1"));
    for (const auto* text :
         {"example.org", "[example.org]", "[2001:db8::1]", "[IPv6:192.0.2.1]", "[", "[]", ""})
        EXPECT_FALSE(literal_address(text)) << text;
}

} // namespace
} // namespace pillarbox::outbound
