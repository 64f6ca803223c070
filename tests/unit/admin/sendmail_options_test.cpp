#include "server/admin/sendmail_options.hpp"

#include "server/admin/sysexits.hpp"

#include <gtest/gtest.h>

namespace pillarbox::admin {
namespace {

using Words = std::vector<std::string>;

TEST(ParseSendmail, TakesWhatProgramsSay)
{
    // cron; PHP's mail(); git send-email; mutt.
    const auto cron = parse_sendmail({"-FCronDaemon", "-i", "-B8BITMIME", "-oem", "root"});
    EXPECT_EQ(cron.full_name, "CronDaemon");
    EXPECT_TRUE(cron.dots_are_text);
    EXPECT_FALSE(cron.recipients_from_header);
    EXPECT_EQ(cron.recipients, Words{"root"});

    const auto php = parse_sendmail({"-t", "-i", "-fwww@example.org"});
    EXPECT_TRUE(php.recipients_from_header);
    EXPECT_TRUE(php.sender_given);
    EXPECT_EQ(php.sender, "www@example.org");

    const auto git =
        parse_sendmail({"-i", "-f", "<alice@example.org>", "bob@example.org", "<carol@example.org>"});
    EXPECT_EQ(git.sender, "alice@example.org");
    EXPECT_EQ(git.recipients, (Words{"bob@example.org", "carol@example.org"}));

    const auto mutt =
        parse_sendmail({"-oem", "-oi", "-N", "failure", "-R", "hdrs", "-Vid", "-bm", "--", "-x@example.org"});
    EXPECT_TRUE(mutt.dots_are_text);
    EXPECT_EQ(mutt.mode, SendmailOptions::Mode::deliver);
    EXPECT_EQ(mutt.recipients, Words{"-x@example.org"});

    const auto together = parse_sendmail({"-tif", ""});
    EXPECT_TRUE(together.recipients_from_header);
    EXPECT_TRUE(together.dots_are_text);
    EXPECT_TRUE(together.sender_given);
    EXPECT_EQ(together.sender, "");
    EXPECT_EQ(parse_sendmail({"-f<>"}).sender, "");
}

TEST(ParseSendmail, KnowsWhatItIsNot)
{
    using enum SendmailOptions::Mode;
    EXPECT_EQ(parse_sendmail({"-bi"}).mode, aliases);
    EXPECT_EQ(parse_sendmail({"-q"}).mode, run_queue);
    EXPECT_EQ(parse_sendmail({"-q15m"}).mode, run_queue);
    EXPECT_EQ(parse_sendmail({"-bs"}).mode, unsupported);
    EXPECT_EQ(parse_sendmail({"-bp"}).asked, "-bp");
    for (const Words& wrong : {Words{"-f"}, Words{"-Z"}, Words{"--help"}, Words{"-tZ"}}) {
        try {
            parse_sendmail(wrong);
            ADD_FAILURE() << wrong.front();
        } catch (const Refused& refused) {
            EXPECT_EQ(refused.status(), Sysexit::usage) << wrong.front();
        }
    }
}

} // namespace
} // namespace pillarbox::admin
