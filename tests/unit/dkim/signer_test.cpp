#include "server/dkim/signer.hpp"

#include "server/dkim/key_record.hpp"
#include "tests/unit/dkim/examples.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

namespace pillarbox::dkim {
namespace {

using test::changed;
using test::told;
using test::verify;

/// Made once: RSA keys take a while.
const std::vector<SigningKey>& keys()
{
    static const std::vector<SigningKey> made{
        {"example.org", "r1", PrivateKey::make(Algorithm::rsa_sha256)},
        {"example.org", "e1", PrivateKey::make(Algorithm::ed25519_sha256)}};
    return made;
}

KeyAnswers answers()
{
    KeyAnswers answers;
    for (const auto& key : keys())
        answers[key.selector + "._domainkey." + key.domain] = test::found(key_record_text(key.key));
    return answers;
}

std::string sign(std::string_view text, std::size_t piece = 1 << 20)
{
    Signer signer(keys(), test::then);
    for (; !text.empty(); text.remove_prefix(std::min(piece, text.size())))
        signer.add(text.substr(0, piece));
    return signer.finish();
}

/// "pass pass" and the like.
std::string verdicts(const std::string& text)
{
    std::string out;
    for (const auto& result : verify(text, answers()))
        out += (out.empty() ? "" : " ") + std::string(name_of(result.outcome));
    return out;
}

const std::string text(test::message);

TEST(Signer, SignsWithEachKey)
{
    for (const std::size_t piece : {1, 3, 100'000}) {
        const std::string fields = sign(text, piece);
        const auto results = verify(fields + text, answers());
        ASSERT_EQ(results.size(), 2U);
        EXPECT_EQ(told(results[0]), "pass");
        EXPECT_EQ(results[0].algorithm, "rsa-sha256");
        EXPECT_EQ(results[0].domain, "example.org");
        EXPECT_EQ(results[0].selector, "r1");
        EXPECT_EQ(told(results[1]), "pass");
        EXPECT_EQ(results[1].algorithm, "ed25519-sha256");
    }
}

TEST(Signer, SignsAnyBody)
{
    for (const char* body : {"", "\r\n", "\r\n\r\n", " \r\n", "a", "a\r\n\r\n", ".\r\n..\r\n"}) {
        const std::string message = "From: a@example.org\r\n\r\n" + std::string(body);
        EXPECT_EQ(verdicts(sign(message) + message), "pass pass") << body;
    }
    const std::string no_body = "From: a@example.org\r\n\r\n";
    EXPECT_EQ(verdicts(sign(no_body) + no_body + "x"), "fail fail");
}

TEST(Signer, LetsNothingBeAddedThatAReaderSees)
{
    const std::string fields = sign(text);
    for (const char* field :
         {"Subject: another\r\n", "To: another\r\n", "Date: another\r\n", "Reply-To: m@evil.example\r\n",
          "Cc: another\r\n", "Content-Type: text/html\r\n", "Message-ID: <x@y>\r\n"})
        EXPECT_EQ(verdicts(fields + field + text), "fail fail") << field;
    EXPECT_EQ(verdicts(fields + "From: m@evil.example\r\n" + text), "fail fail");
    EXPECT_EQ(verdicts("Received: from x\r\n" + fields + "Sender: list@example.net\r\n" + text), "pass pass");
    EXPECT_EQ(verdicts(fields + changed(text, "Subject: Is", "Subject: Was")), "fail fail");
    EXPECT_EQ(verdicts(fields + changed(text, "Hi.", "Ha.")), "fail fail");
}

TEST(Signer, NamesWhatIsThereOnceMore)
{
    const std::string message =
        "Received: x\r\nList-Id: <l.example.org>\r\nTo: a\r\nTo: b\r\nFrom: c@example.org\r\n\r\n";
    std::string unfolded;
    std::ranges::remove_copy_if(sign(message), std::back_inserter(unfolded),
                                [](char c) { return c == '\r' || c == '\n' || c == '\t'; });
    EXPECT_NE(unfolded.find("h=from:from:to:to:to:cc:subject:date:message-id:"), std::string::npos)
        << unfolded;
    EXPECT_NE(unfolded.find(":list-id:list-id;"), std::string::npos) << unfolded;
    EXPECT_EQ(unfolded.find("sender"), std::string::npos);
    EXPECT_EQ(unfolded.find("received"), std::string::npos);
}

TEST(Signer, FoldsItsLines)
{
    std::string fields = sign(text);
    ASSERT_TRUE(fields.ends_with("\r\n"));
    std::size_t lines = 0;
    while (!fields.empty()) {
        const auto end = fields.find("\r\n");
        ASSERT_LE(end, 78U);
        EXPECT_TRUE(fields.starts_with("DKIM-Signature: v=1; ") || fields.front() == '\t')
            << fields.substr(0, end);
        fields.erase(0, end + 2);
        ++lines;
    }
    EXPECT_GT(lines, 8U);
}

TEST(Signer, SignsNothingThatIsNoMail)
{
    EXPECT_EQ(sign("To: a\r\n\r\nFrom: x\r\n"), "");
    EXPECT_EQ(sign(""), "");
    EXPECT_EQ(sign("\tfolded\r\nFrom: a@example.org\r\n\r\n"), ""); // would become part of ours
    EXPECT_EQ(sign("From: a@example.org\r\nno field\r\n\r\n"), "");
    EXPECT_EQ(sign("From: a@example.org\r\nX: " + std::string(mime::most_header_octets, 'x') + "\r\n\r\n"),
              "");
}

} // namespace
} // namespace pillarbox::dkim
