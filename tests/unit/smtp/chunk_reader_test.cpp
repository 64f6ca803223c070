#include "server/smtp/chunk_reader.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

namespace pillarbox::smtp {
namespace {

using namespace std::string_literals;
using BareLineFeed = TextRules::BareLineFeed;
using Fault = TextRules::Fault;

struct ChunkOutcome
{
    std::string message;
    Fault fault = Fault::none;
};

ChunkOutcome read_chunks(std::string_view octets, std::size_t size,
                         BareLineFeed bare_line_feed = BareLineFeed::refused)
{
    ChunkReader reader(bare_line_feed, false);
    ChunkOutcome outcome;
    for (; !octets.empty(); octets.remove_prefix(std::min(size, octets.size())))
        reader.feed(octets.substr(0, size), outcome.message);
    reader.finish(outcome.message);
    outcome.fault = reader.fault();
    return outcome;
}

const std::vector<std::size_t> chunk_sizes{1, 2, 3, 7, 1 << 20};

TEST(ChunkReader, TakesEveryOctetAsItIs)
{
    for (const std::string& text : {""s, "\r\n"s, ".\r\n"s, "one\r\n.\r\ntwo\r\n"s, "..\r\n...x\r\n\r\n\r\n"s,
                                    "\xff\x80\x01\x7f\r\n"s, "QUIT\r\n.\r\nBDAT 3 LAST\r\n"s}) {
        for (const std::size_t size : chunk_sizes) {
            const ChunkOutcome outcome = read_chunks(text, size);
            EXPECT_EQ(outcome.message, text) << testing::PrintToString(text) << " by " << size;
            EXPECT_EQ(outcome.fault, Fault::none) << testing::PrintToString(text);
        }
    }
}

TEST(ChunkReader, EndsTheLastLine)
{
    for (const std::size_t size : chunk_sizes) {
        EXPECT_EQ(read_chunks("one\r\ntwo", size).message, "one\r\ntwo\r\n");
        EXPECT_EQ(read_chunks(".", size).message, ".\r\n");
    }
}

TEST(ChunkReader, RefusesWhatDataRefuses)
{
    struct Case
    {
        std::string sent;
        Fault fault;
    };
    const std::vector<Case> table{
        {"a\nb\r\n", Fault::bare_line_end},
        {"\n", Fault::bare_line_end},
        {"a\rb\r\n", Fault::bare_line_end},
        {"a\r\r\n", Fault::bare_line_end},
        {"a\r", Fault::bare_line_end},
        {"\r\n\r", Fault::bare_line_end},
        {"a\0b\r\n"s, Fault::nul_octet},
        {"a\r\0\r\n"s, Fault::bare_line_end},
        {"a\0b\nc\r\n"s, Fault::nul_octet},
        {std::string(TextRules::longest_line + 1, 'x'), Fault::line_too_long},
    };
    for (const Case& c : table) {
        for (const std::size_t size : {std::size_t{1}, std::size_t{3}, std::size_t{4096}}) {
            EXPECT_EQ(read_chunks(c.sent, size).fault, c.fault)
                << testing::PrintToString(c.sent.substr(0, 20));
        }
    }
    EXPECT_EQ(read_chunks(std::string(TextRules::longest_line, 'x'), 4096).fault, Fault::none);
}

TEST(ChunkReader, MendsBareLineFeedsWhereToldTo)
{
    for (const std::size_t size : chunk_sizes) {
        const ChunkOutcome outcome = read_chunks("a\nb\n.\nc\r\n\nd", size, BareLineFeed::mended);
        EXPECT_EQ(outcome.message, "a\r\nb\r\n.\r\nc\r\n\r\nd\r\n") << size;
        EXPECT_EQ(outcome.fault, Fault::none) << size;
        EXPECT_EQ(read_chunks("a\rb", size, BareLineFeed::mended).fault, Fault::bare_line_end) << size;
    }
}

TEST(ChunkReader, TakesAnythingInABinaryPart)
{
    const std::string head = "Content-Transfer-Encoding: binary\r\n\r\n";
    for (const std::size_t size : {std::size_t{1}, std::size_t{100}}) {
        ChunkReader reader(BareLineFeed::refused, true);
        std::string message;
        for (const std::string& octets : {head + "\0\r"s, "\n\n"s}) {
            for (std::string_view rest = octets; !rest.empty();
                 rest.remove_prefix(std::min(size, rest.size())))
                reader.feed(rest.substr(0, size), message);
        }
        reader.finish(message);
        EXPECT_EQ(reader.fault(), Fault::none);
        EXPECT_EQ(message, "Content-Transfer-Encoding: base64\r\n\r\nAA0KCg==\r\n");
    }
}

} // namespace
} // namespace pillarbox::smtp
