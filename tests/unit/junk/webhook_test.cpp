#include "server/junk/webhook.hpp"

#include <gtest/gtest.h>

namespace pillarbox::junk::webhook {
namespace {

TEST(SignatureOf, IsThatOfTheStandard)
{
    // RFC 4231 §4.3
    EXPECT_EQ(signature_of("what do ya want for nothing?", "Jefe"),
              "sha256=5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
}

TEST(BodyOf, IsAnObject)
{
    EXPECT_EQ(
        body_of({.id = "abc",
                 .time = std::chrono::sys_seconds(std::chrono::seconds(1'764'072'000)),
                 .client = "192.0.2.7",
                 .user = {},
                 .from = "bob@example.net",
                 .to = {"alice@example.org", "\xff@example.org"},
                 .message_id = "<1@example.net>",
                 .size = 7,
                 .verified = "spf=pass"}),
        R"({"event":"accepted","id":"abc","time":"2025-11-25T12:00:00Z","client":"192.0.2.7","user":"",)"
        R"("from":"bob@example.net","to":["alice@example.org",")"
        "\xef\xbf\xbd"
        R"(@example.org"],"messageId":"<1@example.net>","size":7,"verified":"spf=pass"})");
}

} // namespace
} // namespace pillarbox::junk::webhook
