#include "server/mailauth/iprev.hpp"

#include "tests/support/run_task.hpp"
#include "tests/unit/mailauth/zone.hpp"

#include <gtest/gtest.h>

#include <fmt/format.h>

#include <chrono>
#include <string>

namespace pillarbox::mailauth {
namespace {

using namespace std::chrono_literals;

constexpr auto names = R"(
    192.0.2.1 PTR mail.example
    mail.example A 192.0.2.9
    mail.example A 192.0.2.1
    192.0.2.2 PTR liar.example
    liar.example A 192.0.2.1
    192.0.2.3 PTR nowhere.example
    192.0.2.4 PTR first.example
    192.0.2.4 PTR mail4.example
    first.example FAULT x
    mail4.example A 192.0.2.4
    192.0.2.5 PTR first.example
    192.0.2.6 FAULT x
    192.0.2.8 PTR bad..name
    2001:db8::1 PTR six.example
    six.example AAAA 2001:db8::1
    six.example A 192.0.2.1
)";

/// "pass mail.example", or "fail why".
std::string check(const std::string& client, std::chrono::seconds patience = 5s, std::string zone = names)
{
    boost::asio::io_context context;
    test::Zone dns(zone);
    const auto outcome =
        pillarbox::test::run_task(context, check_iprev(dns, boost::asio::ip::make_address(client),
                                                       std::chrono::steady_clock::now() + patience));
    EXPECT_EQ(outcome.name.empty(), outcome.result != IprevOutcome::Result::pass);
    EXPECT_EQ(outcome.why.empty(), outcome.result == IprevOutcome::Result::pass);
    EXPECT_LE(dns.asked.size(), 11u);
    return std::string(name_of(outcome.result)) + ' ' + outcome.name + outcome.why;
}

TEST(CheckIprev, WantsANameThatLeadsBack)
{
    EXPECT_EQ(check("192.0.2.1"), "pass mail.example");
    EXPECT_EQ(check("::ffff:192.0.2.1"), "pass mail.example");
    EXPECT_EQ(check("2001:db8::1"), "pass six.example");
    EXPECT_EQ(check("192.0.2.2"), "fail liar.example has other addresses, or none");
    EXPECT_EQ(check("192.0.2.3"), "fail nowhere.example has other addresses, or none");
    EXPECT_EQ(check("192.0.2.7"), "permerror it has no name");
    EXPECT_EQ(check("192.0.2.8"), "fail bad..name has other addresses, or none");
}

TEST(CheckIprev, SaysWhenDnsCannotTell)
{
    EXPECT_EQ(check("192.0.2.4"), "pass mail4.example") << "another name may lead back";
    EXPECT_EQ(check("192.0.2.5"), "temperror first.example: no answer");
    EXPECT_EQ(check("192.0.2.6"), "temperror its name: no answer");
    EXPECT_EQ(check("192.0.2.1", -1s), "temperror DNS took too long");
}

TEST(CheckIprev, LooksAtSoManyNames)
{
    std::string zone;
    for (int i = 0; i < 50; ++i)
        zone += fmt::format("192.0.2.1 PTR n{}.example\n", i);
    zone += "n40.example A 192.0.2.1\n";
    EXPECT_EQ(check("192.0.2.1", 5s, zone), "fail n0.example has other addresses, or none");
}

} // namespace
} // namespace pillarbox::mailauth
