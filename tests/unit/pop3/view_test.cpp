#include "server/pop3/view.hpp"

#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <vector>

namespace pillarbox::pop3 {
namespace {

using std::chrono::hours;

TEST(ParseView, TakesAMailboxATimeOrBoth)
{
    struct Case
    {
        const char* suffix;
        std::optional<View> view;
    };
    for (const Case& c : {
             Case{"", View{}},
             Case{"Junk", View{"Junk"}},
             Case{"Work/Old letters", View{"Work/Old letters"}},
             Case{"C++", View{"C++"}},
             Case{"recent", View{"recent"}},
             Case{"recently:3d", View{"recently:3d"}},
             Case{"recent:1h", View{"", hours(1)}},
             Case{"RECENT:30D", View{"", hours(720)}},
             Case{"recent:2w", View{"", hours(336)}},
             Case{"Junk+recent:7d", View{"Junk", hours(168)}},
             Case{"C+++recent:7d", View{"C++", hours(168)}},
             Case{"recent:3660d", View{"", hours(87'840)}},
             Case{"recent:3661d", std::nullopt},
             Case{"recent:0d", std::nullopt},
             Case{"recent:", std::nullopt},
             Case{"recent:d", std::nullopt},
             Case{"recent:7", std::nullopt},
             Case{"recent:7x", std::nullopt},
             Case{"recent:-7d", std::nullopt},
             Case{"recent: 7d", std::nullopt},
             Case{"recent:4294967296h", std::nullopt},
             Case{"recent:4294967295w", std::nullopt},
             Case{"Junk+recent:soon", std::nullopt},
         })
        EXPECT_EQ(parse_view(c.suffix), c.view) << c.suffix;
}

TEST(FindMailbox, PrefersTheExactLetters)
{
    std::vector<storage::Mailbox> mailboxes(4);
    mailboxes[0].name = "Inbox";
    mailboxes[1].name = "Junk";
    mailboxes[2].name = "Work";
    mailboxes[3].name = "work";
    EXPECT_EQ(find_mailbox(mailboxes, "work"), &mailboxes[3]);
    EXPECT_EQ(find_mailbox(mailboxes, "WORK"), &mailboxes[2]);
    EXPECT_EQ(find_mailbox(mailboxes, "INBOX"), &mailboxes[0]);
    EXPECT_EQ(find_mailbox(mailboxes, "junk"), &mailboxes[1]);
    EXPECT_EQ(find_mailbox(mailboxes, "Jun"), nullptr);
    EXPECT_EQ(find_mailbox(mailboxes, ""), nullptr);
}

} // namespace
} // namespace pillarbox::pop3
