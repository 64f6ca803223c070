#include "server/base/utf8_text.hpp"

#include <gtest/gtest.h>

namespace pillarbox::utf8 {
namespace {

TEST(Utf8Text, IsComposed)
{
    EXPECT_EQ(compose(""), "");
    EXPECT_EQ(compose("plain \x01"), "plain \x01"); // ASCII is for the caller
    EXPECT_EQ(compose("gru\xCC\x88n"), "gr\xC3\xBCn");
    EXPECT_EQ(compose("用户"), "用户");
}

TEST(Utf8Text, RefusesWhatIsNoneAndControls)
{
    for (const char* text : {"\xff", "a\xc3", "\xc0\xaf", "\xed\xa0\x80", "\xf4\x90\x80\x80", "\xc2\x85",
                             "\xe2\x80\xa8", "\xe2\x80\xa9"})
        EXPECT_FALSE(compose(text)) << text;
}

} // namespace
} // namespace pillarbox::utf8
