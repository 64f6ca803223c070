#include "server/base/account_name.hpp"

#include <gtest/gtest.h>

namespace pillarbox {
namespace {

TEST(AccountName, IsTheSameInEveryForm)
{
    EXPECT_EQ(account_name("Alice"), "alice");
    EXPECT_EQ(account_name("Alice@Example.ORG"), "alice@example.org");
    for (const char* name :
         {"jürgen@bücher.example", "JÜRGEN@BÜCHER.example", "ju\xCC\x88rgen@xn--bcher-kva.example"})
        EXPECT_EQ(account_name(name), "jürgen@xn--bcher-kva.example") << name;
}

TEST(AccountName, LeavesWhatIsNone)
{
    EXPECT_EQ(account_name(""), "");
    EXPECT_EQ(account_name("A@"), "a@");
    EXPECT_EQ(account_name("A@\xff"), "a@\xff");
    EXPECT_EQ(account_name("\xff@B"), "\xff@b");
}

} // namespace
} // namespace pillarbox
