#include "server/base/base64.hpp"
#include "server/mailflow/line_form.hpp"
#include "server/mime/scanner.hpp"
#include "server/mime/transfer.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

namespace pillarbox::mailflow {
namespace {

using namespace std::string_literals;

std::string in_lines(std::string_view message, std::size_t size)
{
    LineForm form;
    std::string out;
    for (; !message.empty(); message.remove_prefix(std::min(size, message.size())))
        form.feed(message.substr(0, size), out);
    form.finish(out);
    return out;
}

const std::vector<std::size_t> sizes{1, 2, 3, 7, 1 << 20};

struct LineCase
{
    std::string sent;
    std::string kept;
};

void check(const std::vector<LineCase>& table)
{
    for (const LineCase& c : table) {
        for (const std::size_t size : sizes)
            EXPECT_EQ(in_lines(c.sent, size), c.kept) << testing::PrintToString(c.sent) << " by " << size;
    }
}

TEST(LineForm, LeavesAloneWhatIsNotBinary)
{
    std::vector<LineCase> table;
    for (
        const std::string& text :
        {""s, "\r\n"s, "x"s, "a: b\r\n\r\n"s, "a: b\r\n\r\ntext\r\n--x\r\n\0\r\r\n\n"s, "a: b\n\nno CR"s,
         "Content-Transfer-Encoding: 8bit\r\n\r\n\xff\r\n"s,
         "Content-Type: multipart/mixed; boundary=x\r\n\r\npreamble\r\n--x\r\n\r\none\r\n--x--\r\nepilogue\r\n"s,
         "Content-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\na: b\r\n--x\r\n\r\n\r\n--x--"s,
         "Content-Transfer-Encoding: binary\r\n"s})
        table.push_back({text, text});
    check(table);
}

TEST(LineForm, EncodesBinaryParts)
{
    const std::string all = "Content-Type: image/x\r\nContent-Transfer-Encoding: ";
    check({
        {all + "binary\r\n\r\n", all + "base64\r\n\r\n"},
        {all + "binary\r\n\r\n\0\r\n\r"s, all + "base64\r\n\r\nAA0KDQ=="},
        {all + "\r\n Binary\r\n\r\nx", all + "\r\n base64\r\n\r\neA=="},
        {all + "binary\r\n\r\n" + std::string(58, 'a'),
         all + "base64\r\n\r\n" + base64_encode(std::string(57, 'a')) + "\r\nYQ=="},
    });
}

TEST(LineForm, FindsTheEndOfABinaryPart)
{
    const std::string head =
        "Content-Type: multipart/mixed; boundary=b\r\nContent-Transfer-Encoding: binary\r\n\r\n--b\r\n"
        "Content-Transfer-Encoding: binary\r\n\r\n";
    const std::string kept =
        "Content-Type: multipart/mixed; boundary=b\r\nContent-Transfer-Encoding: 8bit\r\n\r\n--b\r\n"
        "Content-Transfer-Encoding: base64\r\n\r\n";
    check({
        {head + "\0\n\r\n--b--\r\n"s, kept + "AAo=\r\n--b--\r\n"},
        {head + "--b--\r\n", kept + "--b--\r\n"},
        {head + "\r\n--b--", kept + "\r\n--b--"},
        // Only CRLF stands before a boundary, and only white space behind it.
        {head + "\n--b--\r\n\r\n--b \t\r\n\r\nx\r\n--b--\r\n",
         kept + "Ci0tYi0tDQo=\r\n--b \t\r\n\r\nx\r\n--b--\r\n"},
        {head + "\r\n--bx\r\n\r\n--b--\r\n", kept + "DQotLWJ4DQo=\r\n--b--\r\n"},
        {head + "\r\n-\r\n--\r\r\n--b\r\n\r\n\0"s, kept + "DQotDQotLQ0=\r\n--b\r\n\r\n\0"s},
    });
}

TEST(LineForm, LooksIntoEnclosedMessages)
{
    check({
        {"Content-Type: message/rfc822\r\nContent-Transfer-Encoding: binary\r\n\r\nSubject: x\r\n"
         "Content-Transfer-Encoding: binary\r\n\r\n\0"s,
         "Content-Type: message/rfc822\r\nContent-Transfer-Encoding: 8bit\r\n\r\nSubject: x\r\n"
         "Content-Transfer-Encoding: base64\r\n\r\nAA=="},
        {"Content-Type: multipart/digest; boundary=b\r\n\r\n--b\r\n\r\nContent-Transfer-Encoding: "
         "binary\r\n\r\nx\r\n--b--\r\n",
         "Content-Type: multipart/digest; boundary=b\r\n\r\n--b\r\n\r\nContent-Transfer-Encoding: "
         "base64\r\n\r\neA==\r\n--b--\r\n"},
        {"Content-Type: message/delivery-status\r\nContent-Transfer-Encoding: binary\r\n\r\na: b\r\n",
         "Content-Type: message/delivery-status\r\nContent-Transfer-Encoding: 8bit\r\n\r\na: b\r\n"},
    });
}

TEST(LineForm, GivesPartsWithTheSameOctets)
{
    std::string octets;
    for (int i = 0; i < 100'000; ++i)
        octets += static_cast<char>((i * 7919) >> 3);
    octets += "\r\n--inner\r";
    const std::string binary = "Content-Transfer-Encoding: binary\r\n\r\n" + octets;
    const std::string message = "Content-Type: multipart/mixed; boundary=outer\r\n\r\n--outer\r\n"
                                "Content-Type: multipart/mixed; boundary=inner-one\r\n\r\n--inner-one\r\n" +
                                binary + "\r\n--inner-one\r\n" + binary +
                                "\r\n--inner-one--\r\n\r\n--outer\r\n" + binary + "\r\n--outer--\r\n";
    for (const std::size_t size : {std::size_t{1}, std::size_t{4096}}) {
        const std::string kept = in_lines(message, size);
        std::size_t leaves = 0;
        for (const mime::Part& part : mime::scan(kept).parts) {
            if (!part.children.empty()) continue;
            ++leaves;
            const std::string body = kept.substr(part.body_begin, part.size());
            EXPECT_TRUE(mime::decode_transfer(part.encoding, body) == octets) << part.path;
        }
        EXPECT_EQ(leaves, 3u);
        EXPECT_EQ(kept.find('\0'), std::string::npos);
    }
}

TEST(LineForm, LooksNoFurtherThanTheScanner)
{
    std::string message;
    for (std::size_t i = 0; i <= mime::most_depth; ++i)
        message += "Content-Type: message/rfc822\r\n\r\n";
    message += "Content-Transfer-Encoding: binary\r\n\r\n\0"s;
    EXPECT_EQ(in_lines(message, 1 << 20), message);
}

} // namespace
} // namespace pillarbox::mailflow
