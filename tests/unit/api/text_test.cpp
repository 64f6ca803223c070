#include "web/api/text.hpp"

#include "web/api/cursor.hpp"
#include "web/api/json.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <vector>

namespace pillarbox::api {
namespace {

TEST(Text, CutsBetweenCharacters)
{
    EXPECT_EQ(cut_utf8("abc", 3), "abc");
    EXPECT_EQ(cut_utf8("abc", 2), "ab");
    EXPECT_EQ(cut_utf8("aä", 2), "a");
    EXPECT_EQ(cut_utf8("aä", 3), "aä");
    EXPECT_EQ(cut_utf8("€€", 5), "€");
    EXPECT_EQ(cut_utf8("€", 1), "");
}

TEST(Text, NamesFilesForEveryClient)
{
    EXPECT_EQ(content_disposition("attachment", "a b.pdf"),
              "attachment; filename=\"a b.pdf\"; filename*=UTF-8''a%20b.pdf");
    EXPECT_EQ(content_disposition("inline", "Größe \"x\".png"),
              "inline; filename=\"Gr__e _x_.png\"; filename*=UTF-8''Gr%C3%B6%C3%9Fe%20%22x%22.png");
    const auto field = content_disposition("attachment", "a\r\nSet-Cookie: x=y");
    EXPECT_EQ(field.find('\r'), std::string::npos);
    EXPECT_EQ(field.find('\n'), std::string::npos);
}

TEST(Cursor, IsGoodWhereItWasMade)
{
    const storage::AccountId account{3};
    const storage::MailboxId mailbox{5};
    for (const auto direction : {Cursor::Direction::after, Cursor::Direction::before}) {
        const Cursor cursor{direction, 4'000'000'000u};
        const auto sealed = seal_cursor(cursor, account, mailbox, "key");
        EXPECT_EQ(open_cursor(sealed, account, mailbox, "key"), cursor);
        EXPECT_FALSE(open_cursor(sealed, storage::AccountId{4}, mailbox, "key"));
        EXPECT_FALSE(open_cursor(sealed, account, storage::MailboxId{6}, "key"));
        EXPECT_FALSE(open_cursor(sealed, account, mailbox, "another"));
        for (std::size_t i = 0; i < sealed.size(); ++i) {
            auto changed = sealed;
            changed[i] = changed[i] == '1' ? '2' : '1';
            EXPECT_FALSE(open_cursor(changed, account, mailbox, "key")) << changed;
        }
    }
    for (const std::string text : {"", ".", "a.", "a1", "a1.", ".x", "b99999999999."})
        EXPECT_FALSE(open_cursor(text, account, mailbox, "key")) << text;
}

TEST(Cursor, OfASearchIsGoodForItsWords)
{
    const storage::AccountId account{3};
    const storage::SearchCursor cursor{storage::Time(std::chrono::seconds(-86'400)), 77}; // before 1970
    const auto sealed = seal_cursor(cursor, account, "inbox lunch", "key");
    EXPECT_EQ(open_cursor(sealed, account, std::string_view("inbox lunch"), "key"), cursor);
    EXPECT_FALSE(open_cursor(sealed, account, std::string_view("inbox lunches"), "key"));
    EXPECT_FALSE(open_cursor(sealed, storage::AccountId{4}, std::string_view("inbox lunch"), "key"));
    EXPECT_FALSE(open_cursor(sealed, account, std::string_view("inbox lunch"), "another"));
    EXPECT_FALSE(open_cursor(sealed, account, storage::MailboxId{5}, "key"));
}

TEST(Json, ReadsIds)
{
    EXPECT_EQ(parse_id("1"), 1);
    EXPECT_EQ(parse_id("999999999999999999"), 999'999'999'999'999'999);
    for (const std::string text : {"", "0", "01", "-1", "+1", "1 ", "x", "1x", "9999999999999999999"})
        EXPECT_FALSE(parse_id(text)) << text;
}

TEST(Json, WritesTimes)
{
    EXPECT_EQ(format_time(storage::Time{std::chrono::seconds{0}}), "1970-01-01T00:00:00Z");
    EXPECT_EQ(format_time(storage::Time{std::chrono::seconds{1764091321}}), "2025-11-25T17:22:01Z");
}

} // namespace
} // namespace pillarbox::api
