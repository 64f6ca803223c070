#include "server/transcript/record.hpp"

#include <gtest/gtest.h>

namespace pillarbox::transcript {
namespace {

net::Transcript::About about(std::string session)
{
    net::Transcript::About one;
    one.session = std::move(session);
    one.protocol = "pop3s";
    one.peer = "2001:db8::7";
    one.account = "\"a b\"@example.org";
    one.account_id = 4711;
    one.began += std::chrono::milliseconds(1764086400123);
    one.lasted = std::chrono::milliseconds(1532);
    one.end = "timed_out";
    return one;
}

std::vector<std::string> sessions(std::string_view octets)
{
    std::vector<std::string> all;
    Records records(octets);
    while (const auto record = records.next())
        all.push_back(record->about.session + (record->whole ? "" : " torn") + ": " +
                      std::string(record->text));
    return all;
}

TEST(Record, ComesBackAsItWas)
{
    std::string octets;
    append(octets, about("one"), "0.000 S: @ x\n0.001 ** closed\n");
    Records records(octets);
    const auto record = records.next();
    ASSERT_TRUE(record);
    EXPECT_TRUE(record->whole);
    EXPECT_EQ(record->text, "0.000 S: @ x\n0.001 ** closed\n");
    const auto wanted = about("one");
    EXPECT_EQ(record->about.session, wanted.session);
    EXPECT_EQ(record->about.protocol, wanted.protocol);
    EXPECT_EQ(record->about.peer, wanted.peer);
    EXPECT_EQ(record->about.account, wanted.account);
    EXPECT_EQ(record->about.account_id, wanted.account_id);
    EXPECT_EQ(record->about.began, wanted.began);
    EXPECT_EQ(record->about.lasted, wanted.lasted);
    EXPECT_EQ(record->about.end, wanted.end);
    EXPECT_FALSE(records.next());
}

TEST(Record, MayHaveBeenWrittenBeforeAccountsHadIds)
{
    Records records("@ one pop3 192.0.2.7 1764086400123 15 quit alice@example.org\n@.\n"
                    "@ two pop3 192.0.2.7 1764086400123 15 quit \n@.\n");
    const auto one = records.next();
    ASSERT_TRUE(one);
    EXPECT_EQ(one->about.account, "alice@example.org");
    EXPECT_EQ(one->about.account_id, 0);
    const auto two = records.next();
    ASSERT_TRUE(two);
    EXPECT_EQ(two->about.account, "");
    EXPECT_EQ(two->about.account_id, 0);
}

TEST(Record, MayBeEmpty)
{
    std::string octets;
    append(octets, about("one"), "");
    append(octets, about("two"), "0.000 ** quit\n");
    EXPECT_EQ(sessions(octets), (std::vector<std::string>{"one: ", "two: 0.000 ** quit\n"}));
}

/// A crash may cut the last write anywhere; what is written behind it, a line
/// end first, is read.
TEST(Record, CutShortCostsNoOther)
{
    std::string whole;
    append(whole, about("one"), "0.000 S: a\n0.001 S: b\n");
    std::string other;
    append(other, about("two"), "0.000 ** quit\n");
    for (std::size_t cut = 0; cut < whole.size(); ++cut) {
        const auto found = sessions(whole.substr(0, cut) + "\n" + other);
        ASSERT_FALSE(found.empty()) << cut;
        EXPECT_EQ(found.back(), "two: 0.000 ** quit\n") << cut;
        if (found.size() > 1 && cut + 1 < whole.size())
            EXPECT_TRUE(found.front().starts_with("one torn: ")) << cut;
    }
}

TEST(Record, PassesOverWhatIsNone)
{
    EXPECT_TRUE(sessions("").empty());
    EXPECT_TRUE(
        sessions("@ \n@ a b c\n@ a b c d e f g\n@ a b c 1 99999999999999999999 f g\n@.\n\n@").empty());
}

} // namespace
} // namespace pillarbox::transcript
