#include "server/mailflow/refusal.hpp"

#include <gtest/gtest.h>

namespace pillarbox::mailflow {
namespace {

constexpr std::string_view google = "gmail-smtp-in.l.google.com";
constexpr std::string_view microsoft = "example-net.mail.protection.outlook.com";
constexpr std::string_view yahoo = "mx-eu.mail.am0.yahoodns.net";

bool tells(std::string_view host, std::string_view words, std::string_view what)
{
    return meaning_of_refusal(host, words).find(what) != std::string_view::npos;
}

TEST(Refusal, OfGoogleIsExplained)
{
    EXPECT_TRUE(tells(google, "550 5.7.26 Unauthenticated email is not accepted", "DKIM"));
    EXPECT_TRUE(
        tells(google, "550-5.7.25 [192.0.2.1] The IP address does not have a PTR record", "reverse DNS"));
    EXPECT_TRUE(tells(google, "421 4.7.28 Gmail has detected an unusual rate of mail", "Less mail"));
    EXPECT_TRUE(tells(google, "450 4.2.1 The user receives mail at a rate", "tried again"));
    EXPECT_TRUE(tells(google, "552 5.2.2 over quota", "full"));
}

TEST(Refusal, OfMicrosoftIsExplained)
{
    EXPECT_TRUE(
        tells(microsoft, "550 5.7.1 messages from [192.0.2.1] were not sent. (S3150)", "off its list"));
    EXPECT_TRUE(tells(microsoft, "550 5.7.515 Access denied", "SPF, DKIM and DMARC"));
    EXPECT_TRUE(tells(microsoft, "550 5.4.1 Recipient address rejected: Access denied", "no such mailbox"));
    EXPECT_TRUE(tells("eur.OLC.protection.Outlook.com", "421 RP-001 too many connections", "Less mail"));
}

TEST(Refusal, OfYahooIsExplained)
{
    EXPECT_TRUE(tells(yahoo, "421 4.7.0 [TSS04] Messages temporarily deferred", "complained"));
    EXPECT_TRUE(tells(yahoo, "554 5.7.9 Message not accepted for policy reasons", "DMARC"));
    EXPECT_TRUE(tells(yahoo, "553 5.7.1 [BL21] Connections will not be accepted", "off its list"));
}

TEST(Refusal, OfAnybodyIsExplainedByItsCode)
{
    EXPECT_TRUE(tells("mx.example.net", "550 5.1.1 nobody", "no such mailbox"));
    EXPECT_TRUE(tells("mx.example.net", "451 4.7.1 Greylisted, come back", "by itself"));
    EXPECT_TRUE(tells("", "554 5.7.1 listed at Spamhaus", "off its list"));
}

TEST(Refusal, IsNotTakenForAnothers)
{
    EXPECT_EQ(meaning_of_refusal("mx.example.net", "421 RP-001 hello"), "");
    EXPECT_EQ(meaning_of_refusal("notgoogle.com", "550 5.7.27 no"), "");
    EXPECT_EQ(meaning_of_refusal("mx.example.net", "550 5.1.11 what"), "") << "another code";
    EXPECT_EQ(meaning_of_refusal("mx.example.net", "550 15.1.1 what"), "");
    EXPECT_EQ(meaning_of_refusal("mx.example.net", "250 ok"), "");
    EXPECT_EQ(meaning_of_refusal("", ""), "");
}

} // namespace
} // namespace pillarbox::mailflow
