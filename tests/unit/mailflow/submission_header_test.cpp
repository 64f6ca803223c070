#include "server/mailflow/submission_header.hpp"

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

namespace pillarbox::mailflow {
namespace {

using namespace std::chrono;

const std::string from = "From: alice@example.test\r\n";
const std::string date = "Date: Wed, 25 Nov 2026 17:21:59 +0000\r\n";
const std::string message_id = "Message-ID: <x1@mx.example.org>\r\n";
const std::string complete = from + date + message_id;

struct Outcome
{
    std::string message;
    std::string head;
};

Outcome mend(std::string_view message, std::size_t size)
{
    SubmissionHeader header(
        {"alice@example.test", "<x1@mx.example.org>", sys_days(2026y / November / 25) + 17h + 21min + 59s});
    Outcome outcome;
    for (std::size_t at = 0; at < message.size(); at += size)
        header.feed(message.substr(at, size), outcome.message);
    header.finish(outcome.message);
    outcome.head = header.head();
    return outcome;
}

TEST(SubmissionHeader, MendsWhatIsMissingAndHidesBcc)
{
    struct Case
    {
        std::string sent, head, body;
    };
    const std::vector<Case> table{
        {complete + "\r\nbody\r\n", complete + "\r\n", "body\r\n"},
        {from + "Subject: x\r\n\r\nbody\r\n", date + message_id + from + "Subject: x\r\n\r\n", "body\r\n"},
        {"Subject: x\r\n\r\n\r\nbody\r\n", complete + "Subject: x\r\n\r\n", "\r\nbody\r\n"},
        {"date: today\r\nmessage-id: <y>\r\nfrom: x\r\n\r\n",
         "date: today\r\nmessage-id: <y>\r\nfrom: x\r\n\r\n", ""},
        // Bcc at the top, in the middle, at the end, folded, more than once.
        {"Bcc: eve@example.org\r\n" + complete + "\r\n", complete + "\r\n", ""},
        {from + "bcc: a@example.org,\r\n b@example.org\r\n" + date + message_id + "\r\nBcc: text\r\n",
         complete + "\r\n", "Bcc: text\r\n"},
        {complete + "BCC:\r\nResent-Bcc: c@example.org\r\nX: y\r\n\r\n", complete + "X: y\r\n\r\n", ""},
        {complete + "Bcc: d@example.org\r\n\r\nbody\r\n", complete + "\r\n", "body\r\n"},
        // No empty line, no body.
        {complete, complete, ""},
        {complete + "Bcc: e@example.org\r\n", complete, ""},
        // No header section.
        {"\r\nbody\r\n", complete + "\r\n", "body\r\n"},
        {"just some text\r\nand more\r\n", complete + "\r\n", "just some text\r\nand more\r\n"},
        {"just some text\r\n\r\nBcc: text\r\n", complete + "\r\n", "just some text\r\n\r\nBcc: text\r\n"},
        {"", complete + "\r\n", ""},
    };
    for (const Case& c : table) {
        for (const std::size_t size : {1, 2, 3, 7, 1 << 20}) {
            const Outcome outcome = mend(c.sent, size);
            EXPECT_EQ(outcome.message, c.head + c.body) << c.sent << " by " << size;
            EXPECT_EQ(outcome.head, c.head) << c.sent << " by " << size;
        }
    }
}

TEST(SubmissionHeader, PassesOnASectionThatIsTooLarge)
{
    std::string sent;
    while (sent.size() < 300 * 1024)
        sent += "X-Filler: " + std::string(900, 'x') + "\r\n";
    sent += "\r\nbody\r\n";
    for (const std::size_t size : {4096, 1 << 20})
        EXPECT_EQ(mend(sent, size).message, sent);
}

} // namespace
} // namespace pillarbox::mailflow
