#include "server/mailflow/trace.hpp"

#include <gtest/gtest.h>

#include <string>

namespace pillarbox::mailflow {
namespace {

using namespace std::chrono;

Hop hop()
{
    return {.helo = "client.example",
            .client = "[192.0.2.7]",
            .hostname = "mx.example.org",
            .protocol = "ESMTP",
            .tls = "",
            .id = "k3f9q2",
            .recipient = "alice@example.test",
            .time = sys_days(2026y / November / 25) + 17h + 21min + 59s};
}

TEST(Received, TellsWhereAMessageCameFromAndWhen)
{
    EXPECT_EQ(received(hop()), "Received: from client.example ([192.0.2.7]) by mx.example.org (Pillarbox)\r\n"
                               "    with ESMTP id k3f9q2 for <alice@example.test>;\r\n"
                               "    Wed, 25 Nov 2026 17:21:59 +0000\r\n");
}

TEST(Received, LeavesOutWhatIsNotKnown)
{
    Hop nameless = hop();
    nameless.helo = "";
    EXPECT_TRUE(received(nameless).starts_with("Received: from [192.0.2.7] by mx.example.org (Pillarbox)"));

    Hop several = hop();
    several.recipient = "";
    EXPECT_EQ(received(several).find("for <"), std::string::npos);
    EXPECT_NE(received(several).find("id k3f9q2; "), std::string::npos);

    Hop ours = hop();
    ours.client = "";
    ours.helo = "";
    ours.protocol = "";
    EXPECT_TRUE(received(ours).starts_with("Received: by mx.example.org (Pillarbox) id k3f9q2 for"));
}

TEST(Received, SaysWhichTlsProtectedTheHop)
{
    Hop secure = hop();
    secure.protocol = "ESMTPSA";
    secure.tls = "TLSv1.3 TLS_AES_256_GCM_SHA384";
    EXPECT_NE(received(secure).find("with ESMTPSA (TLSv1.3 TLS_AES_256_GCM_SHA384)"), std::string::npos);
}

TEST(Received, FoldsWhereItCan)
{
    Hop long_names = hop();
    const std::string name = std::string(60, 'a') + ".example";
    const std::string recipient = std::string(64, 'l') + "@" + name;
    long_names.helo = name;
    long_names.hostname = name;
    long_names.recipient = recipient;
    long_names.client = "[IPv6:2001:db8:1111:2222:3333:4444:5555:6666]";
    const std::string field = received(long_names);
    std::size_t from = 0;
    while (from < field.size()) {
        const auto end = field.find("\r\n", from);
        ASSERT_NE(end, std::string::npos);
        const std::string line = field.substr(from, end - from);
        // Only a word that has no room anywhere may go beyond.
        EXPECT_TRUE(line.size() <= 78 || line.find(recipient) != std::string::npos ||
                    line.starts_with("    by"))
            << line;
        EXPECT_TRUE(from == 0 || line.starts_with("    ")) << line;
        from = end + 2;
    }
}

TEST(Trace, WritesPathsAndLiterals)
{
    EXPECT_EQ(return_path("bob@example.org"), "Return-Path: <bob@example.org>\r\n");
    EXPECT_EQ(return_path(""), "Return-Path: <>\r\n");
    EXPECT_EQ(delivered_to("alice+list@example.test"), "Delivered-To: alice+list@example.test\r\n");
    EXPECT_EQ(address_literal("192.0.2.7"), "[192.0.2.7]");
    EXPECT_EQ(address_literal("2001:db8::1"), "[IPv6:2001:db8::1]");
    EXPECT_EQ(address_literal("::ffff:192.0.2.7"), "[192.0.2.7]");
    EXPECT_EQ(address_literal("::1"), "[IPv6:::1]");
}

} // namespace
} // namespace pillarbox::mailflow
