#include "server/mime/address_list.hpp"

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace pillarbox::mime {
namespace {

using namespace std::literals;

// "name|address" for each, and "{group}" before members of one.
std::string shown_list(std::string_view text)
{
    std::string out;
    const AddressList list = parse_address_list(text);
    for (const Address& one : list.addresses) {
        if (one.group >= 0) out += "{" + list.groups.at(static_cast<std::size_t>(one.group)) + "}";
        out += "[" + one.name + "|" + one.address + "]";
    }
    if (list.addresses.empty() && !list.groups.empty()) out += "{" + list.groups.front() + "}";
    return out;
}

TEST(AddressList, ReadsEveryForm)
{
    const std::vector<std::pair<std::string_view, std::string_view>> cases{
        {"", ""},
        {" \r\n ", ""},
        {"a@b.c", "[|a@b.c]"},
        {"<a@b.c>", "[|a@b.c]"},
        {"Alice <a@b.c>", "[Alice|a@b.c]"},
        {"Alice Liddell <a@b.c>, bob@d.e", "[Alice Liddell|a@b.c][|bob@d.e]"},
        {"\"Liddell, Alice\" <a@b.c>", "[Liddell, Alice|a@b.c]"},
        {"\"a \\\"quoted\\\" b\" <a@b.c>", "[a \"quoted\" b|a@b.c]"},
        {"=?utf-8?Q?J=C3=BCrgen?= <a@b.c>", "[Jürgen|a@b.c]"},
        {"\"=?utf-8?Q?J=C3=BCrgen?=\" <a@b.c>", "[Jürgen|a@b.c]"},
        {"=?utf-8?Q?J=C3?= =?utf-8?Q?=BCrgen?= X <a@b.c>", "[Jürgen X|a@b.c]"},
        {"J\xC3\xBCrgen <j\xC3\xBC@b\xC3\xBC.de>", "[Jürgen|jü@bü.de]"},
        // RFC 5322 appendix A.1.2, A.1.3, A.5, A.6.1
        {"\"Joe Q. Public\" <john.q.public@example.com>", "[Joe Q. Public|john.q.public@example.com]"},
        {"Who? <one@y.test>, \"Giant; \\\"Big\\\" Box\" <sysservices@example.net>",
         "[Who?|one@y.test][Giant; \"Big\" Box|sysservices@example.net]"},
        {"A Group:Ed Jones <c@a.test>,joe@where.test,John <jdoe@one.test>;",
         "{A Group}[Ed Jones|c@a.test]{A Group}[|joe@where.test]{A Group}[John|jdoe@one.test]"},
        {"Undisclosed recipients:;", "{Undisclosed recipients}"},
        {"Pete(A nice \\) chap) <pete(his account)@silly.test(his host)>", "[Pete|pete@silly.test]"},
        {"A Group(Some people)\r\n     :Chris Jones <c@(Chris's host.)public.example>,\r\n "
         "joe@example.org,\r\n John <jdoe@one.test> (my dear friend); (the end of the group)",
         "{A Group}[Chris Jones|c@public.example]{A Group}[|joe@example.org]{A Group}[John|jdoe@one.test]"},
        {"Mary Smith <@node.test:mary@example.net>, , jdoe@test  . example",
         "[Mary Smith|mary@example.net][|jdoe@test.example]"},
        {"Joe Q. Public <@a.test,@b.test:john.q.public@example.com>",
         "[Joe Q. Public|john.q.public@example.com]"},
        {"john . doe @ example . org", "[|john.doe@example.org]"},
        {"a@b.c (Alice Liddell)", "[Alice Liddell|a@b.c]"},
        {"a@b.c (=?utf-8?Q?J=C3=BCrgen?=)", "[Jürgen|a@b.c]"},
        {"\"john doe\"@example.org", "[|\"john doe\"@example.org]"},
        {"\"john.doe\"@example.org", "[|john.doe@example.org]"},
        {"\"a\\\"b\"@example.org", "[|\"a\\\"b\"@example.org]"},
        {"a@[192.0.2.1]", "[|a@[192.0.2.1]]"},
        {"a@[IPv6:2001:db8::1]", "[|a@[IPv6:2001:db8::1]]"},
        // what people and programs send
        {"a@b.c <a@b.c>", "[a@b.c|a@b.c]"},
        {"'a@b.c' <a@b.c>", "['a@b.c'|a@b.c]"},
        {"Alice<a@b.c>", "[Alice|a@b.c]"},
        {"a@b.c; d@e.f", "[|a@b.c][|d@e.f]"},
        {"Alice <a@b.c>; Bob <d@e.f>", "[Alice|a@b.c][Bob|d@e.f]"},
        {"Foo, Bar <a@b.c>", "[Foo|][Bar|a@b.c]"},
        {"Alice", "[Alice|]"},
        {"<root>", "[|root]"},
        {"<>", ""},
        {"MAILER-DAEMON <>", "[MAILER-DAEMON|]"},
        {"<<a@b.c>>", "[|a@b.c]"},
        {"Alice <a@b.c> trailing words", "[Alice|a@b.c]"},
        {"Alice <a@b.c", "[Alice|a@b.c]"},
        {"Alice <a@b.c, d@e.f", "[Alice|a@b.c][|d@e.f]"},
        {"John \"Johnny Doe <a@b.c>", "[John \"Johnny Doe|a@b.c]"},
        {"a@b.c (unclosed", "[unclosed|a@b.c]"},
        {"((((nested))))a@b.c", "[(((nested)))|a@b.c]"},
        {",,,a@b.c,,,", "[|a@b.c]"},
        {"a@b@c", "[|a@b@c]"},
        {"evil\xE2\x80\xAEname <a@b.c>", "[evilname|a@b.c]"},
        {"a\x01@b.c", "[|a@b.c]"},
        {"x [y@z", "[x [y@z|]"},
    };
    for (const auto& [text, expected] : cases)
        EXPECT_EQ(shown_list(text), expected) << text;
}

TEST(AddressList, CountsBeyondItsLimit)
{
    std::string text;
    for (std::size_t i = 0; i < most_addresses + 234; ++i)
        text += "a@b.c, ";
    const AddressList list = parse_address_list(text);
    EXPECT_EQ(list.addresses.size(), most_addresses);
    EXPECT_EQ(list.total, most_addresses + 234);
}

TEST(AddressList, FinishesHostileInput)
{
    for (const std::string_view unit :
         {"("sv, ")"sv, "\""sv, "\\\""sv, "<"sv, ">"sv, "["sv, "a:"sv, ";"sv, "@"sv, ","sv, "(\\"sv, "\"a"sv,
          "<@a,"sv, "=?utf-8?q?"sv, "a b "sv, "()"sv, "a@b,"sv, "a:a@b;"sv}) {
        std::string text;
        while (text.size() < (1U << 20U))
            text += unit;
        const AddressList list = parse_address_list(text);
        EXPECT_LE(list.addresses.size(), most_addresses) << unit;
        EXPECT_LE(list.groups.size(), most_addresses) << unit;
    }
}

TEST(AddressList, FindsMessageIds)
{
    const std::vector<std::pair<std::string_view, std::string_view>> cases{
        {"", ""},
        {"<a@b>", "<a@b>"},
        {" <a@b> <c@d>", "<a@b>"},
        {"Your message of <a@b>", "<a@b>"},
        {"<a\r\n @b>", "<a@b>"},
        {"<a<c@d>", "<c@d>"},
        {"<>", ""},
        {"<unclosed", ""},
        {"no brackets", ""},
    };
    for (const auto& [text, expected] : cases)
        EXPECT_EQ(first_message_id(text), expected) << text;
    EXPECT_EQ(message_ids("<a@b><c@d>,<e@f>", 2).size(), 2U);
    EXPECT_EQ(first_message_id("<" + std::string(2000, 'x') + "> <a@b>"), "<a@b>");
    EXPECT_EQ(message_ids(std::string(1U << 20U, '<'), 10).size(), 0U);
}

} // namespace
} // namespace pillarbox::mime
