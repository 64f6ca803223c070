#include "tests/unit/dkim/examples.hpp"

#include <gtest/gtest.h>

#include <string>

namespace pillarbox::dkim {
namespace {

/// A message that has what the forms treat differently, and what dkimpy 1.1.4
/// signed it with: the key of RFC 8463 A.2.
const std::string odd_message = "From:  Carol <carol@football.example.com>\r\n"
                                "To: one@example.net,\r\n\ttwo@example.net\r\n"
                                "SUBJECT: two  spaces \t and a tab \r\n"
                                "X-Seen: yes\r\nX-Seen: again\r\n"
                                "\r\n leading\r\ntwo  spaces\t\r\n\r\n.\r\n\r\n \r\n\r\n";
const std::string simple_body = "MEjg0qg3B14j8qyu+2zQXXF1HJXvbUlYKvbn6lmHX/o=";
const std::string relaxed_body = "pGsjZSQgV30nVrFtHoK8T90GL6PS0q5OiArPJJzU9aI=";

struct SignedCase
{
    std::string forms;
    std::string body_hash;
    std::string signature;
};

const std::vector<SignedCase> cases{
    {"simple/simple", simple_body,
     "z9kiO0cIyMRybbuZ3elaILMPGTd7lb/UWvveJ5IHZbXRSPJmW98bR6+NQaXc3VTjjcSez\r\n"
     " oIlIGVU0j39Z1G8NgVFnrYkZe5VjioTq+I8agOZbOjXwQBZFManA6rv3H6NyXDjuZGGIvwq\r\n"
     " DEWmGJbmSoQnT/W/7bJe/NZpSWodmJA="},
    {"simple/relaxed", relaxed_body,
     "XldWWjk/usR9lBAOKM1fKJPfIfjHjpnINU5s9BI2EgZ7/Fe6pqDXoHdNWs/ERlo+Aph0c\r\n"
     " YIHuSBJChqWErWfFQ69QEfglHw5sXBnkQR8mQhBxUFWN1Xw7WGMBlwKs84Fa3vacjhFIKIM\r\n"
     " +JheeffIYp9/9G+4m4BeueFKl5jsvwg="},
    {"relaxed/simple", simple_body,
     "qmgGER0HZmm8ohlcLbFHQNpsWbIeFrEcsFPe+Ivge5DXasriDeaIizxM7wEtpmCXzrwQZ\r\n"
     " 9Pi8JQ70OGKz9oKPHX8oIDSMSeCOcmAxa1P5TuevN9zrNZBEx39gDMfhIi310X0PmsTeaIS\r\n"
     " lcdXRQN7FAKS1n6AXGg/vXbhWXOojHk="},
    {"relaxed/relaxed", relaxed_body,
     "nLT7CZQgkdUxdEhxZ4lOJnRz7vJu3SMPPjzDaggZu9JuyeregsRXmKtr4oCITQMnN7n0w\r\n"
     " w2iLulBwIFtcnI66hDC1sZJatip3rfS9mawY4yQWT02SZaZt9mDPAkwpvaTOOXDvy36hysD\r\n"
     " QkRp8/CTjYadZRSgObxEd960XGg+Lsw="},
};

std::string field_of(const SignedCase& each)
{
    return "DKIM-Signature: v=1; a=rsa-sha256; c=" + each.forms +
           ";\r\n d=football.example.com; i=@football.example.com; q=dns/txt; s=test;\r\n"
           " t=1795974464; h=from : to : subject : x-seen : x-seen : date;\r\n bh=" +
           each.body_hash + ";\r\n b=" + each.signature + "\r\n";
}

std::string verdict(const std::string& text)
{
    const auto results = test::verify(text, test::rfc_keys());
    EXPECT_EQ(results.size(), 1u);
    return results.empty() ? "" : std::string(name_of(results.front().outcome));
}

TEST(AnotherSigner, IsVerifiedInEveryForm)
{
    for (const auto& each : cases) {
        const std::string text = field_of(each) + odd_message;
        EXPECT_EQ(verdict(text), "pass") << each.forms;
        const bool relaxed_header = each.forms.starts_with("relaxed");
        const bool relaxed_body_form = each.forms.ends_with("relaxed");
        EXPECT_EQ(verdict(test::changed(text, "two  spaces \t", "two spaces")),
                  relaxed_header ? "pass" : "fail")
            << each.forms;
        EXPECT_EQ(verdict(test::changed(text, "two  spaces\t\r\n", "two spaces\r\n")),
                  relaxed_body_form ? "pass" : "fail")
            << each.forms;
        EXPECT_EQ(
            verdict(test::changed(text, "X-Seen: yes\r\nX-Seen: again", "X-Seen: again\r\nX-Seen: yes")),
            "fail")
            << each.forms;
        EXPECT_EQ(verdict(test::changed(text, "X-Seen: yes", "Date: now\r\nX-Seen: yes")), "fail")
            << each.forms;
        EXPECT_EQ(verdict(text + "\r\n\r\n"), "pass") << each.forms;
        EXPECT_EQ(verdict(text + "."), "fail") << each.forms;
    }
}

} // namespace
} // namespace pillarbox::dkim
