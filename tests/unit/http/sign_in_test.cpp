#include "web/http/sign_in.hpp"

#include "web/http/secret.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace pillarbox::http {
namespace {

using namespace std::chrono_literals;

TEST(SignIn, MakesSessionsThatCannotBeGuessed)
{
    const storage::Time now{1000s};
    const auto one = make_session(Request{}, storage::AccountId{7}, false, now);
    const auto two = make_session(Request{}, storage::AccountId{7}, true, now);
    EXPECT_EQ(one.cookie.size(), 43u) << "256 bits";
    EXPECT_NE(one.cookie, two.cookie);
    EXPECT_NE(one.stored.csrf, one.cookie);
    EXPECT_EQ(one.stored.digest, sha256(one.cookie));
    EXPECT_EQ(one.stored.expires - now, 12h);
    EXPECT_EQ(two.stored.expires - now, 30 * 24h);
}

TEST(SignIn, NamesItsCookieByTheTransport)
{
    Request plain;
    Request secure;
    secure.secure = true;
    const auto session = make_session(Request{}, storage::AccountId{7}, false, {});
    EXPECT_EQ(set_cookie(plain, session, false),
              "pillarbox=" + session.cookie + "; Path=/; HttpOnly; SameSite=Strict");
    EXPECT_EQ(set_cookie(secure, session, true),
              "__Host-pillarbox=" + session.cookie +
                  "; Path=/; HttpOnly; SameSite=Strict; Secure; Max-Age=2592000");
    EXPECT_EQ(clear_cookie(secure),
              "__Host-pillarbox=; Path=/; HttpOnly; SameSite=Strict; Secure; Max-Age=0");

    plain.fields.add("Cookie", "pillarbox=" + session.cookie);
    secure.fields.add("Cookie", "pillarbox=" + session.cookie);
    EXPECT_EQ(session_digest(plain), session.stored.digest);
    EXPECT_EQ(session_digest(secure), "") << "a cookie that plain HTTP could have set is none under TLS";
}

TEST(SignIn, ComparesTokens)
{
    const auto session = make_session(Request{}, storage::AccountId{7}, false, {});
    Request request;
    EXPECT_FALSE(has_csrf_token(request, session.stored));
    request.fields.set("X-CSRF-Token", session.stored.csrf + "x");
    EXPECT_FALSE(has_csrf_token(request, session.stored));
    request.fields.set("X-CSRF-Token", session.stored.csrf);
    EXPECT_TRUE(has_csrf_token(request, session.stored));
    storage::WebSession empty;
    EXPECT_FALSE(has_csrf_token(Request{}, empty)) << "no token is no token";
}

TEST(SignIn, KnowsJson)
{
    const std::vector<std::pair<std::string, bool>> cases{{"application/json", true},
                                                          {"Application/JSON; charset=utf-8", true},
                                                          {"application/json ;x", true},
                                                          {"text/plain", false},
                                                          {"application/x-www-form-urlencoded", false},
                                                          {"multipart/form-data", false},
                                                          {"application/jsonx", false},
                                                          {"", false}};
    for (const auto& [type, json] : cases) {
        Request request;
        if (!type.empty()) request.fields.add("Content-Type", type);
        EXPECT_EQ(is_json(request), json) << type;
    }
}

TEST(Secret, KnowsItsHashes)
{
    EXPECT_EQ(sha256("abc"),
              "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"); // FIPS 180-4
    // RFC 4231 §4.3, in base64url.
    EXPECT_EQ(mac("Jefe", "what do ya want for nothing?"), "W9zBRr9gdU5qBCQmCJV1x1oAPwidJzmDnexYuWTsOEM");
    EXPECT_TRUE(same_secret("abc", "abc"));
    EXPECT_FALSE(same_secret("abc", "abd"));
    EXPECT_FALSE(same_secret("abc", "abcd"));
}

} // namespace
} // namespace pillarbox::http
