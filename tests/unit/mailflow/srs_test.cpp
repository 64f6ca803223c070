#include "server/mailflow/srs.hpp"

#include "server/base/ascii.hpp"

#include <gtest/gtest.h>

#include <string>

namespace pillarbox::mailflow {
namespace {

using Kind = Srs::Undone::Kind;
using std::chrono::days;

constexpr std::chrono::sys_days today{days{20000}};
const Srs srs(std::string(32, 'k'));

std::string local_part(const std::string& address)
{
    return address.substr(0, address.rfind('@'));
}

std::string undone(const std::string& address, std::chrono::sys_days when = today)
{
    const auto result = srs.undo(local_part(address), when);
    return result.kind == Kind::genuine ? result.local_part + '@' + result.domain : std::string();
}

TEST(Srs, RewritesAndUndoes)
{
    for (const std::string original : {"bob@elsewhere.example", "a=b+c-d@elsewhere.example",
                                       "Bob.B@x.example", "用户@xn--r8jz45g.xn--zckzah"}) {
        const std::string made = srs.rewrite(original, "example.test", today);
        EXPECT_TRUE(made.starts_with("SRS0=")) << made;
        EXPECT_TRUE(made.ends_with("@example.test")) << made;
        EXPECT_TRUE(Srs::has_form(local_part(made))) << made;
        EXPECT_EQ(undone(made), original) << made;
        EXPECT_EQ(ascii::to_lower(undone(ascii::to_lower(made))), ascii::to_lower(original)) << made;
    }
}

TEST(Srs, KeepsToItsWindow)
{
    const std::string made = srs.rewrite("bob@elsewhere.example", "example.test", today);
    EXPECT_FALSE(undone(made, today + days(Srs::window)).empty());
    EXPECT_EQ(srs.undo(local_part(made), today + days(Srs::window + 1)).kind, Kind::expired);
    EXPECT_EQ(srs.undo(local_part(made), today + days(500)).kind, Kind::expired);
    EXPECT_FALSE(undone(made, today - days(1)).empty()); // a clock that went fast
    EXPECT_EQ(srs.undo(local_part(made), today - days(2)).kind, Kind::expired);
    // The days begin anew, and the numbers with them.
    constexpr std::chrono::sys_days last{days{1024 * 20 - 1}};
    const std::string before = srs.rewrite("bob@elsewhere.example", "example.test", last);
    EXPECT_FALSE(undone(before, last + days(5)).empty());
}

TEST(Srs, IsNotToBeForged)
{
    const std::string made = local_part(srs.rewrite("bob@elsewhere.example", "example.test", today));
    for (std::size_t i = 5; i < made.size(); ++i) {
        std::string changed = made;
        changed[i] = changed[i] == 'q' ? 'z' : 'q';
        EXPECT_NE(srs.undo(changed, today).kind, Kind::genuine) << changed;
        EXPECT_NE(srs.undo(made.substr(0, i), today).kind, Kind::genuine) << i;
    }
    for (const char* text : {"SRS0=", "SRS0==", "SRS0=aaaaaaaa=aa=x.example=bob", "SRS0",
                             "SRS1=aaaaaaaa=x.example==y", "SRS1=", "alice", "SRS0=aaaaaaaa", ""})
        EXPECT_EQ(srs.undo(text, today).kind, Kind::forged) << text;
    EXPECT_EQ(Srs(std::string(32, 'x')).undo(made, today).kind, Kind::forged);
}

TEST(Srs, PassesOnWhatAnotherServerRewrote)
{
    const std::string theirs = "SRS0=HHH=TT=origin.example=bob@first.example";
    const std::string ours = srs.rewrite(theirs, "example.test", today);
    EXPECT_TRUE(ours.starts_with("SRS1=")) << ours;
    EXPECT_NE(ours.find("=first.example==HHH=TT=origin.example=bob@example.test"), std::string::npos) << ours;
    EXPECT_EQ(undone(ours), theirs);
    // The third server names the first, and leaves out the second.
    const Srs third(std::string(32, '3'));
    const std::string again = third.rewrite(ours, "third.example", today);
    EXPECT_NE(again.find("=first.example==HHH=TT=origin.example=bob@third.example"), std::string::npos)
        << again;
    const auto result = third.undo(local_part(again), today);
    EXPECT_EQ(result.kind, Kind::genuine);
    EXPECT_EQ(result.local_part + '@' + result.domain, theirs);
}

TEST(Srs, LeavesWhatItCannotWrite)
{
    for (const std::string original :
         {"\"a b\"@x.example", "a@[192.0.2.1]", "a", "", "@x.example", "a@x=y.example"})
        EXPECT_EQ(srs.rewrite(original, "example.test", today), original);
    const std::string long_one = std::string(64, 'l') + "@" + std::string(152, 'd') + ".example";
    EXPECT_EQ(srs.rewrite(long_one, "example.test", today), long_one);
    EXPECT_NE(srs.rewrite(long_one, "t", today), long_one);
}

TEST(Srs, KnowsItsForm)
{
    EXPECT_TRUE(Srs::has_form("SRS0=x"));
    EXPECT_TRUE(Srs::has_form("srs1+x"));
    for (const char* text : {"", "SRS0", "SRS2=x", "SRS0x", "alice", "xSRS0="})
        EXPECT_FALSE(Srs::has_form(text)) << text;
}

} // namespace
} // namespace pillarbox::mailflow
