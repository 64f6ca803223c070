#include "tests/unit/api/site_test.hpp"

#include <boost/json/serialize.hpp>

namespace pillarbox::api {
namespace {

class SettingsTest : public SiteTest
{
protected:
    std::string shown(std::string_view who)
    {
        return boost::json::serialize(get(who, "/api/v1/settings").json());
    }

    Reply choose(std::string_view body) { return ask(as("alice", "PATCH", "/api/v1/settings", body)); }
};

constexpr auto usual = R"({"theme":"system","density":"comfortable","conversations":true,"shortcuts":true,)"
                       R"("notifications":false,"imagesFrom":[]})";

TEST_F(SettingsTest, AreUsualUntilChosenAndEachOnesOwn)
{
    EXPECT_EQ(shown("alice"), usual);
    const auto chosen = choose(R"({"density":"compact","conversations":false,"imagesFrom":["a@b.example"]})");
    EXPECT_EQ(chosen.status, 200u) << chosen.body;
    EXPECT_EQ(choose(R"({"theme":"dark"})").status, 200u);
    EXPECT_EQ(shown("alice"), R"({"theme":"dark","density":"compact","conversations":false,"shortcuts":true,)"
                              R"("notifications":false,"imagesFrom":["a@b.example"]})");
    EXPECT_EQ(shown("bob"), usual);
    EXPECT_EQ(choose(R"({"imagesFrom":[]})").status, 200u);
    EXPECT_NE(shown("alice").find(R"("imagesFrom":[])"), std::string::npos);
}

TEST_F(SettingsTest, AreRefusedWhenTheyAreNone)
{
    struct Case
    {
        const char* body;
        const char* pointer;
    };
    const Case cases[] = {
        {R"({"theme":"pink"})", "/theme"},         {R"({"theme":true})", "/theme"},
        {R"({"shortcuts":"on"})", "/shortcuts"},   {R"({"imagesFrom":"all"})", "/imagesFrom"},
        {R"({"imagesFrom":[""]})", "/imagesFrom"}, {R"({"font":"large"})", "/font"}};
    for (const auto& [body, pointer] : cases) {
        const auto refused = choose(body);
        EXPECT_EQ(refused.status, 400u) << body;
        EXPECT_NE(refused.body.find(std::string("\"") + pointer), std::string::npos) << refused.body;
    }
    EXPECT_EQ(shown("alice"), usual);
}

} // namespace
} // namespace pillarbox::api
