#include "tests/unit/api/site_test.hpp"

#include "web/http/headers.hpp"

namespace pillarbox::api {
namespace {

TEST_F(SiteTest, EveryAnswerCarriesItsHeaders)
{
    deliver("alice@example.org", "Subject: x\n\nbody\n");
    const auto id = newest("alice");
    for (const std::string target : {"/", "/mail/inbox", "/sign-in", "/nowhere", "/frame/message", "/healthz",
                                     "/readyz", "/api/v1/session", "/api/v1/mailboxes", "/api/v1/nothing",
                                     "/api/v1/openapi.json", "/api/v1/messages/%", "/favicon.svg"}) {
        for (const std::string method : {"GET", "HEAD", "POST", "BREW"}) {
            const auto reply = ask(as("alice", method, target));
            EXPECT_FALSE(reply.field("Content-Security-Policy").empty()) << method << " " << target;
            EXPECT_EQ(reply.field("X-Content-Type-Options"), "nosniff") << method << " " << target;
            EXPECT_EQ(reply.field("Referrer-Policy"), "no-referrer") << method << " " << target;
            EXPECT_EQ(reply.field("Cross-Origin-Opener-Policy"), "same-origin") << method << " " << target;
            EXPECT_FALSE(reply.field("Cross-Origin-Resource-Policy").empty()) << method << " " << target;
            EXPECT_FALSE(reply.field("Permissions-Policy").empty()) << method << " " << target;
            EXPECT_FALSE(reply.field("Cache-Control").empty()) << method << " " << target;
        }
    }
    for (const std::string part : {"/raw", "/body", "/parts/1"}) {
        const auto reply = get("alice", "/api/v1/messages/" + id + part);
        EXPECT_EQ(reply.status, 200u) << part;
        EXPECT_EQ(reply.field("Content-Security-Policy"), http::content_security_policy(http::Policy::part))
            << part;
        EXPECT_EQ(reply.field("Cache-Control"), "private, max-age=31536000, immutable") << part;
    }
}

TEST_F(SiteTest, JudgesTheHost)
{
    struct Case
    {
        const char* authority;
        bool secure;
        unsigned status;
        const char* location;
    };
    for (const auto& item :
         {Case{"localhost:8080", false, 401, ""}, Case{"127.0.0.1", false, 401, ""},
          Case{"[::1]:8080", false, 401, ""}, Case{"mail.example.org", true, 401, ""},
          Case{"MAIL.example.org:8443", true, 421, ""}, // exchange lowers it
          Case{"192.0.2.1", true, 401, ""},
          Case{"mail.example.org:8080", false, 308, "https://mail.example.org:8443/api/v1/session?a=b"},
          Case{"[2001:db8::1]:8080", false, 308, "https://[2001:db8::1]:8443/api/v1/session?a=b"},
          Case{"evil.example.net", true, 421, ""}, Case{"evil.example.net", false, 421, ""}}) {
        auto asked = request("GET", "/api/v1/session?a=b");
        asked.authority = item.authority;
        asked.secure = item.secure;
        const auto reply = ask(asked);
        if (std::string_view(item.authority) == "MAIL.example.org:8443") {
            EXPECT_EQ(reply.status, 401u) << "names know no case";
            continue;
        }
        EXPECT_EQ(reply.status, item.status) << item.authority << item.secure;
        EXPECT_EQ(reply.field("Location"), item.location) << item.authority;
    }
}

TEST_F(SiteTest, TellsHealth)
{
    auto probe = request("GET", "/readyz");
    probe.authority = "10.0.0.7:8080";
    probe.secure = false;
    EXPECT_EQ(ask(probe).status, 200u) << "a probe comes without TLS, and by address";
    EXPECT_EQ(ask(probe, true).status, 503u);
    probe.path = "/healthz";
    EXPECT_EQ(ask(probe, true).status, 200u);
    probe.method = "POST";
    EXPECT_EQ(ask(probe).status, 405u);
}

TEST_F(SiteTest, SaysWhichMethodsThereAre)
{
    const auto reply = ask(as("alice", "PUT", "/api/v1/devices", "{}"));
    EXPECT_EQ(reply.status, 405u);
    EXPECT_EQ(reply.field("Allow"), "GET, HEAD");
    EXPECT_EQ(ask(as("alice", "POST", "/mail/inbox", "{}")).status, 405u);
    EXPECT_EQ(get("alice", "/api/v2/mailboxes").problem(), "not-found");
    EXPECT_EQ(get("alice", "/api/v1/mailboxes/%zz").status, 400u);
}

TEST_F(SiteTest, WritesNeedTokenOriginAndJson)
{
    deliver("alice@example.org", "Subject: x\n\nbody\n");
    const auto target = "/api/v1/messages/" + newest("alice");
    const auto good = as("alice", "PATCH", target, R"({"seen":true})");
    EXPECT_EQ(ask(good).status, 200u);

    const auto without = [&](std::string_view field) {
        auto changed = good;
        changed.fields.set(field, "");
        return changed;
    };
    EXPECT_EQ(ask(without("X-CSRF-Token")).problem(), "csrf");
    EXPECT_EQ(ask(without("Origin")).problem(), "csrf");
    EXPECT_EQ(ask(without("Cookie")).problem(), "not-signed-in");
    EXPECT_EQ(ask(without("Content-Type")).status, 415u);
    auto foreign = good;
    foreign.fields.set("X-CSRF-Token", session_of("bob").token);
    EXPECT_EQ(ask(foreign).problem(), "csrf") << "the token belongs to its session";
    foreign = good;
    foreign.fields.set("Sec-Fetch-Site", "same-site");
    EXPECT_EQ(ask(foreign).problem(), "csrf");
    foreign = good;
    foreign.fields.set("Content-Type", "text/plain");
    EXPECT_EQ(ask(foreign).status, 415u);
}

} // namespace
} // namespace pillarbox::api
