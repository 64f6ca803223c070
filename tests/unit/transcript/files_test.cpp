#include "server/transcript/files.hpp"

#include "tests/support/temporary_folder.hpp"

#include <gtest/gtest.h>

#include <sys/stat.h>

#include <fstream>
#include <sstream>

namespace pillarbox::transcript {
namespace {

using namespace std::chrono_literals;
namespace fs = std::filesystem;

struct FilesTest : ::testing::Test
{
    test::TemporaryFolder folder;
    const fs::path directory = folder.path() / "transcripts";
    Limits limits{.keep = 7 * 24h, .size = 1u << 20, .reserve = 0};
    Files::Clock::time_point now = Files::Clock::now();

    std::uint64_t octets() const
    {
        std::uint64_t sum = 0;
        for (const auto& path : newest_first(directory))
            sum += fs::file_size(path);
        return sum;
    }

    static std::string read(const fs::path& path)
    {
        std::ostringstream text;
        text << std::ifstream(path, std::ios::binary).rdbuf();
        return text.str();
    }

    static std::string record(std::size_t size) { return "@ x" + std::string(size - 4, '.') + '\n'; }
};

TEST_F(FilesTest, OnlyTheOwnerReadsThem)
{
    Files files(directory, limits);
    ASSERT_FALSE(files.append("@ a\n", now));
    struct stat status{};
    ASSERT_EQ(::stat(directory.c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 0777, 0700u);
    ASSERT_EQ(::stat(newest_first(directory).front().c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 0777, 0600u);
}

TEST_F(FilesTest, GoOnBehindWhatACrashCutShort)
{
    {
        Files files(directory, limits);
        ASSERT_FALSE(files.append("@ a\n@ cut", now));
    }
    Files files(directory, limits);
    ASSERT_FALSE(files.append("@ b\n", now));
    ASSERT_FALSE(files.append("@ c\n", now));
    ASSERT_EQ(newest_first(directory).size(), 1u);
    EXPECT_EQ(read(newest_first(directory).front()), "@ a\n@ cut\n@ b\n@ c\n");
}

TEST_F(FilesTest, TheOldestGoWhenAllAreTooLarge)
{
    Files files(directory, limits);
    ASSERT_FALSE(files.append("@ first\n", now));
    for (int i = 0; i < 300; ++i) {
        ASSERT_FALSE(files.append(record(10'000), now));
        files.sweep(now);
        EXPECT_LE(octets(), limits.size);
    }
    EXPECT_GT(octets(), limits.size * 3 / 4);
    EXPECT_EQ(read(newest_first(directory).back()).find("first"), std::string::npos);
}

TEST_F(FilesTest, MuchAtOnceIsCutBetweenRecords)
{
    Files files(directory, limits);
    std::string many;
    for (int i = 0; i < 300; ++i)
        many += record(10'000);
    ASSERT_FALSE(files.append(many, now));
    files.sweep(now);
    EXPECT_LE(octets(), limits.size);
    EXPECT_GT(octets(), limits.size / 2);
    for (const auto& path : newest_first(directory))
        EXPECT_EQ(fs::file_size(path) % 10'000, 0u) << path;
}

TEST_F(FilesTest, WhatIsTooOldGoes)
{
    Files files(directory, limits);
    ASSERT_FALSE(files.append("@ old\n", now));
    ASSERT_FALSE(files.append("@ new\n", now + 6 * 24h));
    files.sweep(now + 7 * 24h - 1s);
    EXPECT_EQ(newest_first(directory).size(), 2u); // an eighth of the time makes a file
    files.sweep(now + 7 * 24h);
    ASSERT_EQ(newest_first(directory).size(), 1u);
    EXPECT_EQ(read(newest_first(directory).front()), "@ new\n");
    files.sweep(now + 14 * 24h);
    EXPECT_TRUE(newest_first(directory).empty());
    ASSERT_FALSE(files.append("@ later\n", now + 14 * 24h));
    EXPECT_EQ(read(newest_first(directory).front()), "@ later\n");
}

TEST_F(FilesTest, NothingIsKeptForNoTime)
{
    {
        Files files(directory, limits);
        ASSERT_FALSE(files.append("@ a\n", now));
    }
    limits.keep = 0s;
    Files files(directory, limits);
    files.sweep(now - 1h); // whatever the clock says
    EXPECT_TRUE(newest_first(directory).empty());

    const fs::path other = folder.path() / "other";
    const Files none(other, limits);
    EXPECT_FALSE(fs::exists(other));
}

TEST_F(FilesTest, LeaveTheDisksReserve)
{
    limits.reserve = std::uint64_t{1} << 60;
    Files files(directory, limits);
    EXPECT_EQ(files.append("@ a\n", now), std::errc::no_space_on_device);
    EXPECT_EQ(octets(), 0u);
}

TEST_F(FilesTest, SayWhyTheyCannotBeMade)
{
    std::ofstream(directory) << "a file";
    Files files(directory, limits);
    EXPECT_TRUE(files.append("@ a\n", now));
    try {
        Files nowhere(folder.path() / "no" / "where", limits);
        FAIL();
    } catch (const std::runtime_error& error) {
        EXPECT_NE(std::string(error.what()).find("transcripts.keep"), std::string::npos) << error.what();
    }
}

} // namespace
} // namespace pillarbox::transcript
