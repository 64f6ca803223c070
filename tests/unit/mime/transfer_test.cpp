#include "server/mime/transfer.hpp"

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

namespace pillarbox::mime {
namespace {

using namespace std::literals;

std::string in_pieces(Encoding encoding, std::string_view octets, std::size_t piece)
{
    TransferDecoder decoder{encoding};
    std::string out;
    for (std::size_t at = 0; at < octets.size(); at += piece)
        decoder.feed(octets.substr(at, piece), out);
    decoder.finish(out);
    return out;
}

struct TransferCase
{
    Encoding encoding;
    std::string_view octets;
    std::string_view expected;
};

TEST(Transfer, DecodesWholeAndInPieces)
{
    constexpr auto qp = Encoding::quoted_printable;
    constexpr auto b64 = Encoding::base64;
    const std::vector<TransferCase> cases{
        {Encoding::identity, "as =3D is\0\r\n"sv, "as =3D is\0\r\n"sv},
        {Encoding::unknown, "begin 644 x\r\n", "begin 644 x\r\n"},
        {qp, "", ""},
        {qp, "caf=C3=A9", "caf\xC3\xA9"},
        {qp, "caf=c3=a9\r\n", "caf\xC3\xA9\r\n"},
        {qp, "soft=\r\nbreak=\nagain", "softbreakagain"},
        {qp, "soft= \t\r\nbreak", "softbreak"},
        {qp, "trailing  \t\r\nspace \nend \t", "trailing\r\nspace\nend"},
        {qp, "a b  c\td", "a b  c\td"},
        {qp, "bare\rcr\r\r\n", "bare\rcr\r\n"},
        {qp, "wrong =zz =4 =4z = x", "wrong =zz =4 =4z = x"},
        {qp, "==41=", "=A"},
        {qp, "end=4", "end=4"},
        {qp, "=3D=3D=\r\n=3D", "==="},
        {qp, "=\r\n", ""},
        {b64, "", ""},
        {b64, "aGVsbG8=", "hello"},
        {b64, "aGVs\r\nbG8g\r\nd29y\r\nbGQ=\r\n", "hello world"},
        {b64, " a G-V_s!b\0G8"sv, "hello"},
        {b64, "aGVsbG8", "hello"},
        {b64, "aGVsbA", "hell"},
        {b64, "aGVsb", "hel"},
        {b64, "aGVsbG8=aGVsbG8=", "hellohello"},
        {b64, "====", ""},
        {b64, "/+8=", "\xFF\xEF"},
    };
    for (const TransferCase& one : cases) {
        EXPECT_EQ(decode_transfer(one.encoding, one.octets), one.expected) << one.octets;
        for (const std::size_t piece : {1U, 2U, 3U, 7U}) {
            EXPECT_EQ(in_pieces(one.encoding, one.octets, piece), one.expected)
                << one.octets << " by " << piece;
        }
    }
}

TEST(Transfer, KnowsTheNames)
{
    const std::vector<std::pair<std::string_view, Encoding>> cases{
        {"", Encoding::identity},
        {" 7BIT\r\n", Encoding::identity},
        {"8bit", Encoding::identity},
        {"binary", Encoding::identity},
        {"Quoted-Printable", Encoding::quoted_printable},
        {" base64 (as it were)", Encoding::base64},
        {"base64; x=y", Encoding::base64},
        {"x-uuencode", Encoding::unknown},
        {"base64x", Encoding::unknown},
    };
    for (const auto& [text, expected] : cases)
        EXPECT_EQ(parse_encoding(text), expected) << text;
}

TEST(Transfer, EstimatesSizes)
{
    EXPECT_EQ(decoded_size_estimate(Encoding::base64, 78 * 100), 5700U);
    EXPECT_EQ(decoded_size_estimate(Encoding::base64, 4), 3U);
    EXPECT_EQ(decoded_size_estimate(Encoding::identity, 100), 100U);
}

TEST(Transfer, FinishesHostileInputWithoutHoldingIt)
{
    for (const std::string_view unit :
         {"="sv, " "sv, "=\r"sv, "= "sv, "=4"sv, "\r"sv, "\n"sv, "A"sv, "=41"sv}) {
        std::string text;
        while (text.size() < (2U << 20U))
            text += unit;
        for (const auto encoding : {Encoding::quoted_printable, Encoding::base64}) {
            EXPECT_LE(decode_transfer(encoding, text).size(), text.size()) << unit;
        }
    }
}

} // namespace
} // namespace pillarbox::mime
