#include "server/net/networks.hpp"

#include "server/net/admission.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace pillarbox::net {
namespace {

using boost::asio::ip::make_address;

TEST(NetworkSet, KnowsWhoBelongs)
{
    const NetworkSet set(
        {{"192.0.2.0", 24}, {"198.51.100.7", 32}, {"2001:db8::", 32}, {"::1", 128}, {"10.1.2.3", 9}});
    const std::vector<std::pair<std::string, bool>> cases = {
        {"192.0.2.0", true},        {"192.0.2.255", true},   {"192.0.3.0", false},
        {"198.51.100.7", true},     {"198.51.100.6", false}, {"2001:db8:ffff::1", true},
        {"2001:db9::1", false},     {"::1", true},           {"::2", false},
        {"::ffff:192.0.2.9", true}, {"10.127.0.1", true},    {"10.128.0.1", false},
        {"0.0.0.0", false},         {"::", false},           {"fe80::1%1", false},
    };
    for (const auto& [address, inside] : cases)
        EXPECT_EQ(set.contains(make_address(address)), inside) << address;
    EXPECT_FALSE(NetworkSet().contains(make_address("127.0.0.1")));
    EXPECT_TRUE(NetworkSet({{"0.0.0.0", 0}}).contains(make_address("203.0.113.1")));
    EXPECT_FALSE(NetworkSet({{"0.0.0.0", 0}}).contains(make_address("2001:db8::1")));
}

TEST(SiteOf, IsTheAddressOrItsSlash64)
{
    const std::vector<std::pair<std::string, std::string>> cases = {
        {"192.0.2.7", "192.0.2.7"},
        {"::ffff:192.0.2.7", "192.0.2.7"},
        {"2001:db8:1:2:3:4:5:6", "2001:db8:1:2::"},
        {"::1", "::"},
    };
    for (const auto& [address, site] : cases)
        EXPECT_EQ(site_of(make_address(address)).to_string(), site) << address;
}

TEST(Admission, CountsInAllAndBySite)
{
    const auto admission = std::make_shared<Admission>(4, 2, NetworkSet({{"203.0.113.0", 24}}));
    using Answer = Admission::Answer;
    std::vector<Admission::Place> places(8);
    EXPECT_EQ(admission->admit(make_address("192.0.2.1"), places[0]), Answer::admitted);
    EXPECT_EQ(admission->admit(make_address("192.0.2.1"), places[1]), Answer::admitted);
    EXPECT_EQ(admission->admit(make_address("192.0.2.1"), places[2]), Answer::too_many_from_site);
    EXPECT_EQ(admission->admit(make_address("2001:db8::1"), places[2]), Answer::admitted);
    EXPECT_EQ(admission->sites(), 2u);
    places[0] = {};
    EXPECT_EQ(admission->admit(make_address("192.0.2.1"), places[0]), Answer::admitted);
    EXPECT_EQ(admission->admit(make_address("198.51.100.1"), places[3]), Answer::admitted);
    EXPECT_EQ(admission->admit(make_address("198.51.100.2"), places[4]), Answer::too_many);
    places.clear();
    EXPECT_EQ(admission->connections(), 0u);
    EXPECT_EQ(admission->sites(), 0u);
}

TEST(Admission, CountsASlash64AsOneAndExemptNetworksNotBySite)
{
    const auto admission = std::make_shared<Admission>(10, 1, NetworkSet({{"203.0.113.0", 24}}));
    using Answer = Admission::Answer;
    std::vector<Admission::Place> places(8);
    EXPECT_EQ(admission->admit(make_address("2001:db8::1"), places[0]), Answer::admitted);
    EXPECT_EQ(admission->admit(make_address("2001:db8::2"), places[1]), Answer::too_many_from_site);
    EXPECT_EQ(admission->admit(make_address("2001:db8:0:1::1"), places[1]), Answer::admitted);
    EXPECT_EQ(admission->admit(make_address("203.0.113.5"), places[2]), Answer::admitted);
    EXPECT_EQ(admission->admit(make_address("203.0.113.5"), places[3]), Answer::admitted);
    EXPECT_EQ(admission->connections(), 4u);
}

} // namespace
} // namespace pillarbox::net
