#include "server/mailflow/judgement.hpp"

#include "tests/support/run_task.hpp"
#include "tests/unit/dkim/arc_sealer.hpp"
#include "tests/unit/dkim/examples.hpp"
#include "tests/unit/mailauth/zone.hpp"

#include <gtest/gtest.h>

namespace pillarbox::mailflow {
namespace {

using mailauth::test::Zone;
namespace example = dkim::test;

const std::string signed_message = std::string(example::ed25519_signature) + std::string(example::message);
const std::string key =
    "brisbane._domainkey.football.example.com TXT " + std::string(example::ed25519_record) + "\n";
const std::string rejects = "_dmarc.football.example.com TXT v=DMARC1; p=reject\n";

struct Terms
{
    Config::Verify verify{};
    const char* path = "joe@football.example.com";
};

Judgement judged(const std::string& zone_text, const std::string& message, const Terms& terms = {})
{
    Zone zone(zone_text);
    auto config = std::make_shared<Config>();
    config->verify = terms.verify;
    Arriving arriving("mail.example.org", config);
    std::string room;
    arriving.feed(message, room);
    arriving.finish(room);
    boost::asio::io_context context;
    const mime::Header header(message);
    return test::run_task(
        context,
        judge(zone, arriving, {boost::asio::ip::make_address("192.0.2.7"), "mx.test", terms.path}, header));
}

TEST(Judge, TellsWhatItFound)
{
    const auto judgement =
        judged("football.example.com TXT v=spf1 ip4:192.0.2.7 -all\n" + key + rejects, signed_message);
    EXPECT_FALSE(judgement.refusal);
    EXPECT_EQ(judgement.mailbox, storage::MailboxRole::inbox);
    EXPECT_EQ(judgement.field, "Authentication-Results: mail.example.org;\r\n"
                               "    spf=pass smtp.mailfrom=football.example.com;\r\n"
                               "    dkim=pass header.d=football.example.com header.s=brisbane\r\n"
                               "     header.b=\"/gCrinpc\";\r\n"
                               "    dmarc=pass header.from=football.example.com policy.dmarc=reject;\r\n"
                               "    iprev=permerror reason=\"it has no name\" policy.iprev=192.0.2.7\r\n");
    EXPECT_TRUE(judgement.found.starts_with("spf=pass smtp.mailfrom=football.example.com; dkim=pass "));
}

TEST(Judge, IsContentWithOneOfBoth)
{
    EXPECT_FALSE(judged("football.example.com TXT v=spf1 ip4:192.0.2.7 -all\n" + rejects,
                        std::string(example::message))
                     .refusal);
    EXPECT_FALSE(judged(key + rejects, signed_message).refusal);
    EXPECT_FALSE(judged("football.example.com TXT v=spf1 -all\n" + key + rejects, signed_message).refusal);
}

TEST(Judge, RefusesWhatFails)
{
    for (const auto& zone : {rejects, "football.example.com TXT v=spf1 -all\n" + rejects}) {
        const auto judgement = judged(zone, std::string(example::message));
        ASSERT_TRUE(judgement.refusal);
        EXPECT_EQ(judgement.refusal->code, 550);
        EXPECT_EQ(judgement.refusal->status, "5.7.1");
        EXPECT_NE(judgement.refusal->text.find("DMARC policy of football.example.com"), std::string::npos);
        EXPECT_NE(judgement.refusal->verified.find("dmarc=fail"), std::string::npos);
    }
    std::string changed = signed_message;
    changed += "P.S.\r\n";
    EXPECT_TRUE(judged(key + rejects, changed).refusal);
    EXPECT_TRUE(judged("other.test TXT v=spf1 +all\n" + rejects, std::string(example::message),
                       {.path = "x@other.test"})
                    .refusal);
}

TEST(Judge, DoesNotCountAKeyThatIsTested)
{
    const std::string tested = "brisbane._domainkey.football.example.com TXT v=DKIM1; t=y; k=ed25519; "
                               "p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=\n";
    EXPECT_TRUE(judged(tested + rejects, signed_message).refusal);
}

TEST(Judge, PutsWhatIsSuspiciousIntoJunk)
{
    const std::string zone = "_dmarc.football.example.com TXT v=DMARC1; p=quarantine\n";
    const auto judgement = judged(zone, std::string(example::message));
    EXPECT_FALSE(judgement.refusal);
    EXPECT_EQ(judgement.mailbox, storage::MailboxRole::junk);
    EXPECT_EQ(judged(zone, std::string(example::message), {.verify = {.quarantine_to_junk = false}}).mailbox,
              storage::MailboxRole::inbox);
}

TEST(Judge, BelievesASealerWhomItTrusts)
{
    const example::Sealer list("lists.test");
    const std::string zone = rejects + list.key_name() + " TXT " + list.record() + "\n";
    const auto sealed =
        list.seal(std::string(example::message), "dkim=pass header.d=football.example.com; dmarc=none");
    const auto stranger = judged(zone, sealed);
    ASSERT_TRUE(stranger.refusal);
    EXPECT_NE(stranger.refusal->verified.find("arc=pass reason=\"set 1 by lists.test\""), std::string::npos);
    const auto believed = judged(zone, sealed, {.verify = {.arc_trusted = {"lists.test"}}});
    EXPECT_FALSE(believed.refusal);
    EXPECT_EQ(believed.mailbox, storage::MailboxRole::inbox);
    EXPECT_TRUE(believed.reasons.empty());
    EXPECT_EQ(believed.vouched, "football.example.com");
    EXPECT_NE(believed.found.find("dmarc=fail reason=\"overruled by ARC: lists.test is trusted"),
              std::string::npos)
        << believed.found;
    EXPECT_TRUE(judged(zone, sealed + "PS\r\n", {.verify = {.arc_trusted = {"lists.test"}}}).refusal);
}

// Whatever DNS does not say now, nobody loses a message by it.
TEST(Judge, RefusesNobodyForDns)
{
    const std::string faults[] = {"football.example.com FAULT\n" + rejects,
                                  "brisbane._domainkey.football.example.com FAULT\n" + rejects,
                                  rejects + "_dmarc.football.example.com FAULT\n"};
    for (const auto& zone : faults) {
        const auto judgement = judged(zone, signed_message);
        EXPECT_FALSE(judgement.refusal) << zone;
        EXPECT_NE(judgement.found.find("dmarc=temperror"), std::string::npos) << judgement.found;
        const auto deferred = judged(zone, signed_message, {.verify = {.defer_on_fault = true}});
        ASSERT_TRUE(deferred.refusal) << zone;
        EXPECT_EQ(deferred.refusal->code, 451);
    }
}

// A server that never answers must not help who writes another's name into From.
TEST(Judge, IsNotHeldUpByStrangers)
{
    EXPECT_TRUE(judged("elsewhere.test FAULT\n" + rejects, std::string(example::message),
                       {.path = "x@elsewhere.test"})
                    .refusal);
}

TEST(Judge, OnlyNotesWhereItIsToldTo)
{
    const auto judgement =
        judged(rejects, std::string(example::message), {.verify = {.mode = Config::Verify::Mode::note}});
    EXPECT_FALSE(judgement.refusal);
    EXPECT_NE(judgement.field.find("dmarc=fail"), std::string::npos);
}

} // namespace
} // namespace pillarbox::mailflow
