#include "tests/unit/dkim/opendkim.hpp"

#include "server/dkim/key_record.hpp"
#include "server/dkim/signer.hpp"
#include "tests/unit/dkim/examples.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace pillarbox::dkim {
namespace {

const std::vector<std::string> all_forms{"simple/simple", "simple/relaxed", "relaxed/simple",
                                         "relaxed/relaxed"};

/// Messages that those who canonicalize differently tell apart. The last line ends, for the library
/// takes no other.
const std::vector<std::string>& corpus()
{
    static const auto all = [] {
        std::vector<std::string> messages;
        const std::string head = "From: a@example.org\r\nTo: b@example.net\r\nSubject: hi\r\n";
        for (const char* body : {"", "\r\n", "\r\n\r\n\r\n", "text\r\n", "text\r\n\r\n\r\n", " \r\n",
                                 "\t \r\n \r\n", "a  b\t\tc \r\n", " leading\r\n\ttab\r\n", "text \r\n \r\n",
                                 ".\r\n..\r\n.x\r\n", "-- \r\nsignature\r\n",
                                 "Gr\xc3\xbc\xc3\x9f"
                                 "e\r\n",
                                 "\xff\xfe\x80\r\n", "From here\r\n>From there\r\n"})
            messages.push_back(head + "\r\n" + body);
        for (const char* fields :
             {"from:a@example.org\r\n", "From:   a@example.org   \r\n",
              "FROM: a@example.org\r\nsubject: CASE\r\n", "From: a@example.org\r\nSubject:\r\n",
              "From: a@example.org\r\nSubject: \r\n",
              "From: a@example.org\r\nSubject: folded\r\n\twith a tab\r\n  and spaces\r\n",
              "From: a@example.org\r\nTo: one@example.net,\r\n two@example.net,\r\n\t\tthree@example.net\r\n",
              "From: a@example.org\r\nSubject: two  spaces \t and more \r\n",
              "From: a@example.org\r\nSubject: first\r\nSubject: second\r\n",
              "From: a@example.org\r\nX-Colon: a:b: c\r\nX-Empty:\r\n",
              "From: a@example.org\r\nSubject: \xc3\xbc\xc3\xb6\xc3\xa4\r\n",
              "Received: from x\r\n\tby y\r\nReceived: from z\r\nFrom: a@example.org\r\nDate: Fri, 11 Jul "
              "2003 21:00:37 -0700\r\n",
              "From: \"A; b=c\" <a@example.org>\r\nSubject: h=from; bh=x; b=y\r\n"})
            messages.push_back(std::string(fields) + "\r\nbody  text \r\n\r\n");
        messages.push_back(head + "\r\n" + std::string(5000, 'x') + "\r\n" + std::string(998, ' ') + "y\r\n");
        std::string many = head + "\r\n";
        for (int line = 0; line < 3000; ++line)
            many += std::string(static_cast<std::size_t>(line % 90), ' ') + "line" +
                    std::string(static_cast<std::size_t>(line % 7), '\t') + "\r\n";
        messages.push_back(many);
        return messages;
    }();
    return all;
}

class OpenDkimTest : public testing::Test
{
public:
    OpenDkimTest()
    {
        for (const auto* key : {&rsa(), &ed25519()}) {
            const auto record = key_record_text(*key);
            theirs_.publish(selector_of(*key), record);
            answers_[selector_of(*key) + "._domainkey.example.org"] = test::found(record);
        }
    }

    static std::string selector_of(const PrivateKey& key)
    {
        return key.algorithm() == Algorithm::rsa_sha256 ? "r1" : "e1";
    }

    /// Made once: RSA keys take a while.
    static const PrivateKey& rsa()
    {
        static const auto key = PrivateKey::make(Algorithm::rsa_sha256);
        return key;
    }
    static const PrivateKey& ed25519()
    {
        static const auto key = PrivateKey::make(Algorithm::ed25519_sha256);
        return key;
    }

    void they_sign_and_we_verify(const PrivateKey& key, const std::vector<std::string>& forms)
    {
        for (const auto& message : corpus())
            for (const auto& form : forms) {
                const auto field = theirs_.sign(message, key, selector_of(key), form);
                ASSERT_TRUE(field.starts_with("DKIM-Signature: ")) << field << '\n'
                                                                   << form << '\n'
                                                                   << message;
                const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
                const auto results = test::verify(field + message, answers_, now);
                ASSERT_EQ(results.size(), 1u);
                EXPECT_EQ(test::told(results.front()), "pass") << form << '\n' << field << message;
                EXPECT_EQ(theirs_.verify(field + message), "pass") << form << '\n' << message;
            }
    }

    void we_sign_and_they_verify(const PrivateKey& key)
    {
        for (const auto& message : corpus()) {
            Signer signer({{"example.org", selector_of(key), key}}, test::then);
            signer.add(message);
            const auto field = signer.finish();
            ASSERT_FALSE(field.empty()) << message;
            EXPECT_EQ(theirs_.verify(field + message), "pass") << field << message;
            EXPECT_NE(theirs_.verify(field + "Subject: added\r\n" + message), "pass");
            EXPECT_NE(theirs_.verify(field + message + "added\r\n"), "pass");
        }
    }

    test::OpenDkim theirs_;
    KeyAnswers answers_;
};

TEST_F(OpenDkimTest, WeTakeWhatItSignsWithRsa)
{
    they_sign_and_we_verify(rsa(), all_forms);
}

TEST_F(OpenDkimTest, ItTakesWhatWeSignWithRsa)
{
    we_sign_and_they_verify(rsa());
}

TEST_F(OpenDkimTest, WeTakeWhatItSignsWithEd25519)
{
    if (!theirs_.knows_ed25519()) GTEST_SKIP() << "this libopendkim was built without Ed25519";
    // What it signs so in the simple form of fields it refuses itself.
    they_sign_and_we_verify(ed25519(), {"relaxed/simple", "relaxed/relaxed"});
}

TEST_F(OpenDkimTest, ItTakesWhatWeSignWithEd25519)
{
    if (!theirs_.knows_ed25519()) GTEST_SKIP() << "this libopendkim was built without Ed25519";
    we_sign_and_they_verify(ed25519());
}

} // namespace
} // namespace pillarbox::dkim
