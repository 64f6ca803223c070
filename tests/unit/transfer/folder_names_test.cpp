#include "server/transfer/folder_names.hpp"

#include <gtest/gtest.h>

namespace pillarbox::transfer {

TEST(FolderName, IsModifiedUtf7InAFile)
{
    const std::pair<std::string_view, std::string_view> names[] = {
        {"Projects/Alpha", "Projects.Alpha"},
        {"R&D", "R&-D"},
        {"Gel\xc3\xb6scht", "Gel&APY-scht"},
        {"\xe5\x8f\xb0\xe5\x8c\x97/\xe6\x97\xa5\xe6\x9c\xac\xe8\xaa\x9e", "&U,BTFw-.&ZeVnLIqe-"},
        {"\xf0\x9f\x93\xac", "&2D3c7A-"},
        {"v1.2", "v1&AC4-2"},
        {"\xc3\xb6&", "&APY-&-"},
        {"~peter/mail", "~peter.mail"},
        {"", ""},
    };
    for (const auto& [name, encoded] : names) {
        EXPECT_EQ(encode_folder(name), encoded);
        EXPECT_EQ(decode_folder(encoded), name);
    }
}

TEST(FolderName, IsReadAnywayWhenItIsNone)
{
    EXPECT_EQ(decode_folder("Gel\xc3\xb6scht.x"), "Gel\xc3\xb6scht/x"); // plain UTF-8
    EXPECT_EQ(decode_folder("a\xff"), "a\xef\xbf\xbd");
    for (const std::string_view broken :
         {"&", "&A", "a&b", "&?-", "&A-", "&2D0-", "&3Ow-", "&APZ-", "&APYA-"})
        EXPECT_EQ(decode_folder(broken), broken);
}

TEST(FolderName, TellsWhatItIsFor)
{
    using storage::MailboxRole;
    EXPECT_EQ(role_of("INBOX"), MailboxRole::inbox);
    EXPECT_EQ(role_of("Sent Items"), MailboxRole::sent);
    EXPECT_EQ(role_of("spam"), MailboxRole::junk);
    EXPECT_EQ(role_of("Deleted Messages"), MailboxRole::trash);
    EXPECT_FALSE(role_of("Projects"));
    EXPECT_FALSE(role_of("Archive/2020"));
    EXPECT_FALSE(role_of(""));
}

} // namespace pillarbox::transfer
