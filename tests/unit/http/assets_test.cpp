#include "web/http/assets.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

namespace pillarbox::http {
namespace {

Request get(std::string path, std::string accept_encoding = {})
{
    Request request;
    request.method = "GET";
    request.path = std::move(path);
    if (!accept_encoding.empty()) request.fields.add("Accept-Encoding", accept_encoding);
    return request;
}

TEST(Assets, ChooseACoding)
{
    const std::vector<std::pair<std::string, std::string>> cases{
        {"", ""},
        {"br", "br"},
        {"gzip", "gzip"},
        {"gzip, deflate, br, zstd", "br"},
        {"gzip, br;q=0.5", "gzip"},
        {"br;q=0, gzip", "gzip"},
        {"gzip;q=0", ""},
        {"identity", ""},
        {"*", "br"},
        {"*;q=0", ""},
        {"br;q=0.001", "br"},
        {"GZIP ; q=1.0", "gzip"},
    };
    for (const auto& [field, coding] : cases)
        EXPECT_EQ(choose_coding(field, true, true), coding) << field;
    EXPECT_EQ(choose_coding("br, gzip", false, true), "gzip");
    EXPECT_EQ(choose_coding("br", false, false), "");
}

TEST(Assets, ServeEachCodingUnderItsOwnTag)
{
    const Asset asset{"/assets/a-12345678.js", "text/javascript", "abc", true, "plain", "br!", "gz!"};
    auto plain = serve_asset(get(""), asset);
    EXPECT_EQ(plain.embedded, "plain");
    EXPECT_EQ(plain.fields.find("Vary"), "Accept-Encoding");
    EXPECT_EQ(plain.fields.find("Cache-Control"), "public, max-age=31536000, immutable");
    auto packed = serve_asset(get("", "br"), asset);
    EXPECT_EQ(packed.embedded, "br!");
    EXPECT_EQ(packed.fields.find("Content-Encoding"), "br");
    EXPECT_NE(packed.fields.find("ETag"), plain.fields.find("ETag"));

    auto again = get("", "br");
    again.fields.add("If-None-Match", packed.fields.find("ETag"));
    const auto unchanged = serve_asset(again, asset);
    EXPECT_EQ(unchanged.status, 304u);
    EXPECT_TRUE(unchanged.embedded.empty());
}

TEST(Assets, TheTableIsSortedAndWhole)
{
    const auto all = assets();
    EXPECT_TRUE(std::ranges::is_sorted(all, {}, &Asset::path));
    for (const auto& asset : all) {
        EXPECT_EQ(find_asset(asset.path), &asset);
        EXPECT_FALSE(asset.plain.empty()) << asset.path;
        EXPECT_FALSE(asset.type.empty()) << asset.path;
    }
    EXPECT_EQ(find_asset("/../etc/passwd"), nullptr);
}

TEST(Assets, ServePages)
{
    if (assets().empty()) {
        const auto response = serve_page(get("/mail/inbox"));
        EXPECT_EQ(response.status, 503u);
        EXPECT_NE(response.body.find("PILLARBOX_WEB=OFF"), std::string::npos);
        return;
    }
    const std::vector<std::pair<std::string, unsigned>> cases{
        {"/", 200},          {"/sign-in", 200},    {"/mail/inbox", 200}, {"/mail/inbox/7", 200},
        {"/mail", 200},      {"/nowhere", 404},    {"/mail/", 404},      {"/mail//x", 404},
        {"/search", 200},    {"/search/7", 200},   {"/search/", 404},    {"/search/7/8", 404},
        {"/searching", 404}, {"/mail/a/b/c", 404}, {"/index.htm", 404},  {"/assets/gone.js", 404}};
    for (const auto& [path, status] : cases) {
        const auto response = serve_page(get(path));
        EXPECT_EQ(response.status, status) << path;
        EXPECT_EQ(response.policy, Policy::app) << path;
        EXPECT_EQ(response.fields.find("Cache-Control"), "no-cache") << path;
        EXPECT_EQ(response.fields.find("Content-Type"), "text/html; charset=utf-8") << path;
    }
    EXPECT_EQ(serve_page(get("/frame/message")).policy, Policy::frame);
    EXPECT_EQ(serve_page(get("/frame/message-images")).policy, Policy::frame_images);
    const auto script = std::ranges::find_if(assets(), [](const Asset& asset) {
        return asset.path.starts_with("/frame/") && asset.path.ends_with(".js");
    });
    ASSERT_NE(script, assets().end());
    EXPECT_EQ(serve_asset(get(""), *script).fields.find("Cross-Origin-Resource-Policy"), "cross-origin");
}

TEST(Assets, NothingInTheShellIsInline)
{
    const auto* shell = find_asset("/index.html");
    if (!shell) GTEST_SKIP() << "built without the web application";
    EXPECT_EQ(shell->plain.find("<style"), std::string::npos);
    EXPECT_EQ(shell->plain.find(" style="), std::string::npos);
    EXPECT_EQ(shell->plain.find("<script>"), std::string::npos);
    EXPECT_EQ(shell->plain.find(" on"), shell->plain.find(" on", shell->plain.size())) << "an inline handler";
}

} // namespace
} // namespace pillarbox::http
