#include "server/publish/sts.hpp"
#include "tests/unit/api/site_test.hpp"

namespace pillarbox::api {
namespace {

class MtaStsTest : public SiteTest
{
protected:
    Reply policy_at(std::string_view host)
    {
        auto asked = request("GET", "/.well-known/mta-sts.txt");
        asked.authority = host;
        return ask(std::move(asked));
    }
};

TEST_F(MtaStsTest, IsServedForOurDomains)
{
    config_.mta_sts.mode = Config::MtaSts::Mode::enforce;
    const auto reply = policy_at("mta-sts.example.org");
    ASSERT_EQ(reply.status, 200u) << reply.body;
    EXPECT_EQ(reply.field("Content-Type"), "text/plain; charset=utf-8");
    EXPECT_EQ(reply.body, publish::sts_policy(config_));
    EXPECT_NE(reply.body.find("mode: enforce\r\n"), std::string::npos);
    for (const auto* host : {"mta-sts.example.net", "example.org", "mail.example.org", "mta-sts."})
        EXPECT_EQ(policy_at(host).status, 404u) << host;
}

TEST_F(MtaStsTest, IsServedOnlyWhenItIsOn)
{
    EXPECT_EQ(policy_at("mta-sts.example.org").status, 404u);
}

} // namespace
} // namespace pillarbox::api
