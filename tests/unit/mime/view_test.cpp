#include "server/mime/view.hpp"

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

namespace pillarbox::mime {
namespace {

using namespace std::literals;

// "text=1.1 html=1.2 [2 name type]", "*" before what is shown inline.
std::string shown(const Structure& structure)
{
    const View seen = view(structure);
    std::string out;
    if (seen.text_part) out += "text=" + structure.parts[*seen.text_part].path + " ";
    if (seen.html_part) out += "html=" + structure.parts[*seen.html_part].path + " ";
    for (const Attachment& attachment : seen.attachments) {
        out += "[" + std::string{attachment.shown_inline ? "*" : ""} + attachment.path + " " +
               attachment.name + " " + attachment.type + "]";
    }
    return out;
}

// Builds messages: a leaf is its header lines, a multipart its subtype and parts.
std::string leaf(std::string_view header)
{
    return std::string{header} + "\r\n\r\nbody\r\n";
}

std::string multi(std::string_view subtype, const std::vector<std::string>& parts)
{
    static int count = 0;
    const std::string boundary = "b" + std::to_string(++count) + "_";
    std::string out =
        "Content-Type: multipart/" + std::string{subtype} + "; boundary=" + boundary + "\r\n\r\n";
    for (const std::string& part : parts)
        out += "--" + boundary + "\r\n" + part;
    return out + "--" + boundary + "--\r\n";
}

const std::string text = leaf("Content-Type: text/plain");
const std::string html = leaf("Content-Type: text/html");
const std::string pdf = leaf("Content-Type: application/pdf; name=a.pdf\r\nContent-Disposition: attachment");
const std::string picture = leaf("Content-Type: image/png; name=p.png\r\nContent-ID: <p@x>");

TEST(View, ChoosesWhatToRead)
{
    struct Case
    {
        std::string message;
        std::string_view expected;
    };
    const std::vector<Case> cases{
        {"", "text=1 "},
        {text, "text=1 "},
        {html, "html=1 "},
        {leaf("Content-Type: text/plain; name=note.txt"), "text=1 "},
        {leaf("Content-Type: text/plain\r\nContent-Disposition: attachment; filename=x.txt"),
         "[1 x.txt text/plain]"},
        {pdf, "[1 a.pdf application/pdf]"},
        {leaf("Content-Type: text/csv"), "[1 part-1.csv text/csv]"},
        {multi("alternative", {text, html}), "text=1 html=2 "},
        {multi("alternative", {html, text}), "text=2 html=1 "},
        {multi("alternative", {text, leaf("Content-Type: text/x-amp-html"), html}), "text=1 html=3 "},
        {multi("alternative", {text, leaf("Content-Type: text/calendar")}),
         "text=1 [2 part-2.ics text/calendar]"},
        {multi("mixed", {text, pdf}), "text=1 [2 a.pdf application/pdf]"},
        {multi("mixed", {pdf, text}), "text=2 [1 a.pdf application/pdf]"},
        {multi("mixed", {text, text}), "text=1 [2 part-2.txt text/plain]"},
        {multi("mixed", {multi("alternative", {text, html}), pdf}),
         "text=1.1 html=1.2 [2 a.pdf application/pdf]"},
        {multi("mixed", {text, multi("alternative", {text, html})}),
         "text=1 [2.1 part-2.1.txt text/plain][2.2 part-2.2.html text/html]"},
        {multi("related", {html, picture}), "html=1 [*2 p.png image/png]"},
        {multi("alternative", {text, multi("related", {html, picture})}),
         "text=1 html=2.1 [*2.2 p.png image/png]"},
        {multi("related", {multi("alternative", {text, html}), picture}),
         "text=1.1 html=1.2 [*2 p.png image/png]"},
        // Apple Mail: an alternative that has the files in its HTML branch
        {multi("alternative", {text, multi("mixed", {html, pdf, html})}),
         "text=1 html=2.1 [2.2 a.pdf application/pdf]"},
        {multi("signed", {text, leaf("Content-Type: application/pgp-signature")}),
         "text=1 [2 part-2.asc application/pgp-signature]"},
        {multi("report",
               {text, leaf("Content-Type: message/delivery-status"), leaf("Content-Type: message/rfc822")}),
         "text=1 [2 part-2.bin message/delivery-status][3 message-3.eml message/rfc822]"},
        {multi("x-unknown", {text, pdf}), "text=1 [2 a.pdf application/pdf]"},
        {"Content-Type: multipart/mixed\r\n\r\nno boundary", "[1 part-1.bin multipart/mixed]"},
        {multi("mixed",
               {leaf("Content-Type: text/plain\r\nContent-Disposition: attachment; filename=\"../x\"")}),
         "[1 x text/plain]"},
    };
    for (const Case& one : cases)
        EXPECT_EQ(shown(scan(one.message)), one.expected) << one.message;
}

TEST(View, FindsTheRootOfRelatedParts)
{
    std::string message = multi("related", {picture, leaf("Content-Type: text/html\r\nContent-ID: <root>")});
    message.insert(message.find("; boundary"), "; start=\"<root>\"");
    EXPECT_EQ(shown(scan(message)), "html=2 [*1 p.png image/png]");
}

TEST(View, DecodesTheHeader)
{
    const View seen =
        view(scan("From: Alice <a@b.c>\r\nFrom: Second <x@y.z>\r\nTo: b@b.c, =?utf-8?Q?=C3=84?= <c@b.c>\r\n"
                  "CC: d@b.c\r\nReply-to: r@b.c\r\nSender: s@b.c\r\nBcc: h@b.c\r\n"
                  "Subject: =?utf-8?Q?a=0D=0ABcc:_x?=\r\n y\r\nDate: 1 Jan 2020 12:00 +0100\r\n"
                  "Message-ID: <m@x>\r\nReferences: <a@x> <b@x>\r\nIn-Reply-To: <b@x>\r\n\r\n"));
    ASSERT_EQ(seen.from.addresses.size(), 1U);
    EXPECT_EQ(seen.from.addresses[0].name, "Alice");
    ASSERT_EQ(seen.to.addresses.size(), 2U);
    EXPECT_EQ(seen.to.addresses[1].name, "Ä");
    EXPECT_EQ(seen.cc.addresses.at(0).address, "d@b.c");
    EXPECT_EQ(seen.bcc.addresses.at(0).address, "h@b.c");
    EXPECT_EQ(seen.reply_to.addresses.at(0).address, "r@b.c");
    EXPECT_EQ(seen.sender.addresses.at(0).address, "s@b.c");
    EXPECT_EQ(seen.subject, "a Bcc: x y");
    EXPECT_EQ(seen.date->offset, std::chrono::minutes{60});
    EXPECT_EQ(seen.message_id, "<m@x>");
    EXPECT_EQ(seen.in_reply_to, "<b@x>");
    EXPECT_EQ(seen.references, (std::vector<std::string>{"<a@x>", "<b@x>"}));
    EXPECT_FALSE(seen.incomplete);
}

TEST(View, DecodesTextParts)
{
    const std::string message = "Content-Type: text/plain; charset=koi8-r\r\nContent-Transfer-Encoding: "
                                "quoted-printable\r\n\r\n=F0=D2=C9=D7=C5=D4\r\n";
    const Structure structure = scan(message);
    const Part& part = structure.parts.front();
    EXPECT_EQ(decode_text_part(part, std::string_view{message}.substr(part.body_begin, part.size())),
              "Привет\r\n");
}

TEST(View, SaysThatItIsIncomplete)
{
    std::string message = "Content-Type: multipart/mixed; boundary=b\r\n\r\n";
    for (std::size_t i = 0; i < most_parts + 1; ++i)
        message += "--b\r\n\r\nx\r\n";
    EXPECT_TRUE(view(scan(message)).incomplete);
    EXPECT_EQ(view(scan(message)).attachments.size(), most_parts - 2);
}

} // namespace
} // namespace pillarbox::mime
