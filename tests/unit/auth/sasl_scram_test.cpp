// Whole SCRAM and CRAM-MD5 exchanges, with a client of its own.

#include "server/auth/digest.hpp"
#include "server/auth/sasl.hpp"
#include "server/base/base64.hpp"

#include <gtest/gtest.h>

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <string>
#include <string_view>

namespace pillarbox::auth::sasl {
namespace {

using Kind = Step::Kind;

const std::string key(32, 'k');

Terms terms(bool tls)
{
    Terms all{.mechanisms = "SCRAM-SHA-256-PLUS SCRAM-SHA-256 CRAM-MD5 PLAIN",
              .hostname = "mail.test",
              .key = key,
              .channel_binding = nullptr};
    if (tls)
        all.channel_binding = [](std::string_view type) {
            return type == "tls-exporter" ? std::string("\0both ends", 10) : std::string();
        };
    return all;
}

std::string hmac(const std::string& secret, const std::string& text)
{
    std::string digest(32, '\0');
    unsigned size = 0;
    HMAC(EVP_sha256(), secret.data(), static_cast<int>(secret.size()),
         reinterpret_cast<const unsigned char*>(text.data()), text.size(),
         reinterpret_cast<unsigned char*>(digest.data()), &size);
    return digest;
}

/// The proof of a client that has this password: RFC 5802 §3.
std::string proof_of(const std::string& password, const std::string& salt, const std::string& messages)
{
    std::string salted(32, '\0');
    PKCS5_PBKDF2_HMAC(password.data(), static_cast<int>(password.size()),
                      reinterpret_cast<const unsigned char*>(salt.data()), static_cast<int>(salt.size()),
                      static_cast<int>(scram::iterations), EVP_sha256(), 32,
                      reinterpret_cast<unsigned char*>(salted.data()));
    std::string proof = hmac(salted, "Client Key");
    std::string stored(32, '\0');
    unsigned size = 0;
    EVP_Digest(proof.data(), proof.size(), reinterpret_cast<unsigned char*>(stored.data()), &size,
               EVP_sha256(), nullptr);
    const std::string signature = hmac(stored, messages);
    for (std::size_t i = 0; i < proof.size(); ++i)
        proof[i] = static_cast<char>(proof[i] ^ signature[i]);
    return proof;
}

struct Dialogue
{
    std::string mechanism = "SCRAM-SHA-256";
    std::string header = "n,,"; // GS2
    std::string binding{};      // behind it in c=
    bool tls = false;
    std::string name = "alice";
    std::string nonce_end{}; // added to the nonce in the last message
};

/// What the exchange came to, and its claim's proof checked with `password`.
struct Outcome
{
    Kind kind = Kind::malformed;
    bool proved = false;
    std::string last{}; // what the server says after a claim that holds
};

Outcome speak(const Dialogue& dialogue, const std::string& password = "pencil")
{
    const std::string bare = "n=" + dialogue.name + ",r=client";
    auto exchange =
        Exchange::open(dialogue.mechanism + ' ' + base64_encode(dialogue.header + bare), terms(dialogue.tls));
    if (!exchange) return {};
    Step step = exchange->start();
    if (step.kind != Kind::challenge) return {step.kind};
    const std::string first = *base64_decode(step.text);
    EXPECT_TRUE(first.starts_with("r=client")) << first;
    const std::string nonce = first.substr(2, first.find(",s=") - 2);
    const std::string salt = *base64_decode(first.substr(first.find(",s=") + 3, 24));
    const std::string without_proof =
        "c=" + base64_encode(dialogue.header + dialogue.binding) + ",r=" + nonce + dialogue.nonce_end;
    const std::string messages = bare + ',' + first + ',' + without_proof;
    step = exchange->feed(
        base64_encode(without_proof + ",p=" + base64_encode(proof_of(password, salt, messages))));
    if (step.kind != Kind::claim) return {step.kind};

    const auto& claim = std::get<ScramClaim>(exchange->claim());
    EXPECT_EQ(claim.messages, messages);
    const auto keys = scram::make_keys(claim.hash, "pencil", salt, scram::iterations);
    const auto signature = scram::check(claim.hash, keys, claim.messages, claim.proof);
    step = exchange->settle(signature);
    Outcome outcome{step.kind, signature.has_value(), {}};
    if (step.kind != Kind::challenge) return outcome;
    outcome.last = *base64_decode(step.text);
    EXPECT_EQ(outcome.last, "v=" + base64_encode(*signature));
    outcome.kind = exchange->feed("").kind;
    return outcome;
}

TEST(ScramExchange, ProvesEachSideToTheOther)
{
    const auto outcome = speak({});
    EXPECT_EQ(outcome.kind, Kind::done);
    EXPECT_TRUE(outcome.proved);
    EXPECT_FALSE(outcome.last.empty());
    const auto wrong = speak({}, "Pencil");
    EXPECT_EQ(wrong.kind, Kind::done);
    EXPECT_FALSE(wrong.proved);
}

TEST(ScramExchange, BindsToTheChannel)
{
    const std::string octets("\0both ends", 10);
    const Dialogue bound{
        .mechanism = "SCRAM-SHA-256-PLUS", .header = "p=tls-exporter,,", .binding = octets, .tls = true};
    EXPECT_TRUE(speak(bound).proved);
    auto other = bound;
    other.binding = "another connection";
    EXPECT_EQ(speak(other).kind, Kind::denied) << "somebody is between";
    auto unknown = bound;
    unknown.header = "p=tls-unique,,";
    EXPECT_EQ(speak(unknown).kind, Kind::malformed);
    auto plain = bound;
    plain.tls = false;
    EXPECT_EQ(speak(plain).kind, Kind::malformed);
    auto unbound = bound;
    unbound.header = "n,,";
    EXPECT_EQ(speak(unbound).kind, Kind::malformed) << "-PLUS is for those who bind";

    const Dialogue unaware{.header = "y,,"};
    EXPECT_TRUE(speak(unaware).proved);
    auto deceived = unaware;
    deceived.tls = true;
    EXPECT_EQ(speak(deceived).kind, Kind::denied) << "somebody took -PLUS out of our list";
    EXPECT_TRUE(speak({.tls = true}).proved) << "it cannot, and says so";
}

TEST(ScramExchange, KnowsNamesAndWhoTheyActFor)
{
    EXPECT_TRUE(speak({.name = "al=2Cice=3D"}).proved);
    EXPECT_EQ(speak({.name = "al=ice"}).kind, Kind::malformed);
    EXPECT_EQ(speak({.name = ""}).kind, Kind::malformed);
    EXPECT_TRUE(speak({.header = "n,a=Alice,"}).proved);
    EXPECT_EQ(speak({.header = "n,a=bob,"}).kind, Kind::denied);
    EXPECT_EQ(speak({.header = "n,bob,"}).kind, Kind::malformed);
    EXPECT_EQ(speak({.header = "x,,"}).kind, Kind::malformed);
    EXPECT_EQ(speak({.header = "n,,m=1,"}).kind, Kind::malformed) << "an extension that must be known";
    EXPECT_EQ(speak({.nonce_end = "x"}).kind, Kind::malformed);
}

TEST(CramMd5, GoesAsInItsRfc)
{
    auto exchange = Exchange::open("cram-md5", terms(false));
    ASSERT_TRUE(exchange);
    Step step = exchange->start();
    ASSERT_EQ(step.kind, Kind::challenge);
    const std::string challenge = *base64_decode(step.text);
    EXPECT_TRUE(challenge.starts_with('<') && challenge.ends_with("@mail.test>")) << challenge;
    step = exchange->feed(base64_encode("al ice " + cram_digest(challenge, "tanstaaftanstaaf")));
    ASSERT_EQ(step.kind, Kind::claim);
    const auto& claim = std::get<CramClaim>(exchange->claim());
    EXPECT_EQ(claim.user, "al ice");
    EXPECT_EQ(claim.challenge, challenge);
    EXPECT_EQ(claim.digest, cram_digest(challenge, "tanstaaftanstaaf"));
    EXPECT_EQ(exchange->settle("").kind, Kind::done);

    // RFC 2195 §3.
    EXPECT_EQ(cram_digest("<1896.697170952@postoffice.reston.mci.net>", "tanstaaftanstaaf"),
              "b913a602c7eda7a495b4e6e7334d3890");
    for (const char* bad : {"", "alice", "alice abc", " b913a602c7eda7a495b4e6e7334d3890"}) {
        auto another = Exchange::open("CRAM-MD5", terms(false));
        another->start();
        EXPECT_EQ(another->feed(base64_encode(bad)).kind, Kind::malformed) << bad;
    }
    auto early =
        Exchange::open("CRAM-MD5 " + base64_encode("alice b913a602c7eda7a495b4e6e7334d3890"), terms(false));
    EXPECT_EQ(early->start().kind, Kind::malformed) << "it cannot answer what was not asked";
}

TEST(Offered, SaysScramOnlyWhereItWorks)
{
    const std::vector<std::string> all{"SCRAM-SHA-256-PLUS", "SCRAM-SHA-256", "SCRAM-SHA-1", "PLAIN"};
    EXPECT_EQ(offered(all, false, true, false), "PLAIN");
    EXPECT_EQ(offered(all, true, false, false), "SCRAM-SHA-256 SCRAM-SHA-1 PLAIN");
    EXPECT_EQ(offered(all, true, true, false), "SCRAM-SHA-256-PLUS SCRAM-SHA-256 SCRAM-SHA-1 PLAIN");
}

} // namespace
} // namespace pillarbox::auth::sasl
