#include "web/api/answer.hpp"

#include "server/mime/scanner.hpp"

#include <gtest/gtest.h>

#include <string>

namespace pillarbox::api {
namespace {

using storage::DraftKind;

const std::string original = "From: Ada Lovelace <ada@example.net>\r\n"
                             "To: Alice <alice@example.org>, Bob <bob@example.org>\r\n"
                             "Cc: ADA@example.net, carol@example.org\r\n"
                             "Subject: Budget\r\n"
                             "Date: Tue, 25 Nov 2025 17:22:01 +0100\r\n"
                             "Message-ID: <2@example.net>\r\n"
                             "References: <1@example.net>\r\n\r\n";

mime::NewMessage answer(DraftKind kind, const std::string& head = original, std::string_view text = "Hi\n")
{
    const auto own = [](const std::string& address) { return address == "alice@example.org"; };
    return begin_answer(mime::view(mime::scan(head)), text, kind, own);
}

std::string shown(const std::vector<mime::Address>& people)
{
    std::string text;
    for (const auto& person : people)
        text += person.name + "<" + person.address + ">";
    return text;
}

TEST(Answer, GoesToTheAuthor)
{
    const auto reply = answer(DraftKind::reply);
    EXPECT_EQ(shown({reply.from}), "Alice<alice@example.org>");
    EXPECT_EQ(shown(reply.to), "Ada Lovelace<ada@example.net>");
    EXPECT_TRUE(reply.cc.empty());
    EXPECT_EQ(reply.subject, "Re: Budget");
    EXPECT_EQ(reply.in_reply_to, "<2@example.net>");
    EXPECT_EQ(reply.references, (std::vector<std::string>{"<1@example.net>", "<2@example.net>"}));
    EXPECT_EQ(reply.text,
              "\n\nOn Tue, 25 Nov 2025 17:22:01 +0100, Ada Lovelace <ada@example.net> wrote:\n> Hi\n");
}

TEST(Answer, ToAllLeavesOneselfOutAndNamesEveryoneOnce)
{
    const auto reply = answer(DraftKind::reply_all);
    EXPECT_EQ(shown(reply.to), "Ada Lovelace<ada@example.net>Bob<bob@example.org>");
    EXPECT_EQ(shown(reply.cc), "<carol@example.org>");
}

TEST(Answer, GoesWhereReplyToSays)
{
    EXPECT_EQ(shown(answer(DraftKind::reply, "Reply-To: list@example.com\r\n" + original).to),
              "<list@example.com>");
}

TEST(Answer, ToOnesOwnLetterGoesOn)
{
    const std::string own = "From: alice@example.org\r\nTo: bob@example.org\r\nCc: carol@example.org\r\n\r\n";
    EXPECT_EQ(shown(answer(DraftKind::reply, own).to), "<bob@example.org>");
    EXPECT_EQ(shown(answer(DraftKind::reply_all, own).cc), "<carol@example.org>");
}

TEST(Answer, TakesInReplyToForAThreadWithoutReferences)
{
    const auto reply =
        answer(DraftKind::reply, "From: a@b.example\r\nIn-Reply-To: <0@x>\r\nMessage-ID: <1@x>\r\n\r\n");
    EXPECT_EQ(reply.references, (std::vector<std::string>{"<0@x>", "<1@x>"}));
}

TEST(Answer, QuotesQuotesOnceMoreAndCutsWhatIsLong)
{
    EXPECT_TRUE(
        answer(DraftKind::reply, original, "> one\n\ntwo\n\n").text.ends_with("wrote:\n>> one\n>\n> two\n"));
    const auto text = answer(DraftKind::reply, original, std::string(most_quoted + 10, 'x')).text;
    EXPECT_LT(text.size(), most_quoted + 200);
    EXPECT_TRUE(text.ends_with("> […]\n"));
}

TEST(Answer, ForwardsWithWhatMattersOfTheHeader)
{
    const auto forward = answer(DraftKind::forward);
    EXPECT_TRUE(forward.to.empty());
    EXPECT_TRUE(forward.in_reply_to.empty());
    EXPECT_EQ(forward.subject, "Fwd: Budget");
    EXPECT_EQ(forward.text, "\n\n---------- Forwarded message ----------\n"
                            "From: Ada Lovelace <ada@example.net>\n"
                            "Date: Tue, 25 Nov 2025 17:22:01 +0100\n"
                            "Subject: Budget\n"
                            "To: Alice <alice@example.org>, Bob <bob@example.org>\n"
                            "Cc: ADA@example.net, carol@example.org\n"
                            "\nHi\n");
}

TEST(Answer, ToNothingAtAllIsPossible)
{
    const auto reply = answer(DraftKind::reply, "\r\n", "");
    EXPECT_EQ(reply.subject, "Re: ");
    EXPECT_EQ(reply.text, "\n\nsomebody wrote:\n");
}

} // namespace
} // namespace pillarbox::api
