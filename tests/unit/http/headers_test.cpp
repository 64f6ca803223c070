#include "web/http/headers.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace pillarbox::http {
namespace {

Request from(std::string authority, bool secure = false)
{
    Request request;
    request.method = "GET";
    request.authority = std::move(authority);
    request.secure = secure;
    return request;
}

TEST(Headers, EveryAnswerCarriesThem)
{
    for (const Policy policy :
         {Policy::data, Policy::app, Policy::frame, Policy::frame_images, Policy::part}) {
        Response response;
        response.policy = policy;
        finish(from("mail.example.org", true), response);
        EXPECT_EQ(response.fields.find("Content-Security-Policy"), content_security_policy(policy));
        EXPECT_NE(response.fields.find("Content-Security-Policy").find("default-src 'none'"),
                  std::string::npos);
        EXPECT_EQ(response.fields.find("X-Content-Type-Options"), "nosniff");
        EXPECT_EQ(response.fields.find("Referrer-Policy"), "no-referrer");
        EXPECT_EQ(response.fields.find("Cross-Origin-Opener-Policy"), "same-origin");
        EXPECT_EQ(response.fields.find("Cross-Origin-Resource-Policy"), "same-origin");
        EXPECT_EQ(response.fields.find("Permissions-Policy"),
                  "camera=(), geolocation=(), microphone=(), payment=()");
        EXPECT_EQ(response.fields.find("Strict-Transport-Security"), "max-age=31536000");
        EXPECT_EQ(response.fields.find("Cache-Control"), "private, no-cache");
        EXPECT_FALSE(response.fields.find("Date").empty());
        EXPECT_FALSE(response.fields.contains("Server"));
    }
}

TEST(Headers, NoStrictTransportWithoutTlsOrForLocalhost)
{
    for (const auto& request :
         {from("mail.example.org"), from("localhost:8443", true), from("127.0.0.1", true)}) {
        Response response;
        finish(request, response);
        EXPECT_FALSE(response.fields.contains("Strict-Transport-Security")) << request.authority;
    }
}

TEST(Headers, ThePolicyOfTheApplicationIsExact)
{
    EXPECT_EQ(
        content_security_policy(Policy::app),
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; "
        "connect-src 'self'; frame-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'none'; "
        "frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'");
    EXPECT_EQ(content_security_policy(Policy::frame),
              "sandbox allow-scripts allow-popups allow-popups-to-escape-sandbox; default-src 'none'; "
              "script-src 'self'; style-src 'unsafe-inline'; img-src data: blob:; base-uri 'none'; "
              "form-action 'none'; frame-ancestors 'self'");
    EXPECT_EQ(content_security_policy(Policy::frame).find("allow-same-origin"), std::string::npos);
    EXPECT_EQ(content_security_policy(Policy::frame_images).find("allow-same-origin"), std::string::npos);
}

TEST(Headers, JudgeHosts)
{
    const std::vector<std::pair<std::string, Host>> cases{
        {"localhost", Host::local},
        {"localhost:8080", Host::local},
        {"localhost.", Host::local},
        {"app.localhost:80", Host::local},
        {"127.0.0.1:8080", Host::local},
        {"127.9.9.9", Host::local},
        {"[::1]:8080", Host::local},
        {"192.0.2.1", Host::ours},
        {"[2001:db8::1]", Host::ours},
        {"mail.example.org", Host::ours},
        {"mail.example.org:8443", Host::ours},
        {"mail.example.org.", Host::ours},
        {"example.org", Host::unknown},
        {"mail.example.org.evil.test", Host::unknown},
        {"notlocalhost", Host::unknown},
        {"127.0.0.1.evil.test", Host::unknown},
        {"[::1", Host::unknown},
        {"[::1]x", Host::unknown},
        {"", Host::unknown},
        {"user@localhost", Host::unknown},
    };
    for (const auto& [authority, verdict] : cases)
        EXPECT_EQ(judge_host(authority, "mail.example.org"), verdict) << authority;
    EXPECT_EQ(judge_host("", ""), Host::unknown) << "no hostname is configured";
}

TEST(Headers, KnowOwnOrigin)
{
    struct Case
    {
        bool secure;
        const char* origin;
        const char* site;
        bool same;       // where the two may be missing
        bool with_proof; // where one must be there
    };
    const std::vector<Case> cases{
        {false, "http://localhost:8080", "same-origin", true, true},
        {true, "https://localhost:8080", "", true, true},
        {false, "", "same-origin", true, true},
        {false, "", "none", true, true},
        {false, "", "", true, false},
        {false, "https://localhost:8080", "", false, false},
        {false, "http://localhost", "", false, false},
        {false, "http://evil.test", "", false, false},
        {false, "null", "", false, false},
        {false, "http://localhost:8080", "cross-site", false, false},
        {false, "http://localhost:8080", "same-site", false, false},
    };
    for (const auto& item : cases) {
        auto request = from("localhost:8080", item.secure);
        if (*item.origin) request.fields.add("Origin", item.origin);
        if (*item.site) request.fields.add("Sec-Fetch-Site", item.site);
        EXPECT_EQ(same_origin(request, false), item.same) << item.origin << " " << item.site;
        EXPECT_EQ(same_origin(request, true), item.with_proof) << item.origin << " " << item.site;
    }
}

} // namespace
} // namespace pillarbox::http
