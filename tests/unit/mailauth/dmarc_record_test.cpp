#include "server/mailauth/dmarc_record.hpp"

#include <gtest/gtest.h>

namespace pillarbox::mailauth {
namespace {

using enum DmarcPolicy;
using Suffix = DmarcRecord::Suffix;
using Names = std::vector<std::string>;

TEST(ParseDmarcRecord, ReadsTags)
{
    const struct
    {
        const char* text;
        DmarcRecord record;
    } cases[] = {
        {"v=DMARC1; p=none", {}},
        {"v=DMARC1;p=reject", {.policy = reject}},
        {" v = DMARC1 ; P = Quarantine ;", {.policy = quarantine}},
        {"v=DMARC1; p=none; sp=quarantine; np=reject", {none, quarantine, reject}},
        {"v=DMARC1; p=reject; adkim=s; aspf=s", {.policy = reject, .strict_dkim = true, .strict_spf = true}},
        {"v=DMARC1; p=reject; adkim=r; aspf=x", {.policy = reject}},
        {"v=DMARC1; p=reject; t=y", {.policy = reject, .testing = true}},
        {"v=DMARC1; p=reject; psd=y", {.policy = reject, .public_suffix = Suffix::yes}},
        {"v=DMARC1; p=reject; psd=n", {.policy = reject, .public_suffix = Suffix::no}},
        {"v=DMARC1; p=reject; psd=u; pct=10; moo; =; ;; fo=1", {.policy = reject}},
        // RFC 9989 §4.10.1: no policy that is one.
        {"v=DMARC1", {.usable = false}},
        {"v=DMARC1; p=moo", {.usable = false}},
        {"v=DMARC1; p=reject; sp=moo", {.usable = false}},
        {"v=DMARC1; p=reject; np=", {.usable = false}},
        {"v=DMARC1; rua=mailto:a@example.org", {.reports = {"mailto:a@example.org"}}},
        {"v=DMARC1; p=moo; rua=mailto:a@example.org!10m", {.reports = {"mailto:a@example.org!10m"}}},
        {"v=DMARC1; p=reject; sp=moo; rua=x, mailto:a@example.org , https://b.test/",
         {.reports = {"mailto:a@example.org", "https://b.test/"}}},
        {"v=DMARC1; p=reject; sp=moo; rua=example.org", {.usable = false}},
        {"v=DMARC1; p=moo; rua=mailto:", {.usable = false}},
    };
    for (const auto& [text, record] : cases)
        EXPECT_EQ(parse_dmarc_record(text), record) << text;
    for (const auto* text :
         {"", "v=DMARC1x; p=none", "v=dmarc1; p=none", "p=none; v=DMARC1", "v=DMARC2", "v=spf1", "DMARC1"})
        EXPECT_FALSE(parse_dmarc_record(text)) << text;
}

// The examples of RFC 9989 §4.10, and what lies between.
TEST(DmarcWalk, AsksEightTimesAtMost)
{
    EXPECT_EQ(
        dmarc_walk("a.b.c.d.e.f.g.h.i.j.mail.example.com"),
        (Names{"a.b.c.d.e.f.g.h.i.j.mail.example.com", "g.h.i.j.mail.example.com", "h.i.j.mail.example.com",
               "i.j.mail.example.com", "j.mail.example.com", "mail.example.com", "example.com", "com"}));
    EXPECT_EQ(dmarc_walk("a.mail.example.com"),
              (Names{"a.mail.example.com", "mail.example.com", "example.com", "com"}));
    EXPECT_EQ(dmarc_walk("1.2.3.4.5.6.7.8").size(), 8U);
    EXPECT_EQ(dmarc_walk("1.2.3.4.5.6.7.8")[1], "2.3.4.5.6.7.8");
    EXPECT_EQ(dmarc_walk("1.2.3.4.5.6.7.8.9")[1], "3.4.5.6.7.8.9");
    EXPECT_EQ(dmarc_walk("com"), (Names{"com"}));
    EXPECT_EQ(dmarc_walk(""), Names());
}

// The examples of RFC 9989 §4.10.2 and appendix B.4.
TEST(OrganizationalDomain, IsFoundOnTheWalk)
{
    const DmarcRecord unsaid, yes{.public_suffix = Suffix::yes}, no{.public_suffix = Suffix::no};
    const struct
    {
        const char* domain;
        std::vector<DmarcFound> found;
        const char* organization;
    } cases[] = {
        {"a.mail.example.com", {{"mail.example.com", unsaid}, {"example.com", unsaid}}, "example.com"},
        {"a.mail.example.com", {{"mail.example.com", no}}, "mail.example.com"},
        {"a.mail.example.com", {{"com", yes}}, "example.com"},
        {"example.com", {}, "example.com"},
        {"giant.bank.example", {{"giant.bank.example", unsaid}, {"bank.example", yes}}, "giant.bank.example"},
        {"mail.giant.bank.example",
         {{"giant.bank.example", unsaid}, {"bank.example", yes}},
         "giant.bank.example"},
        {"mail.mega.bank.example", {{"bank.example", yes}}, "mega.bank.example"},
        {"bank.example", {{"bank.example", yes}}, "bank.example"},
        {"a.example.com", {{"a.example.com", no}}, "a.example.com"},
    };
    for (const auto& [domain, found, organization] : cases)
        EXPECT_EQ(organizational_domain(domain, found), organization) << domain;
}

TEST(DmarcPolicyOf, LooksAtWhoItIsFor)
{
    const DmarcFound found{"example.org", {none, quarantine, reject}};
    EXPECT_EQ(dmarc_policy(found, "example.org", true), none);
    EXPECT_EQ(dmarc_policy(found, "example.org", false), none);
    EXPECT_EQ(dmarc_policy(found, "a.example.org", true), quarantine);
    EXPECT_EQ(dmarc_policy(found, "a.example.org", false), reject);
    EXPECT_EQ(dmarc_policy({"example.org", {reject, {}, {}}}, "a.example.org", false), reject);
    EXPECT_EQ(dmarc_policy({"example.org", {none, quarantine, {}}}, "a.example.org", false), quarantine);
    for (const auto& [said, meant] : {std::pair{reject, quarantine}, {quarantine, none}, {none, none}})
        EXPECT_EQ(dmarc_policy({"example.org", {.policy = said, .testing = true}}, "example.org", true),
                  meant);
}

} // namespace
} // namespace pillarbox::mailauth
