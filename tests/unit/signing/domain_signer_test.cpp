#include "server/signing/domain_signer.hpp"

#include "server/dkim/verifier.hpp"
#include "server/mailflow/intake.hpp"
#include "server/signing/domain_keys.hpp"
#include "tests/unit/mailflow/store_fixture.hpp"

#include <gtest/gtest.h>

#include <string>

namespace pillarbox::signing {
namespace {

using mailflow::Origin;

const std::string signer_secret(32, 's');
const std::string message =
    "From: Alice <alice@EXAMPLE.test>\r\nTo: far@third.example\r\nSubject: lunch\r\n\r\nAt one?\r\n";

class DomainSignerTest : public mailflow::StoreFixture
{
public:
    DomainSignerTest() { intake_.sign_with(signer_); }

    /// What the verifier says of a message, with the keys that are in the store.
    std::string verdicts(const std::string& text)
    {
        dkim::Verifier verifier(std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now()));
        verifier.add(text);
        verifier.finish();
        dkim::KeyAnswers answers;
        const auto keys = run(store().dkim_keys().list("example.test"));
        EXPECT_TRUE(keys);
        for (const auto& key : *keys)
            answers[key.selector + "._domainkey.example.test"] = {dkim::KeyAnswer::Kind::found, {key.record}};
        std::string out;
        for (const auto& result : verifier.judge(answers))
            out += (out.empty() ? "" : " ") + result.algorithm + ' ' + std::string(name_of(result.outcome));
        return out;
    }

    std::string sign(const std::string& domain, const std::string& text)
    {
        auto spool = mail().new_spool();
        EXPECT_TRUE(spool->append(text));
        const auto fields = run(signer_.sign(domain, *spool));
        EXPECT_TRUE(fields);
        return fields ? *fields : "error";
    }

    /// What is queued of a message for elsewhere.
    std::string queued(Origin::Kind kind, const std::string& text, storage::MailParameters parameters = {})
    {
        Origin origin;
        origin.kind = kind;
        auto spool = mail().new_spool();
        EXPECT_TRUE(spool->append(text));
        std::vector<mailflow::Recipient> recipients;
        recipients.push_back({"far@third.example", {{}, {"far@third.example"}}, {}});
        const auto verdict = run(intake_.accept(std::move(origin), {"alice@example.test", parameters},
                                                std::move(recipients), std::move(spool)));
        EXPECT_TRUE(verdict.accepted()) << verdict.text;
        return last_queued();
    }

    std::string last_queued()
    {
        const auto entries = run(queue().list(10));
        EXPECT_TRUE(entries);
        if (!entries || entries->empty()) return {};
        const auto reader = run(queue().open(entries->back().id));
        std::string out;
        while (reader) {
            const auto piece = run((*reader)->next());
            EXPECT_TRUE(piece);
            if (!piece || piece->empty()) break;
            out += *piece;
        }
        return out;
    }

    DomainSigner signer_{store().dkim_keys(), signer_secret};
    mailflow::Intake intake_{accounts(), mail(), "mx.example.test"};
};

TEST_F(DomainSignerTest, SignsWithBothKeys)
{
    EXPECT_EQ(verdicts(sign("example.test", message) + message), "rsa-sha256 pass ed25519-sha256 pass");
    EXPECT_EQ(sign("elsewhere.example", message), "");
    EXPECT_EQ(sign("", message), "");
    const std::string large = message + std::string(3'000'000, 'x') + "\r\n"; // in a file by then
    EXPECT_EQ(verdicts(sign("example.test", large) + large), "rsa-sha256 pass ed25519-sha256 pass");
}

TEST_F(DomainSignerTest, SignsWithActiveKeysOnly)
{
    const std::string before = sign("example.test", message);
    const auto others = run(store().dkim_keys().list("example.test"));
    ASSERT_TRUE(others);
    ASSERT_TRUE(run(store().dkim_keys().add("example.test", make_keys(signer_secret, "example.test",
                                                                      storage::DkimKey::State::waiting,
                                                                      *others, others->front().created))));
    EXPECT_NE(sign("example.test", message).find("s=" + others->front().selector + ';'), std::string::npos);
    ASSERT_TRUE(run(store().dkim_keys().activate("example.test")));
    const std::string after = sign("example.test", message);
    EXPECT_EQ(after.find("s=" + others->front().selector + ';'), std::string::npos);
    // Both hold: the old keys are still there to be published.
    EXPECT_EQ(verdicts(before + message), "rsa-sha256 pass ed25519-sha256 pass");
    EXPECT_EQ(verdicts(after + message), "rsa-sha256 pass ed25519-sha256 pass");
}

TEST_F(DomainSignerTest, SignsNothingWithKeysThatItCannotRead)
{
    EXPECT_NE(sign("example.test", message), "");
    DomainSigner stranger{store().dkim_keys(), std::string(32, 'x')};
    auto spool = mail().new_spool();
    ASSERT_TRUE(spool->append(message));
    const auto fields = run(stranger.sign("example.test", *spool));
    ASSERT_TRUE(fields);
    EXPECT_EQ(*fields, "");
}

TEST_F(DomainSignerTest, SignsWhatOursSend)
{
    for (const auto kind : {Origin::Kind::submission, Origin::Kind::local}) {
        const std::string out = queued(kind, message);
        EXPECT_NE(out.find("\r\nDKIM-Signature: v=1; a=rsa-sha256; "), std::string::npos) << out;
        EXPECT_TRUE(out.ends_with(message)) << out;
        EXPECT_EQ(verdicts(out), "rsa-sha256 pass ed25519-sha256 pass");
    }
}

TEST_F(DomainSignerTest, SignsWhatTheServerItselfHasToSay)
{
    mailflow::Intake intake(accounts(), mail(), "example.test");
    intake.sign_with(signer_);
    mailflow::Report report;
    report.to = "far@third.example";
    report.recipients.emplace_back().recipient = "away@elsewhere.example";
    ASSERT_TRUE(run(intake.send_report(std::move(report))).accepted());
    EXPECT_EQ(verdicts(last_queued()), "rsa-sha256 pass ed25519-sha256 pass");
}

TEST_F(DomainSignerTest, DoesNotVouchForWhatOthersSend)
{
    EXPECT_EQ(verdicts(queued(Origin::Kind::peer, message)), "");
}

TEST_F(DomainSignerTest, SignsWhatWaitsWhenItGoes)
{
    storage::MailParameters later;
    later.release_at = storage::Time(std::chrono::seconds(4'000'000'000));
    EXPECT_EQ(verdicts(queued(Origin::Kind::submission, message, later)), "");
}

TEST(AuthorDomain, IsOfTheFirstAddressInFrom)
{
    const std::vector<std::pair<std::string, std::string>> cases{
        {"From: a@Example.org\r\n\r\n", "example.org"},
        {"From: \"x@y\" <a@b\xC3\xBC"
         "cher.example>\r\n\r\n",
         "xn--bcher-kva.example"},
        {"From: a@one.example, b@two.example\r\n\r\n", "one.example"},
        {"To: a@example.org\r\n\r\n", ""},
        {"From: nobody\r\n\r\n", ""},
        {"From:\r\n\r\n", ""},
    };
    for (const auto& [head, expected] : cases)
        EXPECT_EQ(mailflow::author_domain(mime::Header(head)), expected) << head;
}

} // namespace
} // namespace pillarbox::signing
