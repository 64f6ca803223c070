#include "server/base/base64.hpp"

#include <gtest/gtest.h>

namespace pillarbox {

struct Pair
{
    std::string_view octets;
    std::string_view text;
};

// RFC 4648 §10.
constexpr Pair vectors[] = {{"", ""},
                            {"f", "Zg=="},
                            {"fo", "Zm8="},
                            {"foo", "Zm9v"},
                            {"foob", "Zm9vYg=="},
                            {"fooba", "Zm9vYmE="},
                            {"foobar", "Zm9vYmFy"}};

TEST(Base64, EncodesTheVectorsOfItsRfc)
{
    for (const auto& [octets, text] : vectors)
        EXPECT_EQ(base64_encode(octets), text);
}

TEST(Base64, DecodesWhatItEncodes)
{
    for (const auto& [octets, text] : vectors)
        EXPECT_EQ(base64_decode(text), octets) << text;
    std::string all;
    for (int i = 0; i < 256; ++i)
        all += static_cast<char>(i);
    EXPECT_EQ(base64_decode(base64_encode(all)), all);
}

TEST(Base64, RefusesWhatIsNotExact)
{
    for (const char* text : {"Zg", "Zg=", "Zg===", "Z===", "=", "====", "Zm9v Zg==", "Zm9v\r\n",
                             "Zg==Zg==", "Zh==", "Zm9=", "Zm9-", "Zm9_", "Z=g="})
        EXPECT_FALSE(base64_decode(text)) << text;
}

TEST(Base64, DecodesTheAlphabetForUrls)
{
    for (const auto& [octets, text] : vectors)
        EXPECT_EQ(base64url_decode(text.substr(0, text.find('='))), octets) << text;
    EXPECT_EQ(base64url_decode("-_-_"), "\xfb\xff\xbf");
    for (const char* text : {"Z", "Zm9vY", "Zg==", "Zh", "Zm9", "+/+/", "Zm 9v", "Zm9v\n"})
        EXPECT_FALSE(base64url_decode(text)) << text;
}

} // namespace pillarbox
