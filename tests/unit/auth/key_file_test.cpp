#include "server/auth/key_file.hpp"

#include <gtest/gtest.h>

#include <sys/stat.h>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace pillarbox::auth {
namespace {

namespace fs = std::filesystem;

class KeyFile : public testing::Test
{
protected:
    KeyFile()
    {
        std::string name = (fs::temp_directory_path() / "pillarbox-key-XXXXXX").string();
        if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("no temporary directory");
        directory = name;
        file = directory / "secret.key";
    }
    ~KeyFile() override { fs::remove_all(directory); }

    void write(const std::string& octets, fs::perms mode)
    {
        std::ofstream(file, std::ios::binary) << octets;
        fs::permissions(file, mode);
    }

    fs::path directory;
    fs::path file;
};

TEST_F(KeyFile, IsMadeOnceAndStays)
{
    const std::string key = load_or_make_key(directory);
    EXPECT_EQ(key.size(), 32u);
    EXPECT_EQ(load_or_make_key(directory), key);
    EXPECT_EQ(fs::status(file).permissions(), fs::perms::owner_read | fs::perms::owner_write);
    EXPECT_EQ(std::distance(fs::directory_iterator(directory), fs::directory_iterator()), 1)
        << "nothing is left beside it";
}

TEST_F(KeyFile, IsTheSameForAllWhoAskAtOnce)
{
    std::vector<std::string> keys(8);
    std::vector<std::thread> threads;
    for (std::string& key : keys)
        threads.emplace_back([this, &key] { key = load_or_make_key(directory); });
    for (std::thread& thread : threads)
        thread.join();
    for (const std::string& key : keys)
        EXPECT_EQ(key, load_or_make_key(directory));
}

TEST_F(KeyFile, IsNotReadThroughASymbolicLink)
{
    std::ofstream(directory / "elsewhere") << std::string(32, 'k');
    fs::create_symlink(directory / "elsewhere", file);
    EXPECT_THROW(load_or_make_key(directory), std::runtime_error);
    EXPECT_TRUE(fs::is_symlink(file));
}

TEST_F(KeyFile, IsRefusedWhenOthersMayReadIt)
{
    write(std::string(32, 'k'), fs::perms::owner_read | fs::perms::group_read);
    EXPECT_THROW(load_or_make_key(directory), std::runtime_error);
}

TEST_F(KeyFile, IsRefusedAtTheWrongSizeAndNotReplaced)
{
    for (const std::size_t size : {0u, 31u, 33u, 4096u}) {
        write(std::string(size, 'k'), fs::perms::owner_read | fs::perms::owner_write);
        EXPECT_THROW(load_or_make_key(directory), std::runtime_error) << size;
        EXPECT_EQ(fs::file_size(file), size);
    }
}

TEST_F(KeyFile, NeedsItsDirectory)
{
    EXPECT_THROW(load_or_make_key(directory / "missing"), std::runtime_error);
}

} // namespace
} // namespace pillarbox::auth
