#include "server/outbound/extensions.hpp"

#include <gtest/gtest.h>

namespace pillarbox::outbound {
namespace {

ServerReply reply(std::vector<std::string> lines)
{
    return {250, std::move(lines)};
}

TEST(ParseExtensions, KnowsThemInAnyCase)
{
    const auto all =
        parse_extensions(reply({"mx.example.net greets you", "pipelining", "SIZE 35882577", "8bitmime",
                                "StartTLS", "AUTH plain LOGIN", "DSN", "SMTPUTF8", "requiretls", "Chunking",
                                "deliverby 240,x", "XUNKNOWN 1 2 3", ""}));
    EXPECT_EQ(all.name, "mx.example.net");
    EXPECT_TRUE(all.pipelining && all.eight_bit && all.start_tls && all.dsn && all.smtputf8 &&
                all.require_tls);
    EXPECT_TRUE(all.chunking);
    EXPECT_EQ(all.size, 35882577u);
    EXPECT_EQ(all.deliver_by, std::chrono::seconds(240));
    EXPECT_TRUE(all.offers("PLAIN"));
    EXPECT_TRUE(all.offers("LOGIN"));
    EXPECT_FALSE(all.offers("CRAM-MD5"));
}

TEST(ParseExtensions, FindsNoneInTheFirstLine)
{
    const auto none = parse_extensions(reply({"PIPELINING"}));
    EXPECT_FALSE(none.pipelining);
    EXPECT_FALSE(none.size);
    EXPECT_EQ(parse_extensions(reply({"x", "SIZE"})).size, 0u);
    EXPECT_EQ(parse_extensions(reply({"x", "SIZE much"})).size, 0u);
    EXPECT_FALSE(none.deliver_by);
    EXPECT_EQ(parse_extensions(reply({"x", "DELIVERBY"})).deliver_by, std::chrono::seconds(0));
    EXPECT_EQ(parse_extensions(reply({"x", "DELIVERBY soon"})).deliver_by, std::chrono::seconds(0));
    EXPECT_TRUE(parse_extensions({}).name.empty());
}

} // namespace
} // namespace pillarbox::outbound
