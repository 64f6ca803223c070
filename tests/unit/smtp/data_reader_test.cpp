#include "server/smtp/data_reader.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

namespace pillarbox::smtp {
namespace {

using namespace std::string_literals;
using Fault = DataReader::Fault;

struct DataOutcome
{
    std::string message;
    std::size_t used = 0;
    bool done = false;
    Fault fault = Fault::none;
};

/// Feeds `octets` in pieces of `size`, as they might arrive.
DataOutcome read_data(std::string_view octets, std::size_t size)
{
    DataReader reader;
    DataOutcome outcome;
    while (outcome.used < octets.size() && !reader.done()) {
        const std::string_view piece = octets.substr(outcome.used, size);
        const std::size_t used = reader.feed(piece, outcome.message);
        outcome.used += used;
        if (used < piece.size() && !reader.done()) break; // it must take all until the end
    }
    outcome.done = reader.done();
    outcome.fault = reader.fault();
    return outcome;
}

const std::vector<std::size_t> piece_sizes{1, 2, 3, 7, 1 << 20};

TEST(DataReader, UndoesDotsAndStopsBehindTheEnd)
{
    struct Case
    {
        std::string sent, message;
    };
    const std::vector<Case> table{
        {".\r\n", ""},
        {"\r\n.\r\n", "\r\n"},
        {"one\r\n.\r\n", "one\r\n"},
        {"one\r\ntwo\r\n.\r\n", "one\r\ntwo\r\n"},
        {"..\r\n.\r\n", ".\r\n"},
        {"..one\r\n...two\r\n.\r\n", ".one\r\n..two\r\n"},
        {".one\r\n.\r\n",
         "one\r\n"}, // not stuffed by the client: RFC 5321 §4.5.2 takes the dot away all the same
        {"a.b\r\nc.\r\n.\r\n", "a.b\r\nc.\r\n"},
        {"a\r\n\r\n..\r\n\r\n.\r\n", "a\r\n\r\n.\r\n\r\n"},
        {"\xff\x80\x01\x7f\r\n.\r\n", "\xff\x80\x01\x7f\r\n"},
    };
    for (const Case& c : table) {
        for (const std::size_t size : piece_sizes) {
            const DataOutcome outcome = read_data(c.sent + "QUIT\r\n", size);
            EXPECT_TRUE(outcome.done) << c.sent << " by " << size;
            EXPECT_EQ(outcome.fault, Fault::none) << c.sent;
            EXPECT_EQ(outcome.message, c.message) << c.sent << " by " << size;
            EXPECT_EQ(outcome.used, c.sent.size()) << c.sent << " by " << size;
        }
    }
}

TEST(DataReader, TakesNothingButCrLfDotCrLfForTheEnd)
{
    // Each would be an end for some other server; behind it a second message
    // could hide. The text up to the true end belongs to the message, and the
    // message is refused.
    const std::vector<std::string> false_ends{
        "\n.\n",     "\n.\r\n",      "\r\n.\n",      "\r.\r",       "\r.\r\n",     "\r\n.\r",
        "\n.\r",     "\r.\n",        "\r\r\n.\r",    "\n\n.\n\n",   "\r\n.\r\r\n", "\r\n.\n\r\n",
        "\n\r.\r\n", "\r\n\0.\r\n"s, "\r\n.\0\r\n"s, "\r\n\r.\r\n",
    };
    for (const std::string& end : false_ends) {
        const std::string sent = "one" + end + "MAIL FROM:<mallory@example.org>\r\nmore\r\n.\r\n";
        for (const std::size_t size : piece_sizes) {
            const DataOutcome outcome = read_data(sent + "QUIT\r\n", size);
            EXPECT_TRUE(outcome.done) << testing::PrintToString(end);
            EXPECT_NE(outcome.fault, Fault::none) << testing::PrintToString(end);
            EXPECT_EQ(outcome.used, sent.size()) << testing::PrintToString(end) << " by " << size;
        }
    }
}

TEST(DataReader, RefusesBareLineEndsAndNul)
{
    struct Case
    {
        std::string sent;
        Fault fault;
    };
    const std::vector<Case> table{
        {"a\nb\r\n.\r\n", Fault::bare_line_end}, {"a\rb\r\n.\r\n", Fault::bare_line_end},
        {"a\r\r\n.\r\n", Fault::bare_line_end},  {"\n\r\n.\r\n", Fault::bare_line_end},
        {"\0\r\n.\r\n"s, Fault::nul_octet},      {"a\r\0\n\r\n.\r\n"s, Fault::bare_line_end},
        {".\0\r\n.\r\n"s, Fault::nul_octet},     {".\n\r\n.\r\n", Fault::bare_line_end},
        {"a\0b\nc\r\n.\r\n"s, Fault::nul_octet},
    };
    for (const Case& c : table) {
        for (const std::size_t size : piece_sizes) {
            const DataOutcome outcome = read_data(c.sent, size);
            EXPECT_TRUE(outcome.done) << testing::PrintToString(c.sent);
            EXPECT_EQ(outcome.fault, c.fault) << testing::PrintToString(c.sent);
            EXPECT_EQ(outcome.used, c.sent.size()) << testing::PrintToString(c.sent);
        }
    }
}

TEST(DataReader, MendsBareLineFeedsWhereToldTo)
{
    constexpr std::string_view sent = "a\nb\n.\nc\n.\r\nd\r\n.\r\n";
    for (const std::size_t size :
         {sent.size(), std::size_t{7}, std::size_t{3}, std::size_t{2}, std::size_t{1}}) {
        DataReader reader(DataReader::BareLineFeed::mended);
        std::string out;
        for (std::string_view rest = sent; !rest.empty(); rest.remove_prefix(std::min(size, rest.size())))
            reader.feed(rest.substr(0, size), out);
        EXPECT_TRUE(reader.done()) << size;
        EXPECT_EQ(reader.fault(), DataReader::Fault::none) << size;
        EXPECT_EQ(out, "a\r\nb\r\n.\r\nc\r\n.\r\nd\r\n") << size;
    }
}

TEST(DataReader, WaitsForAnEndThatIsCutOff)
{
    const std::string sent = "one\r\n.\r\n";
    for (std::size_t length = 0; length < sent.size(); ++length) {
        const DataOutcome outcome = read_data(sent.substr(0, length), 1 << 20);
        EXPECT_FALSE(outcome.done) << length;
        EXPECT_EQ(outcome.used, length);
    }
}

TEST(DataReader, LimitsALineButNotAMessage)
{
    const std::string longest(TextRules::longest_line, 'x');
    const DataOutcome fits = read_data(longest + "\r\n" + longest + "\r\n.\r\n", 4096);
    EXPECT_TRUE(fits.done);
    EXPECT_EQ(fits.fault, Fault::none);
    EXPECT_EQ(fits.message.size(), 2 * longest.size() + 4);

    const DataOutcome beyond = read_data(longest + "x\r\n.\r\n", 4096);
    EXPECT_TRUE(beyond.done);
    EXPECT_EQ(beyond.fault, Fault::line_too_long);
}

TEST(DataReader, KeepsNothingBehindAFault)
{
    std::string out;
    DataReader reader;
    reader.feed("one\r\ntwo\nthree\r\nfour\r\n", out);
    EXPECT_EQ(out, "one\r\ntwo");
}

} // namespace
} // namespace pillarbox::smtp
