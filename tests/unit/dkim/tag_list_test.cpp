#include "server/dkim/tag_list.hpp"

#include <gtest/gtest.h>

#include <string>
#include <utility>

namespace pillarbox::dkim {
namespace {

TEST(TagList, ReadsNamesAndValues)
{
    const std::string text = "v=1; a = rsa-sha256 ;\r\n\tb=ab\r\n cd;n=;  z=x y=z ;";
    const auto list = TagList::parse(text);
    ASSERT_TRUE(list);
    const std::vector<std::pair<std::string, std::string>> expected{
        {"v", "1"}, {"a", "rsa-sha256"}, {"b", "ab\r\n cd"}, {"n", ""}, {"z", "x y=z"}};
    for (const auto& [name, value] : expected)
        EXPECT_EQ(list->find(name), value) << name;
    EXPECT_FALSE(list->find("V"));
    EXPECT_FALSE(list->find("q"));
    EXPECT_TRUE(list->first_is("v"));
    EXPECT_FALSE(list->first_is("a"));
    EXPECT_EQ(list->extent("a"), " rsa-sha256 ");
    EXPECT_EQ(list->extent("b"), "ab\r\n cd");
}

TEST(TagList, RefusesWhatIsNone)
{
    for (const char* text : {"", "   ", ";", "v", "v=1;;a=b", "=1", "1=v", "v-x=1", "v=1; v=2",
                             "v=1; a=b; v=1", "v=\x01", "v=a\x7F", "v x=1", "v=1; a"})
        EXPECT_FALSE(TagList::parse(text)) << text;
}

TEST(TagList, HasALimit)
{
    std::string text;
    for (int i = 0; i < 64; ++i)
        text += 't' + std::to_string(i) + "=;";
    EXPECT_TRUE(TagList::parse(text));
    EXPECT_FALSE(TagList::parse(text + "u=;"));
}

TEST(SplitWords, LosesWhiteSpaceOnly)
{
    using Words = std::vector<std::string_view>;
    EXPECT_EQ(split_words("from : to:\r\n\tsubject"), (Words{"from", "to", "subject"}));
    EXPECT_EQ(split_words(""), (Words{""}));
    EXPECT_EQ(split_words("a::b:"), (Words{"a", "", "b", ""}));
    EXPECT_EQ(without_white_space(" a\r\n\tb c "), "abc");
}

} // namespace
} // namespace pillarbox::dkim
