#include "tests/unit/api/admin_test.hpp"

#include <boost/json/array.hpp>

namespace pillarbox::api {
namespace {

namespace json = boost::json;

using AdminDomainsTest = AdminTest;
using AdminAliasesTest = AdminTest;

constexpr std::string_view domains = "/api/v1/admin/domains";
constexpr std::string_view aliases = "/api/v1/admin/aliases";

TEST_F(AdminDomainsTest, AreAddedChangedAndRemoved)
{
    const auto added = post(domains, R"({"name":"Bücher.example"})");
    ASSERT_EQ(added.status, 201u) << added.body;
    EXPECT_EQ(added.json().at("name"), "xn--bcher-kva.example");
    EXPECT_EQ(post(domains, R"({"name":"bücher.example"})").status, 409u);
    EXPECT_EQ(pointer(post(domains, R"({"name":"no domain"})")), "/name");

    const auto list = get("alice", domains).json().at("items").as_array();
    ASSERT_EQ(list.size(), 2u);
    EXPECT_EQ(list[0].at("name"), "example.org");
    EXPECT_EQ(list[0].at("accounts").as_int64(), 3);

    const std::string path = std::string(domains) + "/xn--bcher-kva.example";
    auto changed = patch(path, R"({"quota":9000,"separators":"-+"})");
    ASSERT_EQ(changed.status, 200u) << changed.body;
    EXPECT_EQ(changed.json().at("quota").as_int64(), 9000);
    EXPECT_EQ(changed.json().at("separators"), "-+");
    EXPECT_EQ(changed.json().at("ownSeparators"), true);
    changed = patch(path, R"({"separators":"none"})");
    EXPECT_EQ(changed.json().at("separators"), "");
    changed = patch(path, R"({"separators":"default"})");
    EXPECT_EQ(changed.json().at("separators"), "+");
    EXPECT_EQ(changed.json().at("ownSeparators"), false);
    EXPECT_EQ(pointer(patch(path, R"({"separators":"xyz"})")), "/separators");
    EXPECT_EQ(patch(std::string(domains) + "/example.net", R"({"quota":1})").status, 404u);

    EXPECT_EQ(erase(path).status, 204u);
    EXPECT_EQ(erase(path).status, 404u);
    EXPECT_EQ(erase(std::string(domains) + "/example.org").status, 409u) << "it has accounts";
}

TEST_F(AdminAliasesTest, AreAddedChangedAndRemoved)
{
    const auto added =
        post(aliases, R"({"address":"Sales@example.org","targets":["bob@example.org","Eve@example.net"]})");
    ASSERT_EQ(added.status, 201u) << added.body;
    EXPECT_EQ(added.json(), json::value({{"address", "sales@example.org"},
                                         {"targets", {"bob@example.org", "Eve@example.net"}},
                                         {"enabled", true},
                                         {"state", "enabled"},
                                         {"until", nullptr}}));
    const std::string path = std::string(aliases) + "/sales%40example.org";
    const auto changed = patch(path, R"({"targets":["carol@example.org"],"until":"2020-12-31"})");
    ASSERT_EQ(changed.status, 200u) << changed.body;
    EXPECT_EQ(changed.json().at("state"), "ended");
    EXPECT_EQ(changed.json().at("until"), "2021-01-01T00:00:00Z");
    EXPECT_EQ(run(store_->accounts().route("sales", "example.org")).error(), storage::Errc::ended);
    EXPECT_EQ(patch(path, R"({"until":"","enabled":false})").json().at("state"), "disabled");
    EXPECT_EQ(patch(path, R"({"enabled":true})").json().at("state"), "enabled");
    const auto route = run(store_->accounts().route("sales", "example.org"));
    ASSERT_TRUE(route);
    ASSERT_EQ(route->local.size(), 1u);
    EXPECT_EQ(route->local[0].address, "carol@example.org");
    EXPECT_TRUE(route->remote.empty());

    EXPECT_EQ(get("alice", std::string(aliases) + "?q=carol").json().at("total").as_int64(), 1);
    EXPECT_EQ(get("alice", std::string(aliases) + "?q=bob").json().at("total").as_int64(), 0);
    EXPECT_EQ(erase(path).status, 204u);
    EXPECT_EQ(patch(path, R"({"enabled":true})").status, 404u);
    EXPECT_EQ(get("bob", aliases).status, 403u);
}

TEST_F(AdminAliasesTest, ACatchAllIsOne)
{
    ASSERT_EQ(post(aliases, R"({"address":"@example.org","targets":["bob@example.org"]})").status, 201u);
    EXPECT_TRUE(run(store_->accounts().route("anybody", "example.org")));
    EXPECT_EQ(erase(std::string(aliases) + "/%40example.org").status, 204u);
}

TEST_F(AdminAliasesTest, AWrongOneSaysWhy)
{
    const auto what = [this](std::string_view body) {
        const auto reply = post(aliases, body);
        return std::to_string(reply.status) + " " + pointer(reply);
    };
    EXPECT_EQ(what(R"({"address":"x","targets":["bob@example.org"]})"), "400 /address");
    EXPECT_EQ(what(R"({"address":"x@example.net","targets":["bob@example.org"]})"), "400 /address");
    EXPECT_EQ(what(R"({"address":"bob@example.org","targets":["carol@example.org"]})"), "409 /address");
    EXPECT_EQ(what(R"({"address":"x@example.org","targets":["carol"]})"), "400 /targets");
    EXPECT_EQ(what(R"({"address":"x@example.org","targets":[]})"), "400 /targets");
    EXPECT_EQ(what(R"({"address":"x@example.org","targets":"bob@example.org"})"), "400 /targets");
    EXPECT_EQ(what(R"({"address":"x@example.org","targets":["bob@example.org"],"until":"soon"})"),
              "400 /until");
}

} // namespace
} // namespace pillarbox::api
