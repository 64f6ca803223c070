#include "server/junk/dns_lists.hpp"

#include "server/net/dns_list.hpp"
#include "tests/support/run_task.hpp"
#include "tests/unit/mailauth/zone.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <gtest/gtest.h>

namespace pillarbox::junk {
namespace {

using boost::asio::ip::make_address;
using mailauth::test::Zone;

awaitable<std::vector<Reason>> ask(mailauth::Dns& dns, std::string address, Config::Junk terms,
                                   boost::asio::steady_timer* silent = nullptr)
{
    const auto executor = co_await boost::asio::this_coro::executor;
    DnsLists lists(executor, dns, make_address(address), terms);
    auto answers = co_await lists.answers();
    if (silent) silent->expires_at(boost::asio::steady_timer::time_point::min()); // so that the test can end
    co_return answers;
}

std::vector<Reason> asked(mailauth::Dns& dns, const std::string& address, const Config::Junk& terms)
{
    boost::asio::io_context context;
    return test::run_task(context, ask(dns, address, terms));
}

TEST(NameInList, TurnsTheAddressAround)
{
    EXPECT_EQ(net::name_in_list(make_address("192.0.2.99"), "bl.example"), "99.2.0.192.bl.example");
    // RFC 5782 §2.4
    EXPECT_EQ(net::name_in_list(make_address("2001:db8:1:2:3:4:567:89ab"), "ugly.example.com"),
              "b.a.9.8.7.6.5.0.4.0.0.0.3.0.0.0.2.0.0.0.1.0.0.0.8.b.d.0.1.0.0.2.ugly.example.com");
}

TEST(ListedBy, TakesAnswersOfLists)
{
    const auto listed = [](const char* answer, const DnsList& list = {}) {
        return net::listed_by(list, {make_address(answer)}) != 0;
    };
    EXPECT_TRUE(listed("127.0.0.2"));
    EXPECT_TRUE(listed("127.1.2.3"));
    EXPECT_FALSE(listed("127.0.0.1"));
    EXPECT_FALSE(listed("127.255.255.254"));
    EXPECT_FALSE(listed("192.0.2.1")); // somebody who answers everything
    EXPECT_FALSE(listed("2001:db8::1"));
    const DnsList some{.zone = "x", .first = 0x7F000004, .last = 0x7F00000B};
    EXPECT_FALSE(listed("127.0.0.3", some));
    EXPECT_TRUE(listed("127.0.0.4", some));
    EXPECT_TRUE(listed("127.0.0.11", some));
    EXPECT_FALSE(listed("127.0.0.12", some));
}

TEST(DnsLists, TellsWhichHaveTheAddress)
{
    Zone dns("7.2.0.192.bl.example A 127.0.0.2\n"
             "7.2.0.192.wl.example A 127.0.10.1\n"
             "7.2.0.192.all.example A 127.0.0.2\n"
             "1.0.0.127.all.example A 127.0.0.2\n" // it has everybody: RFC 5782 §5
             "7.2.0.192.broken.example FAULT\n");
    Config::Junk terms;
    terms.block_lists = {{.zone = "none.example"},
                         {.zone = "bl.example", .weight = 3},
                         {.zone = "all.example"},
                         {.zone = "broken.example"}};
    terms.allow_lists = {{.zone = "wl.example", .weight = 2}};
    const std::vector<Reason> expected{{"blocklist", 3, "bl.example (127.0.0.2)"},
                                       {"allowlist", -2, "wl.example (127.0.10.1)"}};
    EXPECT_EQ(asked(dns, "192.0.2.7", terms), expected);
    EXPECT_EQ(asked(dns, "::ffff:192.0.2.7", terms), expected);
    EXPECT_TRUE(asked(dns, "192.0.2.8", terms).empty());
    EXPECT_TRUE(asked(dns, "192.0.2.7", {}).empty());
}

/// Never answers about one list.
class Silent final : public mailauth::Dns
{
public:
    Silent(mailauth::Dns& dns, boost::asio::steady_timer& never) : dns_(dns), never_(never) {}

    awaitable<net::DnsAnswer<std::string>> txt(std::string name) override { return dns_.txt(name); }
    awaitable<net::DnsAnswer<net::dns::Mx>> mx(std::string name) override { return dns_.mx(name); }
    awaitable<net::DnsAnswer<std::string>> ptr(boost::asio::ip::address address) override
    {
        return dns_.ptr(address);
    }
    awaitable<net::DnsAnswer<boost::asio::ip::address>> ipv6(std::string name) override
    {
        return dns_.ipv6(name);
    }
    awaitable<net::DnsAnswer<boost::asio::ip::address>> ipv4(std::string name) override
    {
        if (name.ends_with("silent.example"))
            co_await never_.async_wait(boost::asio::as_tuple(boost::asio::use_awaitable));
        auto answer = co_await dns_.ipv4(name);
        co_return answer;
    }

private:
    mailauth::Dns& dns_;
    boost::asio::steady_timer& never_;
};

TEST(DnsLists, DoesNotWaitForOneThatIsSilent)
{
    boost::asio::io_context context;
    boost::asio::steady_timer never(context, boost::asio::steady_timer::time_point::max());
    Zone zone("7.2.0.192.bl.example A 127.0.0.2\n7.2.0.192.silent.example A 127.0.0.2\n");
    Silent dns(zone, never);
    Config::Junk terms;
    terms.block_lists = {{.zone = "silent.example"}, {.zone = "bl.example"}};
    terms.dns_patience = std::chrono::seconds(0);
    const auto reasons = test::run_task(context, ask(dns, "192.0.2.7", terms, &never));
    ASSERT_EQ(reasons.size(), 1);
    EXPECT_EQ(reasons[0].detail, "bl.example (127.0.0.2)");
}

} // namespace
} // namespace pillarbox::junk
