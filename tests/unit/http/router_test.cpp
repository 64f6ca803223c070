#include "web/http/router.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace pillarbox::http {
namespace {

Router sample()
{
    Router router;
    for (const auto& [method, pattern] :
         std::vector<std::pair<std::string, std::string>>{{"GET", "/a"},
                                                          {"POST", "/a"},
                                                          {"GET", "/a/{id}"},
                                                          {"PATCH", "/a/{id}"},
                                                          {"GET", "/a/{id}/b/{path}"}})
        router.add(method, pattern, Access::open, {});
    return router;
}

TEST(Router, FindsByMethodAndPath)
{
    const Router router = sample();
    struct Case
    {
        std::string method, path, pattern, allow;
    };
    const std::vector<Case> cases{
        {"GET", "/a", "/a", ""},
        {"HEAD", "/a", "/a", ""},
        {"POST", "/a", "/a", ""},
        {"GET", "/a/7", "/a/{id}", ""},
        {"PATCH", "/a/7", "/a/{id}", ""},
        {"GET", "/a/7/b/1.2", "/a/{id}/b/{path}", ""},
        {"DELETE", "/a", "", "GET, HEAD, POST"},
        {"HEAD", "/a/7/b", "", ""},
        {"PUT", "/a/7", "", "GET, HEAD, PATCH"},
        {"get", "/a", "", "GET, HEAD, POST"},
        {"GET", "/a/", "", ""},
        {"GET", "/", "", ""},
        {"GET", "", "", ""},
        {"GET", "/b", "", ""},
        {"GET", "/a/7/b/1/2", "", ""},
    };
    for (const auto& item : cases) {
        const auto match = router.find(item.method, item.path);
        EXPECT_EQ(match.route ? match.route->pattern : "", item.pattern) << item.method << " " << item.path;
        EXPECT_EQ(match.allow, item.allow) << item.method << " " << item.path;
    }
}

TEST(Router, DecodesEachSegmentByItself)
{
    const Router router = sample();
    const auto match = router.find("GET", "/a/x%2Fy/b/%C3%A4");
    ASSERT_TRUE(match.route);
    EXPECT_EQ(match.parameters[0].second, "x/y");
    EXPECT_EQ(match.parameters[1].second, "ä");
    EXPECT_TRUE(router.find("GET", "/a/%").malformed);
    EXPECT_TRUE(router.find("GET", "/a/%00").malformed);
}

} // namespace
} // namespace pillarbox::http
