#include "tests/unit/storage/store_test.hpp"

#include <fstream>

#include <sys/stat.h>

namespace pillarbox::storage {
namespace {

class RecoveryTest : public StoreTest
{
public:
    void append(const std::filesystem::path& file, std::string_view octets)
    {
        std::ofstream(file, std::ios::binary | std::ios::app) << octets;
    }

    /// The server's n-th: its numbers are even.
    std::filesystem::path segment(std::int64_t n) { return core().bodies->file_of_segment(2 * n); }

    std::size_t segments()
    {
        const std::filesystem::directory_iterator all(core().layout.segments);
        return static_cast<std::size_t>(std::distance(begin(all), end(all)));
    }

    static std::uint64_t space_of(const std::filesystem::path& file)
    {
        struct stat about{};
        return ::stat(file.c_str(), &about) == 0 ? static_cast<std::uint64_t>(about.st_blocks) * 512 : 0;
    }

    void expect_readable(std::size_t count)
    {
        const auto all = entries(alice);
        ASSERT_EQ(all.size(), count);
        for (const auto& entry : all) {
            const auto text = read(entry.id);
            ASSERT_TRUE(text);
            EXPECT_EQ(text->size(), entry.size);
        }
    }

    std::vector<MessageId> ids()
    {
        std::vector<MessageId> ids;
        for (const auto& entry : entries(alice))
            ids.push_back(entry.id);
        return ids;
    }
};

TEST_F(RecoveryTest, CutsATornTail)
{
    for (const auto* torn : {"x", "PBR1", "PBR1 and then some more octets that are no header"}) {
        ASSERT_TRUE(deliver(text_of(20'000), {alice}));
        const auto file = segment(1);
        close();
        const auto size = std::filesystem::file_size(file);
        append(file, torn);
        reopen();
        EXPECT_EQ(std::filesystem::file_size(file), size);
    }
    ASSERT_TRUE(deliver(text_of(30'000), {alice}));
    expect_readable(4);
    EXPECT_EQ(recorder_->errors(), 0u);
    bool reported = false;
    for (const auto& event : recorder_->events())
        reported = reported || event.what.find("unfinished end") != std::string::npos;
    EXPECT_TRUE(reported);
}

TEST_F(RecoveryTest, RemovesWhatNoRowKnows)
{
    ASSERT_TRUE(deliver(text_of(20'000), {alice}));
    ASSERT_TRUE(deliver(text_of(400'000), {alice}));
    const auto layout = core().layout;
    const std::vector orphans{layout.spool / "1-1", layout.files / "00000000000000ff",
                              layout.segments / "0000000000000004"};
    close();
    for (const auto& orphan : orphans)
        append(orphan, "orphan");
    append(layout.files / "someone's notes", "keep");
    reopen();
    for (const auto& orphan : orphans)
        EXPECT_FALSE(std::filesystem::exists(orphan)) << orphan;
    EXPECT_TRUE(std::filesystem::exists(layout.files / "someone's notes"));
    expect_readable(2);
}

TEST_F(RecoveryTest, ReportsWhatIsMissing)
{
    damages_ = true;
    for (int i = 0; i < 3; ++i)
        ASSERT_TRUE(deliver(text_of(20'000, unsigned(i)), {alice}));
    ASSERT_TRUE(deliver(text_of(400'000), {alice}));
    ASSERT_TRUE(deliver("small", {alice}));
    const auto all = ids();
    const auto layout = core().layout;
    const auto file = segment(1);
    close();
    std::filesystem::resize_file(file, 30'000); // the second is cut, the third gone
    for (const auto& entry : std::filesystem::directory_iterator(layout.files))
        std::filesystem::remove(entry);
    reopen();
    EXPECT_GE(recorder_->errors(), 3u);
    EXPECT_TRUE(read(all[0]));
    for (const auto i : {1u, 2u, 3u})
        EXPECT_EQ(read(all[i]).error(), Errc::not_found) << i;
    EXPECT_TRUE(read(all[4]));
    EXPECT_TRUE(deliver(text_of(20'000), {alice})); // mail still comes
    EXPECT_TRUE(read(ids().back()));
}

TEST_F(RecoveryTest, NeverShowsDamagedOctets)
{
    damages_ = true;
    ASSERT_TRUE(deliver(text_of(20'000), {alice}));
    ASSERT_TRUE(deliver(text_of(600'000), {alice}));
    const auto all = ids();
    const auto flip = [](const std::filesystem::path& file, std::streamoff at) {
        std::fstream stream(file, std::ios::in | std::ios::out | std::ios::binary);
        stream.seekp(at);
        stream.put('\x01');
    };
    flip(segment(1), 10'000);
    for (const auto& entry : std::filesystem::directory_iterator(core().layout.files))
        flip(entry, 500'000);
    EXPECT_EQ(read(all[0]).error(), Errc::not_found);
    EXPECT_EQ(read(all[1]).error(), Errc::not_found); // at the last piece at the latest
}

TEST_F(RecoveryTest, BeginsAnotherSegmentWhenOneIsFull)
{
    underneath_.segment_octets = 50'000;
    reopen();
    for (int i = 0; i < 10; ++i)
        ASSERT_TRUE(deliver(text_of(20'000, unsigned(i)), {alice}));
    EXPECT_EQ(segments(), 4u);
    reopen();
    EXPECT_EQ(segments(), 4u);
    ASSERT_TRUE(deliver(text_of(20'000), {alice}));
    expect_readable(11);

    const auto all = ids();
    ASSERT_TRUE(run(mail().expunge(account(alice), std::vector(all.begin(), all.begin() + 7))));
    core().upkeep->run_once();
    EXPECT_FALSE(std::filesystem::exists(segment(1))); // three bodies each
    EXPECT_FALSE(std::filesystem::exists(segment(2)));
    EXPECT_TRUE(std::filesystem::exists(segment(3)));
    expect_readable(4);
    reopen();
    expect_readable(4);
    EXPECT_EQ(recorder_->errors(), 0u);
}

TEST_F(RecoveryTest, MakesTheReserveWholeAgain)
{
    const auto reserve = core().layout.reserve;
    for (const bool there : {true, false}) {
        close();
        if (there)
            std::filesystem::resize_file(reserve, 0); // as a crash may leave it
        else
            std::filesystem::remove(reserve);
        reopen();
        EXPECT_TRUE(core().reserve.held());
        EXPECT_EQ(std::filesystem::file_size(reserve), sqlite::Reserve::octets);
    }
    core().upkeep->stop(); // it would take the space again at once
    core().reserve.release();
    EXPECT_FALSE(std::filesystem::exists(reserve));
}

TEST_F(RecoveryTest, GivesSpaceBack)
{
    for (int i = 0; i < 100; ++i)
        ASSERT_TRUE(deliver(text_of(20'000, unsigned(i)), {alice}));
    const auto full = space_of(segment(1));
    ASSERT_GE(full, 2'000'000u);
    auto all = ids();
    const auto kept = all.back();
    all.pop_back();
    ASSERT_TRUE(run(mail().expunge(account(alice), all)));
    core().upkeep->run_once();
    EXPECT_LT(space_of(segment(1)), 50'000u);
    EXPECT_TRUE(read(kept));
    reopen();
    EXPECT_TRUE(read(kept));
    EXPECT_EQ(recorder_->errors(), 0u);
}

TEST_F(RecoveryTest, GivesTheSpaceOfARefusedBodyBack)
{
    std::vector<NewAccount> small(1);
    small[0].address = "small@example.org";
    small[0].quota = 10;
    ASSERT_TRUE(run(accounts().add(small)));
    EXPECT_EQ(deliver(text_of(200'000), {"small@example.org"}).error(), Errc::over_quota);
    EXPECT_EQ(deliver(text_of(400'000), {"small@example.org"}).error(), Errc::over_quota);
    core().upkeep->run_once();
    EXPECT_TRUE(std::filesystem::is_empty(core().layout.files));
    EXPECT_LT(space_of(segment(1)), 10'000u);
    ASSERT_TRUE(deliver(text_of(20'000), {alice}));
    expect_readable(1);
}

} // namespace
} // namespace pillarbox::storage
