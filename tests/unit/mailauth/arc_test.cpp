#include "server/mailauth/arc.hpp"

#include "server/dkim/verifier.hpp"
#include "tests/support/run_task.hpp"
#include "tests/unit/dkim/arc_sealer.hpp"
#include "tests/unit/dkim/examples.hpp"
#include "tests/unit/mailauth/zone.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace pillarbox::mailauth {
namespace {

using dkim::test::Sealer;

const std::string author = "football.example.com";
const std::string letter(dkim::test::message);
const std::string good = "dmarc=pass (p=REJECT sp=REJECT dis=NONE) header.from=football.example.com";

std::string record_of(const Sealer& sealer)
{
    return sealer.key_name() + " TXT " + sealer.record() + "\n";
}

struct Asked
{
    ArcOutcome outcome;
    std::vector<std::string> questions;
};

Asked check(const std::string& zone_text, const std::string& text, std::vector<std::string> trusted,
            std::chrono::seconds patience = std::chrono::seconds(10))
{
    test::Zone zone(zone_text);
    dkim::Verifier verifier(dkim::test::then);
    verifier.add(text);
    verifier.finish();
    boost::asio::io_context context;
    auto outcome =
        pillarbox::test::run_task(context, check_arc(zone, verifier.chain(), author, std::move(trusted),
                                                     std::chrono::steady_clock::now() + patience));
    return {std::move(outcome), zone.asked};
}

TEST(CheckArc, AsksForEachKeyOnce)
{
    const Sealer list("list.example"), relay("relay.example");
    const auto text = relay.seal(list.seal(list.seal(letter, good), "arc=pass"), "arc=pass");
    const auto asked = check(record_of(list) + record_of(relay), text, {});
    EXPECT_EQ(asked.outcome.result, dkim::ArcResult::pass);
    EXPECT_EQ(asked.outcome.sealer, "set 3 by relay.example");
    EXPECT_EQ(asked.outcome.believed, "");
    EXPECT_EQ(asked.questions,
              (std::vector<std::string>{relay.key_name() + " TXT", list.key_name() + " TXT"}));
}

TEST(CheckArc, BelievesWhomItIsTold)
{
    const Sealer list("list.example"), relay("relay.example");
    const auto zone = record_of(list) + record_of(relay);
    const auto sealed = list.seal(letter, good);
    const auto relayed = relay.seal(sealed, "arc=pass; dmarc=fail header.from=" + author);
    EXPECT_EQ(check(zone, sealed, {"list.example"}).outcome.believed, "list.example");
    EXPECT_EQ(check(zone, sealed, {"other.example"}).outcome.believed, "");
    EXPECT_EQ(check(zone, relayed, {"list.example", "relay.example"}).outcome.believed, "list.example");
    // Who came last could have written all of it.
    EXPECT_EQ(check(zone, relayed, {"list.example"}).outcome.believed, "");
    EXPECT_EQ(check(zone, relayed, {"relay.example"}).outcome.believed, "");
    EXPECT_EQ(check(zone, list.seal(letter, "dmarc=pass header.from=other.example"), {"list.example"})
                  .outcome.believed,
              "");
}

TEST(CheckArc, BelievesNothingThatIsBroken)
{
    const Sealer list("list.example");
    const auto changed = list.seal(letter, good) + "PS\r\n";
    const auto outcome = check(record_of(list), changed, {"list.example"}).outcome;
    EXPECT_EQ(outcome.result, dkim::ArcResult::fail);
    EXPECT_EQ(outcome.why, "the body was changed");
    EXPECT_EQ(outcome.believed, "");
    const auto nobody = check(list.key_name() + " FAULT", list.seal(letter, good), {"list.example"}).outcome;
    EXPECT_EQ(nobody.result, dkim::ArcResult::fail); // RFC 8617 §5.2.1
}

TEST(CheckArc, AsksNothingOnceItIsLate)
{
    const Sealer list("list.example");
    const auto asked = check(record_of(list), list.seal(letter, good), {"list.example"}, {});
    EXPECT_EQ(asked.outcome.result, dkim::ArcResult::fail);
    EXPECT_TRUE(asked.questions.empty());
}

TEST(VouchesFor, ReadsWhatSealersWrite)
{
    for (const auto* body : {
             " mx.example; dmarc=pass header.from=a.example",
             "mx.example; spf=fail smtp.mailfrom=x.example; dmarc=pass (p=NONE; x) header.from=A.example",
             " mx.example 1;\r\n dkim=fail header.d=a.example;\r\n dkim=pass header.i=@a.example "
             "header.d=a.example",
             " mx.example; spf=pass (mx.example: domain of j@a.example designates 192.0.2.1) "
             "smtp.mailfrom=j@a.example",
             " mx.example; spf=pass smtp.mailfrom=a.example",
         })
        EXPECT_TRUE(vouches_for(body, "a.example")) << body;
    for (const auto* body : {
             "",
             " mx.example; none",
             " dmarc=pass header.from=a.example",
             " mx.example; dmarc=fail header.from=a.example",
             " mx.example; dmarc=pass header.from=b.example",
             " mx.example; dmarc=pass header.from=x.a.example",
             " mx.example; dmarc=fail (was; dmarc=pass header.from=a.example",
             " mx.example; dmarc=fail (x (y) \\) ; dmarc=pass header.from=a.example) header.from=a.example",
             " mx.example; spf=fail smtp.mailfrom=\"x; dmarc=pass header.from=a.example\"",
             " mx.example; spf=fail reason=\"(\" smtp.mailfrom=\"; dmarc=pass header.from=a.example\"",
             " mx.example; auth=pass smtp.auth=a.example",
             " mx.example; arc=pass header.d=a.example",
         })
        EXPECT_FALSE(vouches_for(body, "a.example")) << body;
}

} // namespace
} // namespace pillarbox::mailauth
