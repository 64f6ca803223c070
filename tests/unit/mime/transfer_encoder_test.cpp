#include "server/mime/transfer_encoder.hpp"

#include "server/mime/transfer.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

namespace pillarbox::mime {
namespace {

std::size_t longest_line(std::string_view text)
{
    std::size_t longest = 0;
    std::size_t line = 0;
    for (const char c : text) {
        line = c == '\n' ? 0 : line + (c == '\r' ? 0 : 1);
        longest = std::max(longest, line);
    }
    return longest;
}

TEST(QuotedPrintable, ComesBackAsItWas)
{
    std::string all;
    for (int octet = 0; octet < 256; ++octet) {
        if (octet != '\r' && octet != '\n') all += static_cast<char>(octet);
    }
    for (const auto& text :
         std::vector<std::string>{"", "plain\r\n", "trailing \r\nand tab\t\r\n", " \r\n", "a=b\r\n",
                                  "Grüße €\r\n", all + "\r\n", all, std::string(300, 'x') + "\r\n",
                                  std::string(75, 'x') + " \r\n", std::string(74, 'x') + "\xc3\xa4\r\n"}) {
        const auto encoded = encode_quoted_printable(text);
        EXPECT_EQ(decode_transfer(Encoding::quoted_printable, encoded), text) << encoded;
        EXPECT_LE(longest_line(encoded), 76u) << encoded;
        EXPECT_EQ(encoded.find_first_of(std::string("\0\x7f\xc3", 3)), std::string::npos);
    }
    EXPECT_EQ(encode_quoted_printable("a \r\nb=\r\n"), "a=20\r\nb=3D\r\n");
}

TEST(Base64Writer, IsTheSameInAnyPieces)
{
    std::string octets;
    for (int i = 0; i < 400; ++i)
        octets += static_cast<char>(i * 7);
    for (const std::size_t size : {0, 1, 56, 57, 58, 114, 400}) {
        const auto wanted = octets.substr(0, size);
        std::string whole;
        Base64Writer writer;
        writer.feed(wanted, whole);
        writer.finish(whole);
        EXPECT_EQ(decode_transfer(Encoding::base64, whole), wanted) << size;
        EXPECT_LE(longest_line(whole), 76u);
        EXPECT_FALSE(whole.ends_with("\n"));
        for (const std::size_t step : {1, 10, 57, 100}) {
            std::string pieces;
            Base64Writer another;
            for (std::size_t at = 0; at < wanted.size(); at += step)
                another.feed(std::string_view(wanted).substr(at, step), pieces);
            another.finish(pieces);
            EXPECT_EQ(pieces, whole) << size << " in steps of " << step;
        }
    }
}

} // namespace
} // namespace pillarbox::mime
