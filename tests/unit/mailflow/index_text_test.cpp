#include "server/mailflow/index_text.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace pillarbox::mailflow {
namespace {

class Letter final : public storage::Octets
{
public:
    explicit Letter(std::string octets) : octets_(std::move(octets)) {}

    std::uint64_t size() const override { return octets_.size(); }
    std::string_view read(std::uint64_t offset, std::size_t length) const override
    {
        most_read = std::max(most_read, length);
        return std::string_view(octets_).substr(std::min<std::size_t>(offset, octets_.size()), length);
    }

    mutable std::size_t most_read = 0;

private:
    std::string octets_;
};

storage::MessageText text_of(std::string octets)
{
    return IndexText().extract(Letter(std::move(octets)));
}

std::string field(const storage::MessageText& text, std::string_view name)
{
    std::string found;
    for (const auto& [one, value] : text.fields) {
        if (one == name) found += "<" + value + ">";
    }
    return found;
}

TEST(IndexText, ReadsTheHeader)
{
    const auto text = text_of("From: =?utf-8?q?Andr=C3=A9?= <andre@example.org>, bob@example.net\r\n"
                              "To: Team: alice@example.org, \"Eve, E.\" <eve@example.org>;\r\n"
                              "Cc: carol@example.org\r\n"
                              "Subject: =?iso-8859-1?q?caf=E9?= at\r\n noon\r\n"
                              "List-Id: Developers <dev.example.org>\r\n"
                              "X-Mailer: mutt\r\n 2.2\r\n"
                              "X-Mailer: =?utf-8?q?=C3=A9?=\r\n"
                              "DKIM-Signature: v=1; b=abcdef\r\n"
                              "Message-ID: <3@example.org>\r\n"
                              "References: <1@example.org> <2@example.org>\r\n"
                              "In-Reply-To: <2@example.org>\r\n\r\nHello\r\n");
    EXPECT_EQ(text.from, "André\nandre@example.org\nbob@example.net");
    EXPECT_EQ(text.to, "alice@example.org\nEve, E.\neve@example.org\nTeam");
    EXPECT_EQ(text.cc, "carol@example.org");
    EXPECT_EQ(text.subject, "café at noon");
    EXPECT_EQ(text.list, "Developers <dev.example.org>");
    EXPECT_EQ(field(text, "x-mailer"), "<mutt 2.2><é>");
    EXPECT_EQ(field(text, "dkim-signature"), "");
    EXPECT_EQ(field(text, "subject"), ""); // has a place of its own
    EXPECT_EQ(text.message_id, "<3@example.org>");
    EXPECT_EQ(text.references, (std::vector<std::string>{"<1@example.org>", "<2@example.org>"}));
    EXPECT_EQ(text.body, "Hello\r\n");
    EXPECT_FALSE(text.attachments);
}

TEST(IndexText, AnAnswerWithoutReferencesNamesWhatItAnswers)
{
    const auto text = text_of("In-Reply-To: <1@example.org>\r\n\r\n");
    EXPECT_EQ(text.references, (std::vector<std::string>{"<1@example.org>"}));
}

std::string alternative(const std::string& plain, const std::string& html)
{
    return "Content-Type: multipart/alternative; boundary=b\r\n\r\n"
           "--b\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n" +
           plain + "\r\n--b\r\nContent-Type: text/html; charset=utf-8\r\n\r\n" + html + "\r\n--b--\r\n";
}

TEST(IndexText, OfHtmlReadsWhatIsSeen)
{
    const auto alone = text_of("Content-Type: text/html; charset=iso-8859-1\r\n"
                               "Content-Transfer-Encoding: quoted-printable\r\n\r\n"
                               "<style>hidden</style><p title=3D\"attribute\">na=EFve &amp; bold</p>"
                               "<script>var secret</script>");
    EXPECT_NE(alone.body.find("naïve & bold"), std::string::npos) << alone.body;
    for (const auto* unseen : {"hidden", "attribute", "secret", "<p"})
        EXPECT_EQ(alone.body.find(unseen), std::string::npos) << alone.body;

    const auto stub = text_of(alternative("See the HTML.", "<b>the words</b>"));
    EXPECT_NE(stub.body.find("See the HTML."), std::string::npos);
    EXPECT_NE(stub.body.find("the words"), std::string::npos);

    const auto both = text_of(alternative(std::string(300, 'x') + " said", "<b>twice</b>"));
    EXPECT_NE(both.body.find("said"), std::string::npos);
    EXPECT_EQ(both.body.find("twice"), std::string::npos);
}

TEST(IndexText, NamesAttachmentsAndLooksIntoMessages)
{
    const auto text =
        text_of("Content-Type: multipart/mixed; boundary=b\r\n\r\n"
                "--b\r\n\r\nouter text\r\n"
                "--b\r\nContent-Type: application/pdf; name=plan.pdf\r\n"
                "Content-Transfer-Encoding: base64\r\n\r\nAAAA\r\n"
                "--b\r\nContent-Type: image/png\r\n"
                "Content-Disposition: attachment; filename*=utf-8''%E6%97%A5%E6%9C%AC.png\r\n\r\nx\r\n"
                "--b\r\nContent-Type: message/rfc822\r\n\r\n"
                "Subject: inner subject\r\nFrom: inner@example.org\r\n\r\ninner text\r\n"
                "--b--\r\n");
    EXPECT_EQ(text.filenames, "plan.pdf\n日本.png");
    EXPECT_TRUE(text.attachments);
    for (const auto* words : {"outer text", "inner subject", "inner@example.org", "inner text"})
        EXPECT_NE(text.body.find(words), std::string::npos) << words << " in " << text.body;
    EXPECT_EQ(text.body.find("AAAA"), std::string::npos);
}

TEST(IndexText, FindsFilesBehindMuchText)
{
    std::string message = "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\n";
    while (message.size() < 3ul * 1024 * 1024)
        message += "a line of text that goes on for a while and then ends\r\n";
    message += "--b\r\nContent-Type: application/zip; name=late.zip\r\n\r\nPK\r\n--b--\r\n";
    const Letter letter(std::move(message));
    const auto text = IndexText().extract(letter);
    EXPECT_EQ(text.filenames, "late.zip");
    EXPECT_TRUE(text.attachments);
    EXPECT_LE(text.body.size(), most_index_text);
    EXPECT_GT(text.body.size(), most_index_text / 2);
    EXPECT_LE(letter.most_read, 256u * 1024); // memory does not grow with the message
}

TEST(IndexText, HasLimits)
{
    std::string message;
    for (int i = 0; i < 1000; ++i)
        message += "X-" + std::to_string(i) + ": " + std::string(100, 'x') + "\r\n";
    const auto text = text_of(message + "\r\n");
    std::size_t octets = 0;
    for (const auto& [name, value] : text.fields)
        octets += name.size() + value.size();
    EXPECT_LE(octets, most_index_fields);
    EXPECT_GT(octets, most_index_fields / 2);
}

TEST(IndexText, TakesWhateverComes)
{
    for (const std::string message :
         {"", "\r\n", ":", "no header at all", "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b",
          "Content-Type: message/rfc822\r\n\r\n", "Subject: \xff\xfe\r\n\r\n\xff\xfe",
          "Content-Type: text/html\r\nContent-Transfer-Encoding: base64\r\n\r\n!!!!"}) {
        const auto text = text_of(message);
        EXPECT_LE(text.body.size(), 100u) << message;
        const auto cut = text_of("Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n" + message);
        EXPECT_LE(cut.body.size(), 100u) << message;
    }
}

} // namespace
} // namespace pillarbox::mailflow
