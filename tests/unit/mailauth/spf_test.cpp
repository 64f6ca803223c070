#include "server/mailauth/spf.hpp"

#include "tests/support/run_task.hpp"
#include "tests/unit/mailauth/zone.hpp"

#include <gtest/gtest.h>

namespace pillarbox::mailauth {
namespace {

using namespace std::chrono_literals;
using pillarbox::test::run_task;
using test::Zone;

struct Sender
{
    const char* client = "192.0.2.3";
    const char* path = "bob@example.org";
    const char* helo = "mx.example.org";
};

SpfOutcome check_sender(Zone& zone, Sender sender = {}, std::chrono::seconds time = 20s)
{
    boost::asio::io_context context;
    SpfQuestion question{boost::asio::ip::make_address(sender.client), sender.helo, sender.path};
    return run_task(context, check_spf(zone, std::move(question), std::chrono::steady_clock::now() + time));
}

struct SpfCase
{
    const char* what;
    std::string zone;
    SpfResult result;
    Sender sender{};
};

void expect_spf(const std::vector<SpfCase>& cases)
{
    for (const auto& one : cases) {
        Zone zone(one.zone);
        const auto outcome = check_sender(zone, one.sender);
        EXPECT_EQ(name_of(outcome.result), name_of(one.result)) << one.what << ": " << outcome.why;
        const bool error = one.result == SpfResult::permerror || one.result == SpfResult::temperror;
        EXPECT_EQ(outcome.why.empty(), !error) << one.what << ": " << outcome.why;
    }
}

constexpr Sender v6{.client = "2001:db8::cb01"};

// RFC 7208 §§4.3 to 4.5.
TEST(CheckSpf, FindsTheRecord)
{
    expect_spf({
        {"no such name", "", SpfResult::none},
        {"no TXT", "example.org A 192.0.2.1", SpfResult::none},
        {"other TXT", "example.org TXT v=spf2.0/pra +all", SpfResult::none},
        {"one among others", "example.org TXT hello\nexample.org TXT v=spf1 +all", SpfResult::pass},
        {"two", "example.org TXT v=spf1 +all\nexample.org TXT v=spf1 -all", SpfResult::permerror},
        {"a fault", "example.org FAULT", SpfResult::temperror},
        {"an error of syntax behind a match", "example.org TXT v=spf1 +all moo", SpfResult::permerror},
        {"nothing in it", "example.org TXT v=spf1", SpfResult::neutral},
        {"one label", "localhost TXT v=spf1 +all", SpfResult::none, {.path = "bob@localhost"}},
        {"an empty label", "", SpfResult::none, {.path = "bob@a..example.org"}},
        {"in capitals", "example.org TXT v=spf1 +all", SpfResult::pass, {.path = "bob@EXAMPLE.org"}},
        {"an address literal", "", SpfResult::none, {.path = "bob@[192.0.2.3]"}},
    });
    Zone zone("");
    const std::string label(64, 'a');
    const std::string path = "bob@" + label + ".example.org";
    EXPECT_EQ(check_sender(zone, {.path = path.c_str()}).result, SpfResult::none);
    EXPECT_TRUE(zone.asked.empty());
}

// RFC 7208 §2.4.
TEST(CheckSpf, LooksAtHeloForTheNullPath)
{
    Zone zone("mx.example.org TXT v=spf1 exists:%{l}.%{o}.%{h}.test -all\n"
              "postmaster.mx.example.org.mx.example.org.test A 127.0.0.2");
    const auto outcome = check_sender(zone, {.path = ""});
    EXPECT_EQ(outcome.result, SpfResult::pass);
    EXPECT_EQ(outcome.domain, "mx.example.org");
    EXPECT_TRUE(outcome.helo);
    EXPECT_EQ(check_sender(zone, {.path = "", .helo = ""}).result, SpfResult::none);
    EXPECT_EQ(check_sender(zone, {.path = "", .helo = "[192.0.2.3]"}).result, SpfResult::none);
}

// RFC 7208 §§4.6.2, 5.1, 5.6.
TEST(CheckSpf, MatchesNetworks)
{
    const std::string record = "example.org TXT v=spf1 ";
    expect_spf({
        {"all", record + "-all", SpfResult::fail},
        {"softly", record + "~all", SpfResult::softfail},
        {"neither", record + "?all", SpfResult::neutral},
        {"the first that matches", record + "?ip4:192.0.2.0/24 +all", SpfResult::neutral},
        {"none matches", record + "ip4:192.0.2.4", SpfResult::neutral},
        {"IPv4", record + "ip4:192.0.2.3 -all", SpfResult::pass},
        {"IPv6", record + "ip6:2001:db8::/32 -all", SpfResult::pass, v6},
        {"not of the other family", record + "ip6:::/0 -all", SpfResult::fail},
        {"nor here", record + "ip4:0.0.0.0/0 -all", SpfResult::fail, v6},
        {"mapped", record + "ip4:192.0.2.3 -all", SpfResult::pass, {.client = "::ffff:192.0.2.3"}},
    });
}

// RFC 7208 §5.2.
TEST(CheckSpf, Includes)
{
    const std::string record = "example.org TXT v=spf1 include:in.test ?all\n";
    expect_spf({
        {"pass", record + "in.test TXT v=spf1 +all", SpfResult::pass},
        {"its own qualifier", "example.org TXT v=spf1 -include:in.test ?all\nin.test TXT v=spf1 +all",
         SpfResult::fail},
        {"fail", record + "in.test TXT v=spf1 -all", SpfResult::neutral},
        {"softfail", record + "in.test TXT v=spf1 ~all", SpfResult::neutral},
        {"neutral", record + "in.test TXT v=spf1 ?all", SpfResult::neutral},
        {"temperror", record + "in.test FAULT", SpfResult::temperror},
        {"permerror", record + "in.test TXT v=spf1 moo", SpfResult::permerror},
        {"none", record, SpfResult::permerror},
        {"%{d} is of the included one, %{o} of the sender",
         record + "in.test TXT v=spf1 exists:%{o}.%{d} -all\nexample.org.in.test A 127.0.0.2",
         SpfResult::pass},
        {"no name", "example.org TXT v=spf1 include:%{l}..test ?all", SpfResult::permerror},
    });
}

// RFC 7208 §5.3.
TEST(CheckSpf, MatchesAddressesOfNames)
{
    const std::string record = "example.org TXT v=spf1 a -all\n";
    expect_spf({
        {"its own", record + "example.org A 192.0.2.9\nexample.org A 192.0.2.3", SpfResult::pass},
        {"another", record + "example.org A 192.0.2.9", SpfResult::fail},
        {"none", record, SpfResult::fail},
        {"IPv6", record + "example.org AAAA 2001:db8::cb01", SpfResult::pass, v6},
        {"of the family", record + "example.org A 192.0.2.3", SpfResult::fail, v6},
        {"a network", "example.org TXT v=spf1 a:x.test/24 -all\nx.test A 192.0.2.77", SpfResult::pass},
        {"of IPv6", "example.org TXT v=spf1 a:x.test//64 -all\nx.test AAAA 2001:db8::1", SpfResult::pass, v6},
        {"a fault", record + "example.org A 192.0.2.3\nexample.org FAULT", SpfResult::temperror},
        {"a fault elsewhere", "example.org TXT v=spf1 a:x.test -all\nx.test FAULT", SpfResult::temperror},
        {"no name", "example.org TXT v=spf1 a:%{l}..test -all", SpfResult::fail},
        {"a name with a backslash",
         "example.org TXT v=spf1 a:%{l}.test -all",
         SpfResult::fail,
         {.path = "\"a\\b\"@example.org"}},
    });
}

// RFC 7208 §§5.4, 4.6.4.
TEST(CheckSpf, MatchesExchangers)
{
    const std::string record = "example.org TXT v=spf1 mx -all\n";
    std::string ten = record;
    for (int i = 0; i < 10; ++i)
        ten += "example.org MX 10 m" + std::to_string(i) + ".test\n";
    expect_spf({
        {"its own", record + "example.org MX 10 a.test\nexample.org MX 20 b.test\nb.test A 192.0.2.3",
         SpfResult::pass},
        {"a network", "example.org TXT v=spf1 mx:x.test/24 -all\nx.test MX 1 b.test\nb.test A 192.0.2.77",
         SpfResult::pass},
        {"IPv6", record + "example.org MX 10 b.test\nb.test AAAA 2001:db8::cb01", SpfResult::pass, v6},
        {"no implicit one", record + "example.org A 192.0.2.3", SpfResult::fail},
        {"the null MX", record + "example.org MX 0 ", SpfResult::fail},
        {"ten", ten + "m9.test A 192.0.2.3", SpfResult::pass},
        {"eleven", ten + "m0.test A 192.0.2.3\nexample.org MX 10 m10.test", SpfResult::permerror},
        {"a fault", record + "example.org MX 10 a.test\na.test FAULT", SpfResult::temperror},
        {"none", "example.org TXT v=spf1 mx:x.test -all", SpfResult::fail},
    });
}

// RFC 7208 §§5.5, 4.6.4.
TEST(CheckSpf, MatchesNamesOfTheClient)
{
    const std::string record = "example.org TXT v=spf1 ptr -all\n";
    std::string ten = record;
    for (int i = 0; i < 10; ++i)
        ten += "192.0.2.3 PTR m" + std::to_string(i) + ".test\n";
    expect_spf({
        {"within", record + "192.0.2.3 PTR a.example.org\na.example.org A 192.0.2.3", SpfResult::pass},
        {"itself", record + "192.0.2.3 PTR example.org\nexample.org A 192.0.2.3", SpfResult::pass},
        {"not just its end", record + "192.0.2.3 PTR badexample.org\nbadexample.org A 192.0.2.3",
         SpfResult::fail},
        {"does not lead back", record + "192.0.2.3 PTR a.example.org\na.example.org A 192.0.2.4",
         SpfResult::fail},
        {"another domain",
         "example.org TXT v=spf1 ptr:x.test -all\n192.0.2.3 PTR a.x.test\na.x.test A 192.0.2.3",
         SpfResult::pass},
        {"IPv6", record + "2001:db8::cb01 PTR a.example.org\na.example.org AAAA 2001:db8::cb01",
         SpfResult::pass, v6},
        {"no name", record, SpfResult::fail},
        {"a fault", record + "192.0.2.3 FAULT", SpfResult::fail},
        {"a fault of a name",
         record + "192.0.2.3 PTR a.test\na.test FAULT\n192.0.2.3 PTR b.example.org\n"
                  "b.example.org A 192.0.2.3",
         SpfResult::pass},
        {"only ten are looked at", ten + "192.0.2.3 PTR a.example.org\na.example.org A 192.0.2.3",
         SpfResult::fail},
    });
}

// RFC 7208 §5.7.
TEST(CheckSpf, AsksWhetherSomethingExists)
{
    const std::string record = "example.org TXT v=spf1 exists:%{ir}.%{v}.test -all\n";
    const std::string nibbles = "1.0.b.c.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2";
    expect_spf({
        {"it does", record + "3.2.0.192.in-addr.test A 127.0.0.2", SpfResult::pass},
        {"it does not", record, SpfResult::fail},
        {"A for IPv6 clients, too", record + nibbles + ".ip6.test A 127.0.0.2", SpfResult::pass, v6},
        {"AAAA is not it", record + "3.2.0.192.in-addr.test AAAA ::1", SpfResult::fail},
        {"a fault", record + "3.2.0.192.in-addr.test FAULT", SpfResult::temperror},
    });
}

// RFC 7208 §6.1.
TEST(CheckSpf, Redirects)
{
    const std::string record = "example.org TXT v=spf1 redirect=x.test\n";
    expect_spf({
        {"goes on there", record + "x.test TXT v=spf1 -all", SpfResult::fail},
        {"after all else", "example.org TXT v=spf1 redirect=x.test ip4:192.0.2.3\nx.test TXT v=spf1 -all",
         SpfResult::pass},
        {"not with all", "example.org TXT v=spf1 ?all redirect=x.test\nx.test TXT v=spf1 -all",
         SpfResult::neutral},
        {"no record", record, SpfResult::permerror},
        {"no name", "example.org TXT v=spf1 redirect=%{l}..test", SpfResult::permerror},
        {"a fault", record + "x.test FAULT", SpfResult::temperror},
        {"%{d} is the new one", record + "x.test TXT v=spf1 exists:%{d}.test -all\nx.test.test A 127.0.0.2",
         SpfResult::pass},
        {"in circles", "example.org TXT v=spf1 redirect=example.org", SpfResult::permerror},
        {"in an included one",
         "example.org TXT v=spf1 include:x.test -all\nx.test TXT v=spf1 redirect=y.test\n"
         "y.test TXT v=spf1 +all",
         SpfResult::pass},
    });
}

// RFC 7208 §7.3.
TEST(CheckSpf, ChoosesTheValidatedName)
{
    const std::string record = "example.org TXT v=spf1 exists:%{p}.test -all\n";
    expect_spf({
        {"unknown", record + "unknown.test A 127.0.0.2", SpfResult::pass},
        {"any", record + "192.0.2.3 PTR a.net\na.net A 192.0.2.3\na.net.test A 127.0.0.2", SpfResult::pass},
        {"rather one within",
         record + "192.0.2.3 PTR a.net\na.net A 192.0.2.3\n192.0.2.3 PTR a.example.org\na.example.org A "
                  "192.0.2.3\n"
                  "a.example.org.test A 127.0.0.2",
         SpfResult::pass},
        {"rather the domain itself",
         record + "192.0.2.3 PTR a.example.org\na.example.org A 192.0.2.3\n192.0.2.3 PTR example.org\n"
                  "example.org A 192.0.2.3\nexample.org.test A 127.0.0.2",
         SpfResult::pass},
        {"none that does not lead back", record + "192.0.2.3 PTR a.net\nunknown.test A 127.0.0.2",
         SpfResult::pass},
    });
    Zone zone("example.org TXT v=spf1 exists:%{d}.test -all");
    check_sender(zone);
    EXPECT_EQ(zone.asked.size(), 2U) << "nobody asks for names that no macro needs";
}

// RFC 7208 §4.6.4.
TEST(CheckSpf, CountsTerms)
{
    const auto includes = [](int terms) {
        std::string record = "example.org TXT v=spf1";
        std::string zone;
        for (int i = 0; i < terms; ++i) {
            record += " include:i" + std::to_string(i) + ".test";
            zone += "i" + std::to_string(i) + ".test TXT v=spf1 ?all\n";
        }
        return record + " +all\n" + zone;
    };
    std::string networks = "example.org TXT v=spf1";
    for (int i = 0; i < 50; ++i)
        networks += " ip4:198.51.100." + std::to_string(i);
    std::string nested;
    for (int i = 0; i < 11; ++i)
        nested +=
            "n" + std::to_string(i) + ".test TXT v=spf1 include:n" + std::to_string(i + 1) + ".test -all\n";
    nested += "n11.test TXT v=spf1 +all\n";
    expect_spf({
        {"ten", includes(10), SpfResult::pass},
        {"eleven", includes(11), SpfResult::permerror},
        {"networks ask nobody", networks + " +all", SpfResult::pass},
        {"over all records", "example.org TXT v=spf1 include:n0.test -all\n" + nested, SpfResult::permerror},
        {"ten deep", "example.org TXT v=spf1 include:n2.test -all\n" + nested, SpfResult::pass},
        {"in circles", "example.org TXT v=spf1 include:example.org -all", SpfResult::permerror},
        {"redirect is one", "example.org TXT v=spf1 redirect=n1.test\n" + nested, SpfResult::permerror},
    });
}

// RFC 7208 §4.6.4.
TEST(CheckSpf, CountsQuestionsInVain)
{
    expect_spf({
        {"two", "example.org TXT v=spf1 a:x.test mx:y.test +all", SpfResult::pass},
        {"three", "example.org TXT v=spf1 a:x.test mx:y.test exists:z.test +all", SpfResult::permerror},
        {"a match before the third", "example.org TXT v=spf1 a:x.test mx:y.test +all exists:z.test",
         SpfResult::pass},
        {"names, too", "example.org TXT v=spf1 a:x.test mx:y.test ptr +all", SpfResult::permerror},
        {"hosts of an MX are not terms",
         "example.org TXT v=spf1 mx +all\nexample.org MX 1 a.test\nexample.org MX 1 b.test\nexample.org MX 1 "
         "c.test",
         SpfResult::pass},
    });
}

TEST(CheckSpf, EndsInTime)
{
    Zone zone("example.org TXT v=spf1 include:x.test -all\nx.test TXT v=spf1 +all");
    const auto outcome = check_sender(zone, {}, 0s);
    EXPECT_EQ(outcome.result, SpfResult::temperror);
    EXPECT_EQ(zone.asked.size(), 1U);
}

} // namespace
} // namespace pillarbox::mailauth
