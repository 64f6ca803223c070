#include "server/junk/words.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace pillarbox::junk {
namespace {

bool has(const std::vector<std::string>& words, std::string_view word)
{
    return std::ranges::find(words, word) != words.end();
}

TEST(WordsOf, SaysWhereTheyStood)
{
    storage::MessageText text;
    text.subject = "Cheap WATCHES";
    text.from = "Bob Example\nbob@Mail.example";
    text.body = "Buy it at https://Shop.example/x?y, buy a to $100 don't";
    text.filenames = "invoice.exe";
    const auto words = words_of(text);
    for (const auto* word : {"subject:cheap", "subject:watches", "from:bob", "from:bob@mail.example",
                             "from:@mail.example", "link:shop.example", "buy", "$100", "don't", "file:exe"})
        EXPECT_TRUE(has(words, word)) << word;
    EXPECT_FALSE(has(words, "it")); // too short to tell anything
    EXPECT_EQ(std::ranges::count(words, "buy"), 1);
}

TEST(WordsOf, TakesWritingWithoutSpacesByPairs)
{
    storage::MessageText text;
    text.body = "\u4eca\u65e5\u306f\u826f\u3044\u5929\u6c17\u3067\u3059\u306d";
    const auto words = words_of(text);
    EXPECT_TRUE(has(words, "\u4eca\u65e5"));
    EXPECT_TRUE(has(words, "\u3059\u306d"));
    EXPECT_EQ(words.size(), 9);
}

TEST(WordsOf, HasLimits)
{
    storage::MessageText text;
    for (int i = 0; i < 5000; ++i)
        text.body += "word" + std::to_string(i) + ' ';
    EXPECT_EQ(words_of(text).size(), most_words);
    text.body = std::string(100'000, 'a');
    text.subject = std::string(1000, '\x80');
    EXPECT_LE(words_of(text).size(), most_words);
}

TEST(HashOf, StaysTheSame)
{
    // Those of FNV-1a's description: filters that have learned rely on it.
    EXPECT_EQ(hash_of(""), 0xcbf29ce484222325);
    EXPECT_EQ(hash_of("foobar"), 0x85944171f73967e8);
}

} // namespace
} // namespace pillarbox::junk
