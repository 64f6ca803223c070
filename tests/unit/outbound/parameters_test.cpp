#include "server/outbound/parameters.hpp"

#include <gtest/gtest.h>

namespace pillarbox::outbound {
namespace {

namespace notify = storage::notify;

Envelope envelope()
{
    Envelope made{
        .reverse_path = "a@us.example", .recipients = {"b@hop.example", "c@hop.example"}, .size = 7};
    made.return_content = storage::ReturnContent::headers;
    made.envelope_id = "QQ+2B314159";
    made.asked = {{notify::success | notify::delay, "rfc822;b+2Bx@us.example"}, {}};
    return made;
}

TEST(Parameters, OfMailAreThoseThatTheServerOffers)
{
    EXPECT_EQ(mail_parameters(envelope(), {}, false), "");
    EXPECT_EQ(mail_parameters(envelope(), {.size = 0}, false), " SIZE=7");
    EXPECT_EQ(mail_parameters(envelope(), {.eight_bit = true, .dsn = true}, true),
              " BODY=8BITMIME RET=HDRS ENVID=QQ+2B314159");
}

TEST(Parameters, OfReportsAreThoseThatWereSaid)
{
    auto asked = envelope();
    asked.return_content = storage::ReturnContent::full;
    asked.envelope_id.clear();
    EXPECT_EQ(mail_parameters(asked, {.dsn = true}, false), " RET=FULL");
    asked.return_content = storage::ReturnContent::unsaid;
    EXPECT_EQ(mail_parameters(asked, {.dsn = true}, false), "");
}

TEST(Parameters, OfARecipientAreHisOwn)
{
    const Extensions offered{.dsn = true};
    EXPECT_EQ(rcpt_parameters(envelope(), 0, offered), " NOTIFY=SUCCESS,DELAY ORCPT=rfc822;b+2Bx@us.example");
    EXPECT_EQ(rcpt_parameters(envelope(), 1, offered), "");
    EXPECT_EQ(rcpt_parameters(envelope(), 0, {}), "") << "the server does not know what that is";

    auto asked = envelope();
    asked.asked[1].notify = notify::never;
    EXPECT_EQ(rcpt_parameters(asked, 1, offered), " NOTIFY=NEVER");
    asked.asked[1].notify = notify::success | notify::failure | notify::delay;
    EXPECT_EQ(rcpt_parameters(asked, 1, offered), " NOTIFY=SUCCESS,FAILURE,DELAY");
    asked.asked.clear();
    EXPECT_EQ(rcpt_parameters(asked, 1, offered), "");
}

TEST(Parameters, SayWhatTimeIsLeft)
{
    auto urgent = envelope();
    urgent.deliver_by = storage::DeliverBy{.or_return = true, .traced = true};
    urgent.time_left = std::chrono::seconds(90);
    EXPECT_EQ(mail_parameters(urgent, {}, false), "");
    EXPECT_EQ(mail_parameters(urgent, {.deliver_by = std::chrono::seconds(0)}, false), " BY=90;RT");
    urgent.time_left = std::chrono::seconds(-2'000'000'000);
    urgent.deliver_by->or_return = false;
    EXPECT_EQ(mail_parameters(urgent, {.deliver_by = std::chrono::seconds(0)}, false), " BY=-999999999;NT");
}

} // namespace
} // namespace pillarbox::outbound
