#include "server/admin/local_letter.hpp"

#include "server/admin/sysexits.hpp"

#include <gtest/gtest.h>

namespace pillarbox::admin {
namespace {

using Names = std::vector<std::string>;

LocalLetter make(std::string_view input, bool dots_are_text = true)
{
    return make_letter(input, dots_are_text,
                       {.from = "alice@example.org", .message_id = "<1@x>", .time = {}});
}

constexpr std::string_view complete = "From: a@b\nDate: x\nMessage-ID: <2@y>\n";

TEST(MakeLetter, EndsLinesAsMailDoes)
{
    const std::string head = "From: a@b\r\nDate: x\r\nMessage-ID: <2@y>\r\n\r\n";
    struct Case
    {
        std::string_view body;
        bool dots_are_text;
        std::string_view made;
    };
    const std::vector<Case> table{
        {"one\ntwo", true, "one\r\ntwo\r\n"},
        {"one\r\ntwo\r\n", true, "one\r\ntwo\r\n"},
        {"one\n.\ntwo\n", true, "one\r\n.\r\ntwo\r\n"},
        {"one\n.\ntwo\n", false, "one\r\n"},
        {"one\r\n.\r\ntwo\r\n", false, "one\r\n"},
        {"one\n..\n. \n.", false, "one\r\n..\r\n. \r\n"},
        {"", false, ""},
    };
    for (const Case& c : table) {
        const auto letter = make(std::string(complete) + "\n" + std::string(c.body), c.dots_are_text);
        EXPECT_EQ(letter.text, head + std::string(c.made)) << c.body;
    }
}

TEST(MakeLetter, FindsTheRecipientsAndHidesBcc)
{
    const auto letter =
        make("From someone Mon Jan  1\nTo: Bob <bob@example.org>, root\nCc: carol@example.org (C)\n"
             "Bcc: dave@example.org,\n erin@example.org\nSubject: x\n\nTo: nobody@example.org\n");
    EXPECT_EQ(letter.recipients, (Names{"bob@example.org", "root", "carol@example.org", "dave@example.org",
                                        "erin@example.org"}));
    EXPECT_EQ(letter.text.find("dave"), std::string::npos);
    EXPECT_EQ(letter.text.find("From someone"), std::string::npos);
    EXPECT_NE(letter.text.find("From: alice@example.org\r\n"), std::string::npos);
    EXPECT_NE(letter.text.find("Message-ID: <1@x>\r\n"), std::string::npos);

    const auto again = make("To: bob@example.org\nResent-To: carol@example.org\n\n");
    EXPECT_EQ(again.recipients, Names{"carol@example.org"});
    EXPECT_TRUE(make("no header at all\n").recipients.empty());
    EXPECT_TRUE(make("").recipients.empty());
}

TEST(MakeLetter, RefusesWhatCannotGoOn)
{
    for (const std::string_view body : {std::string_view("a\0b\n", 4), std::string_view("a\rb\n")}) {
        try {
            make(std::string(complete) + "\n" + std::string(body));
            ADD_FAILURE() << body;
        } catch (const Refused& refused) {
            EXPECT_EQ(refused.status(), Sysexit::data_error);
        }
    }
}

TEST(FromField, QuotesTheName)
{
    EXPECT_EQ(from_field("", "a@b"), "a@b");
    EXPECT_EQ(from_field("A \"B\" \\C", "a@b"), "\"A \\\"B\\\" \\\\C\" <a@b>");
    EXPECT_EQ(from_field("A\r\nBcc: x", "a@b"), "\"A  Bcc: x\" <a@b>");
}

} // namespace
} // namespace pillarbox::admin
