#include "server/transfer/zip_writer.hpp"

#include "tests/support/temporary_folder.hpp"

#include <gtest/gtest.h>

#include <fstream>

namespace pillarbox::transfer {
namespace {

using namespace std::chrono_literals;

constexpr std::chrono::sys_seconds moment{1'764'091'321s}; // 2025-11-25 17:22:01 UTC

/// What Python makes of it: each file's name, moment and octets; "bad" when one is.
std::string read_back(const std::string& archive)
{
    const test::TemporaryFolder folder;
    std::ofstream(folder.path() / "a.zip", std::ios::binary) << archive;
    const auto path = (folder.path() / "a.zip").string();
    const std::string program =
        "import sys, zipfile\nz = zipfile.ZipFile(sys.argv[1])\n"
        "print('bad' if z.testzip() else 'good', len(z.infolist()))\n"
        "for i in z.infolist()[:3]: print(i.filename, *i.date_time, z.read(i)[:40])\n";
    std::ofstream(folder.path() / "read.py") << program;
    const auto command =
        "python3 " + (folder.path() / "read.py").string() + " " + path + " > " + path + ".out 2>&1";
    EXPECT_EQ(std::system(command.c_str()), 0);
    std::ifstream out(path + ".out");
    return {std::istreambuf_iterator<char>(out), {}};
}

TEST(ZipWriter, IsReadByOthers)
{
    ZipWriter zip;
    std::string archive;
    zip.begin("Inbox/Zürich.eml", moment, archive);
    zip.append("one ", archive);
    zip.append("two", archive);
    zip.finish(archive);
    zip.begin("empty", {}, archive);
    zip.finish(archive);
    zip.begin("large", moment, archive);
    zip.append(std::string(200'000, 'x'), archive); // several blocks
    zip.finish(archive);
    zip.end(archive);
    EXPECT_EQ(read_back(archive), "good 3\nInbox/Zürich.eml 2025 11 25 17 22 0 b'one two'\n"
                                  "empty 1980 1 1 0 0 0 b''\n"
                                  "large 2025 11 25 17 22 0 b'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx'\n");
}

TEST(ZipWriter, MayBeEmpty)
{
    ZipWriter zip;
    std::string archive;
    zip.end(archive);
    EXPECT_EQ(read_back(archive), "good 0\n");
}

TEST(ZipWriter, HasMoreFilesThanSixteenBitsCount)
{
    ZipWriter zip;
    std::string archive;
    for (int i = 0; i < 65'600; ++i) {
        zip.begin(std::to_string(i), moment, archive);
        zip.finish(archive);
    }
    zip.end(archive);
    EXPECT_TRUE(read_back(archive).starts_with("good 65600\n0 2025"));
}

} // namespace
} // namespace pillarbox::transfer
