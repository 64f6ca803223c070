#include "storage/sqlite/spool.hpp"

#include "storage/sqlite/checksum.hpp"
#include "tests/unit/storage/store_test.hpp"

namespace pillarbox::storage::sqlite {
namespace {

class SpoolTest : public testing::Test
{
public:
    Files files_;
    TemporaryDirectory directory_;

    std::size_t files() const
    {
        using Iterator = std::filesystem::directory_iterator;
        return static_cast<std::size_t>(std::distance(Iterator(directory_.path()), Iterator()));
    }
};

TEST_F(SpoolTest, ReadsWhatWasAppendedInAnyPieces)
{
    const auto text = text_of(spool_memory + 5'000);
    for (const std::size_t step : {std::size_t{999}, std::size_t{16'384}, spool_memory, text.size()}) {
        SCOPED_TRACE(step);
        FileSpool spool(files_, directory_.path());
        for (std::size_t at = 0; at < text.size(); at += step) {
            ASSERT_TRUE(spool.append(std::string_view(text).substr(at, step)));
            const auto size = std::min(at + step, text.size());
            ASSERT_EQ(spool.size(), size);
            EXPECT_EQ(spool.in_file(), size > spool_memory);
            const auto last = spool.read(size - 5, 100); // cut at the end
            ASSERT_TRUE(last);
            EXPECT_EQ(*last, text.substr(size - 5, 5));
        }
        EXPECT_EQ(spool.checksum(), checksum(text));
        const auto all = spool.read(0, text.size());
        ASSERT_TRUE(all);
        EXPECT_TRUE(*all == text);
        EXPECT_EQ(*spool.read(spool_memory - 10, 20), text.substr(spool_memory - 10, 20));
        EXPECT_EQ(*spool.read(text.size(), 1), "");
        EXPECT_EQ(*spool.read(text.size() + 1'000, 1), "");
        EXPECT_EQ(files(), 1u);
    }
    EXPECT_EQ(files(), 0u);
}

TEST_F(SpoolTest, StaysInMemoryUpToTheLimit)
{
    FileSpool spool(files_, directory_.path());
    ASSERT_TRUE(spool.append(""));
    ASSERT_TRUE(spool.append(text_of(spool_memory)));
    EXPECT_FALSE(spool.in_file());
    EXPECT_EQ(files(), 0u);
}

TEST_F(SpoolTest, SaysWhenItCannotBeKept)
{
    const auto missing = directory_.path() / "missing";
    FileSpool spool(files_, missing);
    ASSERT_TRUE(spool.append("small"));
    EXPECT_EQ(spool.append(text_of(spool_memory)).error(), Errc::unavailable);
    EXPECT_EQ(spool.append("more").error(), Errc::unavailable); // it has a gap now
}

} // namespace
} // namespace pillarbox::storage::sqlite
