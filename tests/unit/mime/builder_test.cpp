#include "server/mime/builder.hpp"

#include "server/base/utf8_text.hpp"
#include "server/mime/field_writer.hpp"
#include "server/mime/flowed.hpp"
#include "server/mime/header.hpp"
#include "server/mime/transfer_encoder.hpp"
#include "server/mime/view.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

namespace pillarbox::mime {
namespace {

NewMessage letter()
{
    NewMessage message;
    message.from = {"Alice", "alice@example.org"};
    message.to = {{"Ada Lovelace", "ada@example.net"}};
    message.subject = "Budget";
    message.text = "Hello";
    message.date = std::chrono::sys_seconds{std::chrono::seconds{1764091321}};
    message.message_id = "<1@example.org>";
    return message;
}

/// Lines as RFC 5322 §2.1.1 wants them, with CRLF and nothing but ASCII.
void expect_clean(const std::string& wire, bool ascii = true)
{
    std::size_t line = 0;
    for (std::size_t i = 0; i < wire.size(); ++i) {
        if (wire[i] == '\n') {
            EXPECT_TRUE(i > 0 && wire[i - 1] == '\r') << wire;
        }
        if (wire[i] == '\r') {
            EXPECT_TRUE(i + 1 < wire.size() && wire[i + 1] == '\n') << wire;
        }
        line = wire[i] == '\n' ? 0 : line + 1;
        ASSERT_LE(line, 998u);
    }
    EXPECT_EQ(utf8::beyond_ascii(wire), !ascii) << wire;
}

std::string text_of(const Structure& structure, const std::string& wire)
{
    const auto seen = view(structure);
    if (!seen.text_part) return "no text";
    const auto& part = structure.parts[*seen.text_part];
    EXPECT_TRUE(part.flowed);
    return unflow(decode_text_part(part, wire.substr(part.body_begin, part.size())), part.delete_space);
}

TEST(Builder, WritesAPlainLetter)
{
    EXPECT_EQ(begin_message(letter()), "From: Alice <alice@example.org>\r\n"
                                       "To: Ada Lovelace <ada@example.net>\r\n"
                                       "Subject: Budget\r\n"
                                       "Date: Tue, 25 Nov 2025 17:22:01 +0000\r\n"
                                       "Message-ID: <1@example.org>\r\n"
                                       "MIME-Version: 1.0\r\n"
                                       "Content-Type: text/plain; charset=utf-8; format=flowed\r\n"
                                       "Content-Transfer-Encoding: 7bit\r\n"
                                       "\r\n"
                                       "Hello\r\n");
}

TEST(Builder, IsReadAsItWasMeant)
{
    const std::string cyrillic =
        "Очень длинная тема сообщения, которая не помещается в одну строку заголовка";
    auto message = letter();
    message.from = {"Jürgen \"JJ\" O'Hara, Sr.", "alice@example.org"};
    message.to = {{"Ada, Countess", "ada@example.net"}, {"", "bob@example.org"}, {cyrillic, "c@example.org"}};
    message.cc = {{"a@b.example", "d@example.org"}, {"x \\ y", "\"e f\"@example.org"}};
    message.bcc = {{"", "secret@example.org"}};
    message.subject = cyrillic + " =?utf-8?Q?trap?= € " + std::string(50, 'x');
    message.text = "Grüße\n\n> quoted\n-- \nA\n";
    message.in_reply_to = "<parent@example.net>";
    message.references = {"<root@example.net>", "<parent@example.net>"};
    const auto wire = begin_message(message);
    expect_clean(wire);

    const auto structure = scan(wire);
    const auto seen = view(structure);
    EXPECT_EQ(seen.subject, message.subject);
    ASSERT_EQ(seen.from.addresses.size(), 1u);
    EXPECT_EQ(seen.from.addresses[0].name, message.from.name);
    const auto same = [](const AddressList& got, const std::vector<Address>& wanted) {
        ASSERT_EQ(got.addresses.size(), wanted.size());
        for (std::size_t i = 0; i < wanted.size(); ++i) {
            EXPECT_EQ(got.addresses[i].name, wanted[i].name);
            EXPECT_EQ(got.addresses[i].address, wanted[i].address);
        }
    };
    same(seen.to, message.to);
    same(seen.cc, message.cc);
    same(seen.bcc, message.bcc);
    EXPECT_EQ(seen.in_reply_to, message.in_reply_to);
    EXPECT_EQ(seen.references, message.references);
    EXPECT_EQ(text_of(structure, wire), message.text + "\n");
}

TEST(Builder, NothingBecomesAnotherField)
{
    const std::string trap = "x\r\nBcc: eve@example.net\r\n\r\nbody";
    auto message = letter();
    message.from.name = trap;
    message.to = {{trap, "ada@example.net"}, {"", trap}, {"", "a@b>, <eve@example.net"}};
    message.subject = trap;
    message.message_id = "<1@x>\r\nBcc: eve@example.net";
    message.references = {"<a b>", "<1@x>\r\nBcc: e", "<good@example.net>"};
    const auto wire = begin_message(message);
    expect_clean(wire);
    const Header header(wire);
    std::vector<std::string> names;
    for (const auto& field : header.fields())
        names.emplace_back(field.name);
    EXPECT_EQ(names, (std::vector<std::string>{"From", "To", "Subject", "Date", "References", "MIME-Version",
                                               "Content-Type", "Content-Transfer-Encoding"}));
    EXPECT_EQ(header.value("References"), "<good@example.net>");
    const auto to = view(scan(wire)).to;
    ASSERT_EQ(to.addresses.size(), 3u);
    EXPECT_EQ(to.addresses[1].address, "");
    EXPECT_EQ(to.addresses[2].address, "");
}

TEST(Builder, KeepsWhatIsNoAddressYet)
{
    auto message = letter();
    message.to = {{"", "ada"}, {"", "ada@"}, {"Ada", "ada lovelace@example"}, {"", "адa"}, {"", ""}};
    const auto to = view(scan(begin_message(message))).to;
    ASSERT_EQ(to.addresses.size(), 4u);
    for (const auto& person : to.addresses)
        EXPECT_EQ(person.address, "");
    EXPECT_EQ(to.addresses[0].name, "ada");
    EXPECT_EQ(to.addresses[1].name, "ada@");
    EXPECT_EQ(to.addresses[2].name, "Ada ada lovelace@example");
    EXPECT_EQ(to.addresses[3].name, "адa");
}

TEST(Builder, Utf8OnlyForAddressesThatNeedIt)
{
    auto message = letter();
    message.subject = "Grüße";
    message.text = "Grüße";
    EXPECT_FALSE(needs_utf8(message));
    message.to.push_back({"Дмитрий", "дмитрий@example.org"});
    EXPECT_TRUE(needs_utf8(message));
    const auto wire = begin_message(message);
    expect_clean(wire, false);
    EXPECT_NE(wire.find("Subject: Grüße\r\n"), std::string::npos);
    EXPECT_NE(wire.find("Content-Transfer-Encoding: 8bit\r\n"), std::string::npos);
    EXPECT_EQ(view(scan(wire)).to.addresses.at(1).address, "дмитрий@example.org");
}

TEST(Builder, CarriesFiles)
{
    const std::vector<NewAttachment> files{
        {"report.pdf", "application/pdf", ""},
        {"Größe \"x\" = 1.txt", "text/plain", "iso-8859-1"},
        {std::string(100, 'n') + " Очень длинное имя файла.bin", "nonsense", ""},
        {"letter.eml", "message/rfc822", ""},
        {"a\r\nX: y", "image/png\r\nX: y", "a b"},
    };
    const std::string octets = "one\0two\xff" + std::string(200, 'z');
    const auto boundary = boundary_of("0123456789");
    auto wire = begin_message(letter(), boundary);
    for (const auto& file : files) {
        wire += begin_part(boundary) + attachment_header(file);
        Base64Writer writer;
        writer.feed(octets, wire);
        writer.finish(wire);
    }
    wire += end_message(boundary);
    expect_clean(wire);

    const auto structure = scan(wire);
    const auto seen = view(structure);
    EXPECT_EQ(text_of(structure, wire), "Hello\n");
    ASSERT_EQ(seen.attachments.size(), files.size());
    EXPECT_EQ(seen.attachments[0].name, "report.pdf");
    EXPECT_EQ(seen.attachments[0].type, "application/pdf");
    EXPECT_EQ(structure.parts[seen.attachments[1].part].charset, "iso-8859-1");
    EXPECT_NE(seen.attachments[1].name.find("Größe"), std::string::npos);
    EXPECT_NE(seen.attachments[2].name.find("Очень длинное имя файла.bin"), std::string::npos);
    EXPECT_EQ(seen.attachments[2].type, "application/octet-stream");
    EXPECT_EQ(seen.attachments[3].type, "application/octet-stream");
    EXPECT_EQ(seen.attachments[4].type, "application/octet-stream");
    for (const auto& file : seen.attachments) {
        const auto& part = structure.parts[file.part];
        EXPECT_EQ(decode_transfer(part.encoding, wire.substr(part.body_begin, part.size())), octets);
    }
}

TEST(Builder, LongLinesOfTextAreEncoded)
{
    auto message = letter();
    message.text = std::string(2000, 'x') + "\n\x01";
    const auto wire = begin_message(message);
    expect_clean(wire);
    EXPECT_EQ(text_of(scan(wire), wire), message.text + "\n");
}

TEST(Builder, ReferencesKeepTheFirstAndTheLatest)
{
    auto message = letter();
    for (int i = 0; i < 100; ++i)
        message.references.push_back("<" + std::to_string(i) + "@example.org>");
    const auto seen = view(scan(begin_message(message)));
    ASSERT_EQ(seen.references.size(), most_references);
    EXPECT_EQ(seen.references.front(), "<0@example.org>");
    EXPECT_EQ(seen.references[1], "<61@example.org>");
    EXPECT_EQ(seen.references.back(), "<99@example.org>");
}

TEST(Builder, PrefixesOnce)
{
    EXPECT_EQ(prefix_subject("Re: ", "Budget"), "Re: Budget");
    EXPECT_EQ(prefix_subject("Re: ", "RE: Budget"), "RE: Budget");
    EXPECT_EQ(prefix_subject("Re: ", "AW: Budget"), "AW: Budget");
    EXPECT_EQ(prefix_subject("Re: ", "Fwd: Budget"), "Re: Fwd: Budget");
    EXPECT_EQ(prefix_subject("Fwd: ", "Re: Budget"), "Fwd: Re: Budget");
    EXPECT_EQ(prefix_subject("Fwd: ", "FW: Budget"), "FW: Budget");
    EXPECT_EQ(prefix_subject("Re: ", "Reply"), "Re: Reply");
    EXPECT_EQ(prefix_subject("Re: ", ""), "Re: ");
}

TEST(FieldWriter, KnowsAnAddress)
{
    for (const std::string good :
         {"a@example.org", "a+b@x.example", "\"a b\"@example.org", "дмитрий@пример.рф", "a@[192.0.2.1]"})
        EXPECT_TRUE(is_address(good)) << good;
    for (const std::string bad : {"", "a", "a@", "@b", "a b@c.example", "a@b, c@d", "<a@b.example>",
                                  "a@b\r\n", "x <a@b>", "a@b (c)", "g: a@b;"})
        EXPECT_FALSE(is_address(bad)) << bad;
}

} // namespace
} // namespace pillarbox::mime
