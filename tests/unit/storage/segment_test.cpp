#include "storage/sqlite/segment.hpp"

#include "storage/sqlite/checksum.hpp"

#include <gtest/gtest.h>

#include <string>

namespace pillarbox::storage::sqlite {
namespace {

std::string record_of(std::int64_t id, std::string_view body)
{
    const auto header = write_header(
        {.body = id, .octets = static_cast<std::uint32_t>(body.size()), .checksum = checksum(body)});
    return std::string(header.data(), header.size()) + std::string(body);
}

TEST(Checksum, IsCrc32c)
{
    // RFC 3720 appendix B.4.
    EXPECT_EQ(checksum(std::string(32, '\0')), 0x8a9136aau);
    EXPECT_EQ(checksum(std::string(32, '\xff')), 0x62a8ab43u);
    EXPECT_EQ(checksum("123456789"), 0xe3069283u);
    const std::string text = "any text, longer than a machine word, and not a multiple of one";
    for (std::size_t cut = 0; cut <= text.size(); ++cut) {
        const auto part = std::string_view(text).substr(0, cut);
        EXPECT_EQ(checksum(part), portable_checksum(part)) << cut;
        EXPECT_EQ(checksum(std::string_view(text).substr(cut), checksum(part)), checksum(text)) << cut;
    }
}

TEST(Checksum, IsTheSameInWhateverPieces)
{
    std::string text; // long enough for what is summed up beside each other, more than once
    for (std::uint32_t i = 0; text.size() < 10'007; ++i)
        text += std::to_string(i * 2'654'435'761u);
    for (std::size_t cut = 0; cut <= text.size(); cut += 61) {
        const auto rest = std::string_view(text).substr(cut);
        EXPECT_EQ(checksum(rest), portable_checksum(rest)) << cut;
        EXPECT_EQ(checksum(rest, checksum(std::string_view(text).substr(0, cut))), portable_checksum(text))
            << cut;
    }
}

TEST(Segment, ReadsWhatItWrote)
{
    const Record record{.body = 0x0123456789abcdef, .octets = 5, .checksum = checksum("hello")};
    const auto octets = record_of(record.body, "hello");
    EXPECT_EQ(parse_header(octets), record);
    EXPECT_EQ(parse_body(octets + "next", record), "hello");
    EXPECT_FALSE(parse_body(octets, {.body = 1, .octets = 5, .checksum = record.checksum}));
    EXPECT_FALSE(parse_body(octets, {.body = record.body, .octets = 4, .checksum = record.checksum}));
}

TEST(Segment, NoticesEveryChangedBit)
{
    const auto octets = record_of(7, "some body");
    const Record record = *parse_header(octets);
    for (std::size_t i = 0; i < octets.size() * 8; ++i) {
        auto damaged = octets;
        damaged[i / 8] = static_cast<char>(damaged[i / 8] ^ (1 << (i % 8)));
        EXPECT_FALSE(parse_body(damaged, record)) << "bit " << i;
        EXPECT_EQ(sound_part(damaged).records, 0u) << "bit " << i;
    }
}

TEST(Segment, FindsTheSoundPart)
{
    const auto first = record_of(1, "first");
    const auto second = record_of(2, "");
    const auto whole = first + second + record_of(3, "the third one");
    for (std::size_t cut = 0; cut <= whole.size(); ++cut) {
        const auto sound = sound_part(std::string_view(whole).substr(0, cut));
        const std::size_t records = cut == whole.size()                   ? 3
                                    : cut >= first.size() + second.size() ? 2
                                    : cut >= first.size()                 ? 1
                                                                          : 0;
        EXPECT_EQ(sound.records, records) << "cut at " << cut;
        EXPECT_LE(sound.octets, cut);
    }
    EXPECT_EQ(sound_part(std::string(100, '\0')).octets, 0u); // what was removed
}

} // namespace
} // namespace pillarbox::storage::sqlite
