#include "server/mime/content_type.hpp"

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace pillarbox::mime {
namespace {

using namespace std::literals;

std::string shown(const ContentType& type)
{
    std::string out = type.type + "/" + type.subtype;
    for (const Parameter& parameter : type.parameters.list)
        out += "[" + parameter.name + "|" + parameter.value + "]";
    return out;
}

TEST(ContentType, ReadsWhatIsSent)
{
    const std::vector<std::pair<std::string_view, std::string_view>> cases{
        {"", "text/plain"},
        {"text/plain", "text/plain"},
        {" TEXT/Html ", "text/html"},
        {"text", "text/plain"},
        {"text/", "text/plain"},
        {"nonsense", "application/octet-stream"},
        {"a/b/c", "application/octet-stream"},
        {"text / html (comment); charset=utf-8", "text/html[charset|utf-8]"},
        {"(c) text/plain (c) ; (c) charset (c) = (c) us-ascii (c)", "text/plain"},
        {"text/plain; charset=us-ascii (Plain text)", "text/plain[charset|us-ascii]"},
        {"text/plain; charset=\"us-ascii\"", "text/plain[charset|us-ascii]"},
        {"text/plain;charset=\"utf-8\";format=flowed;", "text/plain[charset|utf-8][format|flowed]"},
        {"text/plain;;; charset=utf-8;;", "text/plain[charset|utf-8]"},
        {"text/plain; charset", "text/plain"},
        {"text/plain; charset=", "text/plain[charset|]"},
        {"text/plain; =x; a=b", "text/plain[a|b]"},
        {"multipart/mixed; boundary=\"a b;c=d\"", "multipart/mixed[boundary|a b;c=d]"},
        {"multipart/mixed;\r\n\tboundary=\"unclosed", "multipart/mixed[boundary|unclosed]"},
        {"multipart/mixed; boundary==_x", "multipart/mixed[boundary|=_x]"},
        {"application/pdf; name=my file (1).pdf", "application/pdf[name|my file (1).pdf]"},
        {"application/pdf; name=\"C:\\dir\\my \\\"file\\\".pdf\"",
         "application/pdf[name|C:\\dir\\my \"file\".pdf]"},
        {"text/plain; name=\"a\" charset=utf-8", "text/plain[charset|utf-8][name|a]"},
    };
    for (const auto& [text, expected] : cases)
        EXPECT_EQ(shown(parse_content_type(text)), expected) << text;
}

TEST(ContentType, NamesFiles)
{
    struct Case
    {
        std::string_view type;
        std::string_view disposition;
        std::string_view expected;
    };
    const std::vector<Case> cases{
        {"", "", ""},
        {"", "attachment; filename=a.txt", "a.txt"},
        {"x/y; name=b.txt", "attachment", "b.txt"},
        {"x/y; name=b.txt", "attachment; filename=a.txt", "a.txt"},
        {"", "attachment; filename=\"=?utf-8?Q?=C3=A4.txt?=\"", "ä.txt"},
        {"", "attachment; filename*=utf-8''%C3%A4%20b.txt; filename=x.txt", "ä b.txt"},
        {"", "attachment; filename*0=\"ab\"; filename*1=\"cd.txt\"", "abcd.txt"},
        {"", "attachment; filename=\"\xE4.txt\"", "ä.txt"},
        {"", "attachment; filename=\"../../etc/passwd\"", "passwd"},
        {"", "attachment; filename*=utf-8''..%2F..%2Fetc%2Fpasswd", "passwd"},
    };
    for (const Case& one : cases) {
        EXPECT_EQ(file_name(parse_content_type(one.type).parameters, parse_parameters(one.disposition)),
                  one.expected)
            << one.type << " " << one.disposition;
    }
}

TEST(ContentType, MakesFileNamesSafe)
{
    const std::vector<std::pair<std::string, std::string>> cases{
        {"plain.txt", "plain.txt"},
        {"C:\\Users\\x\\doc.pdf", "doc.pdf"},
        {"/", ""},
        {"..", ""},
        {".hidden", "hidden"},
        {" . a . ", "a"},
        {"a\r\nb\tc.txt", "a b c.txt"},
        {"inv\u202Efdp.exe", "invfdp.exe"},
        {"a:b*c?d\"e<f>g|h", "a_b_c_d_e_f_g_h"},
        {"nul.txt", "_nul.txt"},
        {"COM1", "_COM1"},
        {"com10", "com10"},
        {std::string(500, 'x') + ".pdf", std::string(196, 'x') + ".pdf"},
        {std::string(100, 'x') + "." + std::string(400, 'y'),
         std::string(100, 'x') + "." + std::string(99, 'y')},
        {"a\0b"s, "ab"},
    };
    for (const auto& [raw, expected] : cases)
        EXPECT_EQ(safe_file_name(raw), expected) << raw;
    std::string wide;
    for (int i = 0; i < 200; ++i)
        wide += "€";
    EXPECT_EQ(safe_file_name(wide).size(), 198U);
}

TEST(ContentType, FinishesHostileInput)
{
    for (const std::string_view unit :
         {";"sv, "("sv, "\""sv, "a="sv, "a=b;"sv, "="sv, "f*0=a;"sv, "a=\""sv, " "sv, "\\"sv, "()"sv}) {
        std::string text = "text/plain;";
        while (text.size() < (2U << 20U))
            text += unit;
        EXPECT_LE(parse_content_type(text).parameters.list.size(), most_parameters) << unit;
    }
}

} // namespace
} // namespace pillarbox::mime
