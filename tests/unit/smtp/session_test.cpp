#include "server/smtp/session.hpp"

#include <gtest/gtest.h>

namespace pillarbox::smtp {
namespace {

TEST(Farewell, IsA421WhereThePeerCanStillHear)
{
    EXPECT_TRUE(farewell(net::Errc::timed_out).starts_with("421 4.4.2 "));
    EXPECT_TRUE(farewell(net::Errc::shutting_down).starts_with("421 4.3.2 "));
    for (const net::Errc silent : {net::Errc::closed_by_peer, net::Errc::tls_failed, net::Errc::broken_off}) {
        EXPECT_EQ(farewell(silent), "");
    }
}

TEST(ConnectionLimits, GiveCommandsMoreThanTheFloor)
{
    EXPECT_EQ(connection_limits().line, 2048u); // RFC 5321 §4.5.3.1.4: at least 512
}

} // namespace
} // namespace pillarbox::smtp
