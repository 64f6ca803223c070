#include "server/mime/scanner.hpp"

#include "server/mime/header.hpp"

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

namespace pillarbox::mime {
namespace {

using namespace std::literals;

// "path type/subtype body" for each part, bodies of leaves only.
std::string shown(const Structure& structure, std::string_view message)
{
    std::string out;
    for (const Part& part : structure.parts) {
        out += "(" + part.path + " " + part.type + "/" + part.subtype;
        if (part.children.empty()) {
            out += " ";
            for (const char c : message.substr(part.body_begin, part.size())) {
                if (c != '\r') out += c == '\n' ? '~' : c;
            }
        }
        out += ")";
    }
    return out;
}

Structure in_pieces(std::string_view message, std::size_t piece)
{
    Scanner scanner;
    for (std::size_t at = 0; at < message.size(); at += piece)
        scanner.feed(message.substr(at, piece));
    return scanner.finish();
}

void expect_same(const Structure& a, const Structure& b, std::string_view message)
{
    ASSERT_EQ(a.parts.size(), b.parts.size()) << message;
    EXPECT_EQ(a.header, b.header) << message;
    EXPECT_EQ(a.size, b.size) << message;
    EXPECT_EQ(a.too_many, b.too_many) << message;
    EXPECT_EQ(a.too_deep, b.too_deep) << message;
    for (std::size_t i = 0; i < a.parts.size(); ++i) {
        EXPECT_EQ(a.parts[i].header_begin, b.parts[i].header_begin) << message << " part " << i;
        EXPECT_EQ(a.parts[i].body_begin, b.parts[i].body_begin) << message << " part " << i;
        EXPECT_EQ(a.parts[i].body_end, b.parts[i].body_end) << message << " part " << i;
        EXPECT_EQ(a.parts[i].path, b.parts[i].path) << message << " part " << i;
        EXPECT_EQ(a.parts[i].type, b.parts[i].type) << message << " part " << i;
        EXPECT_EQ(a.parts[i].name, b.parts[i].name) << message << " part " << i;
    }
}

// "~" is CRLF, or LF.
std::string with(std::string_view text, std::string_view line_end)
{
    std::string out;
    for (const char c : text) {
        if (c == '~') {
            out += line_end;
        } else {
            out += c;
        }
    }
    return out;
}

struct ScannerCase
{
    std::string_view message;
    std::string_view expected;
};

const std::vector<ScannerCase> cases{
    {"", "(1 text/plain )"},
    {"~", "(1 text/plain )"},
    {"A: b", "(1 text/plain )"},
    {"A: b~", "(1 text/plain )"},
    {"A: b~~", "(1 text/plain )"},
    {"A: b~~body~", "(1 text/plain body~)"},
    {"Content-Type: text/html~~<p>", "(1 text/html <p>)"},
    // RFC 2046 §5.1.1, with preamble and epilogue
    {"Content-Type: multipart/mixed; boundary=\"simple boundary\"~~preamble~--simple boundary~~one~--simple "
     "boundary~Content-type: text/html~~two~~--simple boundary--~epilogue~",
     "( multipart/mixed)(1 text/plain one)(2 text/html two~)"},
    {"Content-Type: multipart/mixed; boundary=b~~--b~~one~--b--", "( multipart/mixed)(1 text/plain one)"},
    // white space behind the boundary; in front is another line; more behind is one, too
    {"Content-Type: multipart/mixed; boundary=b~~--b \t ~~one~ --b~--bc~--b c~--b--x~--b-- ~",
     "( multipart/mixed)(1 text/plain one~ --b~--bc~--b c~--b--x)"},
    // an empty part: with header, without, without the empty line
    {"Content-Type: multipart/mixed; boundary=b~~--b~~--b~~~--b~A: b~--b~A: b~~--b--~",
     "( multipart/mixed)(1 text/plain )(2 text/plain )(3 text/plain )(4 text/plain )"},
    // no part, no close, close only, no boundary given, an empty one
    {"Content-Type: multipart/mixed; boundary=b~~nothing~", "(1 multipart/mixed nothing~)"},
    {"Content-Type: multipart/mixed; boundary=b~~--b~~one~", "( multipart/mixed)(1 text/plain one~)"},
    {"Content-Type: multipart/mixed; boundary=b~~--b--~x~--b~~y", "(1 multipart/mixed --b--~x~--b~~y)"},
    {"Content-Type: multipart/mixed~~--b~~one~", "(1 multipart/mixed --b~~one~)"},
    {"Content-Type: multipart/mixed; boundary=\"\"~~--~~one~", "(1 multipart/mixed --~~one~)"},
    // nested; the inner never closed; one boundary the beginning of the other
    {"Content-Type: multipart/mixed; boundary=b~~--b~Content-Type: multipart/alternative; "
     "boundary=bb~~--bb~~one~"
     "--bb~~two~--b~~three~--b--~",
     "( multipart/mixed)(1 multipart/alternative)(1.1 text/plain one)(1.2 text/plain two)(2 text/plain "
     "three)"},
    {"Content-Type: multipart/mixed; boundary=bb~~--bb~Content-Type: multipart/alternative; "
     "boundary=b~~--b~~one~"
     "--b--~--b~--bb~~three~--bb--~",
     "( multipart/mixed)(1 multipart/alternative)(1.1 text/plain one)(2 text/plain three)"},
    // the same boundary twice: the innermost counts
    {"Content-Type: multipart/mixed; boundary=b~~--b~Content-Type: multipart/mixed; "
     "boundary=b~~--b~~one~--b--~--b--~",
     "( multipart/mixed)(1 multipart/mixed)(1.1 text/plain one)"},
    // enclosed messages
    {"Content-Type: message/rfc822~~Subject: x~~body~", "(1 message/rfc822)(1.1 text/plain body~)"},
    {"Content-Type: multipart/mixed; boundary=b~~--b~~one~--b~Content-Type: message/rfc822~~Content-Type: "
     "multipart/mixed; boundary=c~~--c~~two~--c~~three~--c--~~--b~~four~--b--~",
     "( multipart/mixed)(1 text/plain one)(2 message/rfc822)( multipart/mixed)(2.1 text/plain two)(2.2 "
     "text/plain "
     "three)(3 text/plain four)"},
    {"Content-Type: multipart/digest; boundary=b~~--b~~Subject: x~~one~--b~Content-Type: "
     "text/plain~~two~--b--~",
     "( multipart/digest)(1 message/rfc822)(1.1 text/plain one)(2 text/plain two)"},
    {"Content-Type: message/rfc822~Content-Transfer-Encoding: base64~~U3ViamVjdDogeA==~",
     "(1 message/rfc822 U3ViamVjdDogeA==~)"},
    {"Content-Type: message/rfc822~~", "(1 message/rfc822)(1.1 text/plain )"},
    {"Content-Type: multipart/mixed; boundary=b~~--b~Content-Type: message/rfc822~--b~~x~--b--",
     "( multipart/mixed)(1 message/rfc822)(1.1 text/plain )(2 text/plain x)"},
    // a boundary inside an enclosed message's header ends it
    {"Content-Type: multipart/mixed; boundary=b~~--b~Content-Type: message/rfc822~~Subject: x~--b~~y~--b--",
     "( multipart/mixed)(1 message/rfc822)(1.1 text/plain )(2 text/plain y)"},
};

TEST(Scanner, FindsParts)
{
    for (const ScannerCase& one : cases) {
        for (const std::string_view line_end : {"\r\n"sv, "\n"sv}) {
            const std::string message = with(one.message, line_end);
            EXPECT_EQ(shown(scan(message), message), one.expected) << message;
        }
    }
}

TEST(Scanner, FindsTheSameInPieces)
{
    for (const ScannerCase& one : cases) {
        for (const std::string_view line_end : {"\r\n"sv, "\n"sv, "\r\r\n"sv}) {
            const std::string message = with(one.message, line_end);
            const Structure whole = scan(message);
            for (const std::size_t piece : {1U, 2U, 3U, 7U})
                expect_same(whole, in_pieces(message, piece), message);
        }
    }
}

TEST(Scanner, ReadsWhatAPartSaysOfItself)
{
    const std::string_view message =
        "Subject: x\r\n"
        "Content-Type: multipart/related; boundary=b; start=\"<root@x>\"\r\n\r\n"
        "--b\r\n"
        "Content-Type: TEXT/Plain; charset=\"ISO-8859-1\"; format=Flowed; delsp=yes\r\n"
        "Content-Transfer-Encoding: Quoted-Printable\r\n"
        "Content-ID: <root@x>\r\n\r\n=E9\r\n"
        "--b\r\n"
        "Content-Type: image/png; name=\"a/b.png\"\r\n"
        "Content-Disposition: INLINE; filename*=utf-8''%C3%A4.png\r\n"
        "Content-Transfer-Encoding: base64\r\n\r\nAAAA\r\n--b--\r\n";
    const Structure structure = scan(message);
    ASSERT_EQ(structure.parts.size(), 3U);
    EXPECT_EQ(structure.header, message.substr(0, message.find("\r\n\r\n") + 2));
    EXPECT_EQ(structure.parts[0].start, "root@x");
    EXPECT_EQ(structure.parts[1].charset, "ISO-8859-1");
    EXPECT_EQ(structure.parts[1].encoding, Encoding::quoted_printable);
    EXPECT_EQ(structure.parts[1].content_id, "root@x");
    EXPECT_TRUE(structure.parts[1].flowed);
    EXPECT_TRUE(structure.parts[1].delete_space);
    EXPECT_EQ(structure.parts[2].name, "ä.png");
    EXPECT_EQ(structure.parts[2].disposition, "inline");
    EXPECT_EQ(structure.parts[2].encoding, Encoding::base64);
    EXPECT_EQ(structure.find("2"), &structure.parts[2]);
    EXPECT_EQ(structure.find("3"), nullptr);
    EXPECT_EQ(structure.find(""), nullptr);
}

TEST(Scanner, LeavesWhatIsTooDeepShut)
{
    std::string message;
    for (std::size_t i = 0; i < most_depth + 10; ++i) {
        const std::string boundary = "b" + std::to_string(i);
        message += "Content-Type: multipart/mixed; boundary=" + boundary + "\r\n\r\n--" + boundary + "\r\n";
    }
    const Structure structure = scan(message + "\r\nend");
    EXPECT_TRUE(structure.too_deep);
    EXPECT_EQ(structure.parts.size(), most_depth + 1);
    EXPECT_EQ(structure.parts.back().body_end, structure.size);
    EXPECT_FALSE(structure.too_many);

    std::string messages;
    for (int i = 0; i < 2000; ++i)
        messages += "Content-Type: message/rfc822\r\n\r\n";
    EXPECT_TRUE(scan(messages).too_deep);
}

TEST(Scanner, StopsLookingAfterSoManyParts)
{
    std::string message = "Content-Type: multipart/mixed; boundary=b\r\n\r\n";
    for (std::size_t i = 0; i < most_parts + 10; ++i)
        message += "--b\r\n\r\nx\r\n";
    const Structure structure = scan(message + "--b--\r\n");
    EXPECT_TRUE(structure.too_many);
    EXPECT_EQ(structure.parts.size(), most_parts);
    EXPECT_EQ(structure.parts.back().size(), 1U);
    EXPECT_EQ(structure.parts.front().body_end, structure.size);
    expect_same(structure, in_pieces(message + "--b--\r\n", 3), "many parts");
}

TEST(Scanner, TakesLinesOfAnyLength)
{
    const std::string longest(300'000, 'x');
    const std::vector<std::string> messages{
        "Subject: " + longest + "\r\nContent-Type: text/html\r\n\r\nbody",
        "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\n--" + longest + "\r\n--b" +
            std::string(5000, ' ') + "\r\n--b--\r\n",
        "Content-Type: multipart/mixed; boundary=" + std::string(600, 'b') + "\r\n\r\n--" +
            std::string(600, 'b') + "\r\n\r\nx",
        "Content-Type: multipart/mixed; boundary=" + std::string(500, 'b') + "\r\n\r\n--" +
            std::string(500, 'b') + "\r\n\r\nx",
        longest + "\r" + longest,
        std::string(70'000, '-') + "\r\n",
    };
    for (const std::string& message : messages) {
        const Structure whole = scan(message);
        for (const std::size_t piece : {1U, 2U, 3U, 7U, 1000U, 65536U}) {
            expect_same(whole, in_pieces(message, piece), message.substr(0, 100));
        }
    }
    EXPECT_EQ(scan(messages[1]).parts.size(), 2U);
    EXPECT_EQ(scan(messages[2]).parts.size(), 1U);
    EXPECT_EQ(scan(messages[3]).parts.size(), 2U);
    EXPECT_EQ(scan(messages[0]).parts[0].subtype, "html");
}

TEST(Scanner, KeepsRangesInOrder)
{
    for (const ScannerCase& one : cases) {
        const std::string message = with(one.message, "\r\n");
        for (std::size_t cut = 0; cut <= message.size(); ++cut) {
            const Structure structure = scan(std::string_view{message}.substr(0, cut));
            for (const Part& part : structure.parts) {
                EXPECT_LE(part.header_begin, part.body_begin) << message << " cut at " << cut;
                EXPECT_LE(part.body_begin, part.body_end) << message << " cut at " << cut;
                EXPECT_LE(part.body_end, structure.size) << message << " cut at " << cut;
            }
        }
    }
}

TEST(Scanner, FinishesHostileInput)
{
    std::string nested;
    for (std::size_t i = 0; i < most_depth; ++i) {
        const std::string boundary = std::string(60, 'b') + std::to_string(i);
        nested += "Content-Type: multipart/mixed; boundary=" + boundary + "\r\n\r\n--" + boundary + "\r\n";
    }
    for (const std::string_view unit :
         {"--\r\n"sv, "\r\n"sv, "-"sv, "\r"sv, "x"sv, "--bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb\r\n"sv, "\n"sv}) {
        for (const std::string& head : {nested, "Content-Type: multipart/mixed; boundary=b\r\n\r\n"s, ""s}) {
            std::string message = head;
            while (message.size() < (2U << 20U))
                message += unit;
            EXPECT_EQ(scan(message).size, message.size()) << unit;
        }
    }
}

} // namespace
} // namespace pillarbox::mime
