#include "server/transfer/letter.hpp"

#include "storage/result.hpp"
#include "storage/types.hpp"

#include <gtest/gtest.h>

namespace pillarbox::transfer {

namespace {

/// Keeps its octets where the test can see them.
class MemorySpool final : public storage::Spool
{
public:
    explicit MemorySpool(std::string& octets) : octets_(octets) {}

    storage::Result<void> append(std::string_view octets) override
    {
        octets_ += octets;
        return boost::system::in_place_value;
    }
    std::uint64_t size() const override { return octets_.size(); }
    storage::Result<std::string> read(std::uint64_t, std::size_t) const override { return octets_; }

private:
    std::string& octets_;
};

struct Outcome
{
    std::string octets;
    std::string digest;
    MboxFields fields;
};

Outcome read(std::string_view text, Letter::Form form, std::size_t piece)
{
    Outcome outcome;
    Letter letter(std::make_unique<MemorySpool>(outcome.octets), form, 1'000'000);
    for (; !text.empty(); text.remove_prefix(std::min(piece, text.size())))
        EXPECT_TRUE(letter.append(text.substr(0, piece)));
    EXPECT_TRUE(letter.finish());
    EXPECT_EQ(letter.octets(), outcome.octets.size());
    outcome.fields = letter.fields();
    outcome.digest = letter.digest();
    return outcome;
}

} // namespace

TEST(Letter, IsInWireForm)
{
    struct Case
    {
        std::string text;
        std::string octets;
        std::uint32_t flags;
    };
    const Case cases[] = {
        {"A: 1\nStatus: R\n\nStatus: R\n", "A: 1\r\n\r\nStatus: R\r\n", storage::flag::seen},
        {"A: 1\r\nStatus: R\r\n\r\nStatus: R", "A: 1\r\n\r\nStatus: R\r\n", storage::flag::seen},
        {"Status: RO\nX-Status: F\n\nx\n", "\r\nx\r\n", storage::flag::seen | storage::flag::flagged},
        {"\nStatus: R\n", "\r\nStatus: R\r\n", 0},
        {"A: 1\n", "A: 1\r\n", 0},
        {"", "", 0},
    };
    for (const auto& [text, octets, flags] : cases) {
        for (const std::size_t piece : {1u, 2u, 5u, 1000u}) {
            const auto found = read(text, Letter::Form::mbox, piece);
            EXPECT_EQ(found.octets, octets) << text << " in pieces of " << piece;
            EXPECT_EQ(found.fields.flags, flags) << text;
            EXPECT_EQ(found.digest, read(text, Letter::Form::mbox, 1000).digest);
        }
    }
    EXPECT_EQ(read("A: 1\nStatus: R\n\n", Letter::Form::plain, 3).octets, "A: 1\r\nStatus: R\r\n\r\n");
}

TEST(Letter, IsTheSameWhateverWasNotedInIt)
{
    const auto digest = read("A: 1\nStatus: O\n\nx\n", Letter::Form::mbox, 100).digest;
    EXPECT_EQ(digest.size(), 32u);
    EXPECT_EQ(read("A: 1\r\nStatus: RO\r\nX-Status: F\r\n\r\nx\r\n", Letter::Form::mbox, 100).digest, digest);
    EXPECT_NE(read("A: 1\n\ny\n", Letter::Form::mbox, 100).digest, digest);
}

TEST(Letter, LetsGoOfWhatIsTooLarge)
{
    std::string octets;
    Letter letter(std::make_unique<MemorySpool>(octets), Letter::Form::plain, 10);
    ASSERT_TRUE(letter.append("123456789\n")); // 11 with its CRLF
    ASSERT_TRUE(letter.append(std::string(1000, 'x')));
    ASSERT_TRUE(letter.finish());
    EXPECT_TRUE(letter.too_large());
    EXPECT_EQ(letter.octets(), 1013u);
    EXPECT_EQ(letter.take_spool(), nullptr);
    EXPECT_TRUE(octets.empty());
}

TEST(Letter, DoesNotKeepAHeaderWithoutEnd)
{
    std::string octets;
    Letter letter(std::make_unique<MemorySpool>(octets), Letter::Form::mbox, 10'000'000);
    ASSERT_TRUE(letter.append(std::string(300'000, 'x')));
    EXPECT_EQ(octets.size(), 300'000u);
}

} // namespace pillarbox::transfer
