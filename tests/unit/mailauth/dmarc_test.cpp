#include "server/mailauth/dmarc.hpp"

#include "tests/support/run_task.hpp"
#include "tests/unit/mailauth/zone.hpp"

#include <gtest/gtest.h>

namespace pillarbox::mailauth {
namespace {

using namespace std::chrono_literals;
using enum DmarcPolicy;
using pillarbox::test::run_task;
using test::Zone;
using Names = std::vector<std::string>;

DmarcOutcome check(Zone& zone, Names authors, Identifiers authenticated = {}, Identifiers unknown = {},
                   std::chrono::seconds time = 20s)
{
    boost::asio::io_context context;
    return run_task(context, check_dmarc(zone, std::move(authors), std::move(authenticated),
                                         std::move(unknown), std::chrono::steady_clock::now() + time));
}

struct DmarcCase
{
    const char* what;
    std::string zone;
    Names authors;
    Identifiers authenticated;
    DmarcResult result;
    DmarcPolicy policy = none;
    Identifiers unknown{};
};

void expect_dmarc(const std::vector<DmarcCase>& cases)
{
    for (const auto& one : cases) {
        Zone zone(one.zone);
        const auto outcome = check(zone, one.authors, one.authenticated, one.unknown);
        EXPECT_EQ(name_of(outcome.result), name_of(one.result)) << one.what << ": " << outcome.why;
        EXPECT_EQ(name_of(outcome.policy), name_of(one.policy)) << one.what;
        const bool error = one.result == DmarcResult::permerror || one.result == DmarcResult::temperror;
        EXPECT_EQ(outcome.why.empty(), !error) << one.what << ": " << outcome.why;
    }
}

const std::string rejects = "_dmarc.example.org TXT v=DMARC1; p=reject\n";

// RFC 9989 §§5.3.3 to 5.3.5.
TEST(CheckDmarc, WantsOneThatIsAligned)
{
    expect_dmarc({
        {"nothing", rejects, {"example.org"}, {}, DmarcResult::fail, reject},
        {"SPF", rejects, {"example.org"}, {.spf = "example.org"}, DmarcResult::pass, reject},
        {"DKIM",
         rejects,
         {"example.org"},
         {.dkim = {"example.net", "example.org"}},
         DmarcResult::pass,
         reject},
        {"others",
         rejects,
         {"example.org"},
         {.spf = "x.test", .dkim = {"example.net"}},
         DmarcResult::fail,
         reject},
        {"below", rejects, {"example.org"}, {.spf = "mail.example.org"}, DmarcResult::pass, reject},
        {"above", rejects, {"a.example.org"}, {.dkim = {"example.org"}}, DmarcResult::pass, reject},
        {"beside", rejects, {"a.example.org"}, {.dkim = {"b.example.org"}}, DmarcResult::pass, reject},
        {"in capitals", rejects, {"example.org"}, {.dkim = {"Mail.EXAMPLE.org"}}, DmarcResult::pass, reject},
        {"not just its end", rejects, {"example.org"}, {.spf = "badexample.org"}, DmarcResult::fail, reject},
        {"no record", "", {"example.org"}, {.spf = "example.org"}, DmarcResult::none},
        {"nobody", rejects, {}, {.spf = "example.org"}, DmarcResult::none},
    });
}

// RFC 9990 §3.1.1.6: a report tells of both.
TEST(CheckDmarc, TellsBothAlignmentsWhereSomebodyAsks)
{
    const Identifiers both{.spf = "example.org", .dkim = {"example.net", "mail.example.org"}};
    Zone quiet(rejects);
    EXPECT_FALSE(check(quiet, {"example.org"}, both).dkim_aligned) << "one is enough";
    Zone zone("_dmarc.example.org TXT v=DMARC1; p=reject; t=y; rua=mailto:a@example.org\n");
    const auto outcome = check(zone, {"a.example.org"}, both);
    EXPECT_TRUE(outcome.spf_aligned);
    EXPECT_TRUE(outcome.dkim_aligned);
    EXPECT_TRUE(outcome.eased);
    EXPECT_EQ(outcome.applied->domain, "example.org");
    const auto other = check(zone, {"example.org"}, {.spf = "x.test", .dkim = {"example.org"}});
    EXPECT_FALSE(other.spf_aligned);
    EXPECT_TRUE(other.dkim_aligned);
    EXPECT_EQ(other.result, DmarcResult::pass);
}

TEST(FindOrganization, WalksUpTheTree)
{
    Zone zone("_dmarc.example.org TXT v=DMARC1; p=none\n_dmarc.silent.test FAULT x\n");
    boost::asio::io_context context;
    const auto find = [&](const char* domain) {
        return run_task(context, find_organization(zone, domain, std::chrono::steady_clock::now() + 20s));
    };
    EXPECT_EQ(find("a.b.example.org"), "example.org");
    EXPECT_EQ(find("none.test"), "none.test");
    EXPECT_EQ(find("a.silent.test"), std::nullopt);
}

TEST(CheckDmarc, IsStrictWhereItIsAsked)
{
    const std::string zone = "_dmarc.example.org TXT v=DMARC1; p=quarantine; adkim=s\n"
                             "_dmarc.example.net TXT v=DMARC1; p=quarantine; aspf=s\n";
    expect_dmarc({
        {"DKIM", zone, {"example.org"}, {.dkim = {"a.example.org"}}, DmarcResult::fail, quarantine},
        {"SPF beside", zone, {"example.org"}, {.spf = "a.example.org"}, DmarcResult::pass, quarantine},
        {"SPF", zone, {"example.net"}, {.spf = "a.example.net"}, DmarcResult::fail, quarantine},
        {"DKIM beside", zone, {"example.net"}, {.dkim = {"a.example.net"}}, DmarcResult::pass, quarantine},
    });
}

// RFC 9989 §4.10.1.
TEST(CheckDmarc, FindsTheRecord)
{
    const std::string below = "_dmarc.example.org TXT v=DMARC1; p=reject; sp=quarantine\n"
                              "_dmarc.own.example.org TXT v=DMARC1; p=none\n"
                              "_dmarc.np.test TXT v=DMARC1; p=none; np=reject\nis.np.test A 192.0.2.1\n"
                              "_dmarc.bank.example TXT v=DMARC1; p=reject; psd=y\n"
                              "_dmarc.giant.bank.example TXT v=DMARC1; p=quarantine\n";
    expect_dmarc({
        {"of the organisation", below, {"a.b.example.org"}, {}, DmarcResult::fail, quarantine},
        {"its own", below, {"own.example.org"}, {}, DmarcResult::fail, none},
        {"its own, and still aligned",
         below,
         {"own.example.org"},
         {.spf = "b.example.org"},
         DmarcResult::pass,
         none},
        {"no such name", below, {"is-not.np.test"}, {}, DmarcResult::fail, reject},
        {"such a name", below, {"is.np.test"}, {}, DmarcResult::fail, none},
        {"of the suffix", below, {"mail.mega.bank.example"}, {}, DmarcResult::fail, reject},
        {"not of the suffix", below, {"mail.giant.bank.example"}, {}, DmarcResult::fail, quarantine},
        {"a suffix aligns nobody",
         below,
         {"mega.bank.example"},
         {.spf = "giant.bank.example"},
         DmarcResult::fail,
         reject},
        {"two", rejects + rejects, {"example.org"}, {}, DmarcResult::none},
        {"other TXT",
         "_dmarc.example.org TXT hello\n" + rejects,
         {"example.org"},
         {},
         DmarcResult::fail,
         reject},
        {"no policy", "_dmarc.example.org TXT v=DMARC1", {"example.org"}, {}, DmarcResult::permerror},
        {"a test",
         "_dmarc.example.org TXT v=DMARC1; p=reject; t=y",
         {"example.org"},
         {},
         DmarcResult::fail,
         quarantine},
        {"no name", rejects, {"a b..example.org"}, {}, DmarcResult::fail, reject},
    });
}

TEST(CheckDmarc, FailsNobodyForDns)
{
    expect_dmarc({
        {"its record", rejects + "_dmarc.example.org FAULT", {"example.org"}, {}, DmarcResult::temperror},
        {"on the walk", rejects + "_dmarc.example.org FAULT", {"a.example.org"}, {}, DmarcResult::temperror},
        {"of another's organisation",
         rejects + "_dmarc.a.example.org FAULT",
         {"example.org"},
         {.spf = "a.example.org"},
         DmarcResult::temperror},
        {"who is aligned needs none",
         rejects + "_dmarc.org FAULT",
         {"example.org"},
         {.spf = "example.org"},
         DmarcResult::pass,
         reject},
    });
    expect_dmarc({
        {"SPF", rejects, {"example.org"}, {}, DmarcResult::temperror, none, {.spf = "a.example.org"}},
        {"a key",
         rejects,
         {"example.org"},
         {},
         DmarcResult::temperror,
         none,
         {.dkim = {"x.test", "example.org"}}},
        {"SPF of a stranger", rejects, {"example.org"}, {}, DmarcResult::fail, reject, {.spf = "x.test"}},
        {"a stranger's key", rejects, {"example.org"}, {}, DmarcResult::fail, reject, {.dkim = {"x.test"}}},
        {"one is enough",
         rejects,
         {"example.org"},
         {.spf = "example.org"},
         DmarcResult::pass,
         reject,
         {.dkim = {"example.org"}}},
    });
    Zone zone(rejects);
    EXPECT_EQ(check(zone, {"example.org"}, {}, {}, 0s).result, DmarcResult::temperror);
    EXPECT_TRUE(zone.asked.empty());
}

// RFC 9989 §11.5.
TEST(CheckDmarc, TakesTheWorstOfSeveralAuthors)
{
    const std::string zone = rejects + "_dmarc.q.test TXT v=DMARC1; p=quarantine";
    expect_dmarc({
        {"a failure", zone, {"example.org", "q.test"}, {.spf = "example.org"}, DmarcResult::fail, quarantine},
        {"the stricter", zone, {"q.test", "example.org"}, {}, DmarcResult::fail, reject},
        {"all pass",
         zone,
         {"q.test", "example.org"},
         {.spf = "q.test", .dkim = {"example.org"}},
         DmarcResult::pass,
         quarantine},
        {"one without a record", zone, {"example.org", "x.test"}, {.spf = "example.org"}, DmarcResult::none},
        {"too many",
         zone,
         {"a.test", "b.test", "c.test", "d.test", "example.org"},
         {},
         DmarcResult::permerror,
         quarantine},
    });
}

TEST(CheckDmarc, AsksAboutNobodyElse)
{
    Zone zone(rejects);
    check(zone, {"example.org"}, {.spf = "a.b.c.elsewhere.test", .dkim = {"elsewhere.test"}});
    EXPECT_EQ(zone.asked, (Names{"_dmarc.example.org TXT", "_dmarc.org TXT"}));
}

TEST(AuthorDomains, AreThoseOfFrom)
{
    const struct
    {
        const char* head;
        Names domains;
    } cases[] = {
        {"From: Bob <bob@Example.org>\r\n\r\n", {"example.org"}},
        {"From: a@example.org, b@example.net, c@EXAMPLE.org\r\n\r\n", {"example.org", "example.net"}},
        {"From: a@example.org\r\nSubject: x\r\nfrom : b@example.net\r\n\r\n", {"example.org", "example.net"}},
        {"From: \"x@other.test\" <a@example.org> (c@comment.test)\r\n\r\n", {"example.org"}},
        {"From: a@b\xc3\xbc"
         "cher.example\r\n\r\n",
         {"xn--bcher-kva.example"}},
        {"From: nobody:;\r\n\r\n", {}},
        {"From: a@[192.0.2.1]\r\n\r\n", {"[192.0.2.1]"}},
        {"Sender: a@example.org\r\n\r\n", {}},
        {"From: a@example.org.\r\n\r\n", {"example.org"}},
    };
    for (const auto& [head, domains] : cases)
        EXPECT_EQ(author_domains(mime::Header(head)), domains) << head;
}

} // namespace
} // namespace pillarbox::mailauth
