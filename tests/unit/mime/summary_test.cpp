#include "server/mime/characters.hpp"
#include "server/mime/html_text.hpp"
#include "server/mime/summary.hpp"

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace pillarbox::mime {
namespace {

using namespace std::literals;

TEST(Summary, SaysWhatAListShows)
{
    const Summary summary = summarise("From: =?utf-8?Q?J=C3=BCrgen?= <j@example.org>, other@example.org\r\n"
                                      "To: a@b.c\r\n"
                                      "Subject: =?utf-8?B?R3LDvMOfZQ==?= =?utf-8?Q?_aus_K=C3=B6ln?=\r\n"
                                      "Date: Tue, 25 Nov 2025 17:22:01 +0000\r\n"
                                      "Message-ID: <c@x>\r\n"
                                      "In-Reply-To: <b@x>\r\n"
                                      "References: <a@x>\r\n <b@x>\r\n"
                                      "\r\n"
                                      "Hello,\r\n\r\n  this is\ttext.\r\n");
    EXPECT_EQ(summary.sender_name, "Jürgen");
    EXPECT_EQ(summary.sender_address, "j@example.org");
    EXPECT_EQ(summary.subject, "Grüße aus Köln");
    EXPECT_EQ(summary.preview, "Hello, this is text.");
    EXPECT_EQ(summary.message_id, "<c@x>");
    EXPECT_EQ(summary.thread_key, "<a@x>");
    EXPECT_EQ(summary.date.time_since_epoch().count(), 1764091321);
    EXPECT_FALSE(summary.attachments);
}

TEST(Summary, IsEmptyWhereNothingIsSaid)
{
    for (const std::string_view message : {""sv, "\r\n"sv, "nonsense"sv, "From\r\n\r\n"sv}) {
        const Summary summary = summarise(message);
        EXPECT_EQ(summary.sender_name + summary.sender_address + summary.subject + summary.message_id +
                      summary.thread_key,
                  "")
            << message;
        EXPECT_EQ(summary.date.time_since_epoch().count(), 0) << message;
        EXPECT_FALSE(summary.attachments) << message;
    }
}

TEST(Summary, PutsMessagesIntoThreads)
{
    EXPECT_EQ(summarise("Message-ID: <c@x>\r\n\r\n").thread_key, "<c@x>");
    EXPECT_EQ(summarise("Message-ID: <c@x>\r\nIn-Reply-To: <b@x>\r\n\r\n").thread_key, "<b@x>");
    EXPECT_EQ(summarise("Message-ID: <c@x>\r\nReferences:\r\n <a@x>\r\n\r\n").thread_key, "<a@x>");
    EXPECT_EQ(summarise("Message-ID: none\r\n\r\n").thread_key, "");
}

TEST(Summary, PreviewsTextThenHtml)
{
    const std::vector<std::pair<std::string_view, std::string_view>> cases{
        {"Content-Type: "
         "text/html\r\n\r\n<html><head><title>T</title><style>p{}</style></head><body><p>One</p><p>Two &amp; "
         "three</p>",
         "One Two & three"},
        {"Content-Type: multipart/alternative; boundary=b\r\n\r\n--b\r\n\r\ntext\r\n--b\r\nContent-Type: "
         "text/html\r\n\r\n<p>html\r\n--b--\r\n",
         "text"},
        {"Content-Type: multipart/alternative; boundary=b\r\n\r\n--b\r\n\r\n \r\n--b\r\nContent-Type: "
         "text/html\r\n\r\n<p>html\r\n--b--\r\n",
         "html"},
        {"Content-Transfer-Encoding: base64\r\nContent-Type: text/plain; "
         "charset=iso-8859-1\r\n\r\nY2Fm6Q==\r\n",
         "café"},
        {"Content-Transfer-Encoding: quoted-printable\r\n\r\ncaf=C3=A9 =\r\nnoir\r\n", "café noir"},
        {"Content-Type: image/png\r\n\r\nPNG", ""},
        {"Content-Type: multipart/mixed; boundary=b\r\n\r\nThis is a multi-part "
         "message.\r\n--b\r\nContent-Type: text/plain\r\n\r\nreal\r\n--b--",
         "real"},
        {"Subject: x\r\n\r\n\x1B[31mred\x07 \xE2\x80\xAEx", "[31mred x"},
    };
    for (const auto& [message, expected] : cases)
        EXPECT_EQ(summarise(message).preview, expected) << message;
}

TEST(Summary, CutsWhatIsLong)
{
    std::string wide;
    for (int i = 0; i < 1000; ++i)
        wide += "€";
    const Summary summary =
        summarise("Subject: " + wide + "\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n" + wide);
    EXPECT_EQ(summary.subject.size(), 900U);
    EXPECT_EQ(summary.preview.size(), 600U);
    EXPECT_EQ(summarise("Subject: a\r\n\r\n" + std::string(1U << 20U, 'x')).preview.size(), 200U);
}

TEST(Summary, SeesAttachments)
{
    const auto mixed = [](std::string_view header) {
        return summarise("Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\ntext\r\n--b\r\n" +
                         std::string{header} + "\r\n\r\nx\r\n--b--\r\n")
            .attachments;
    };
    EXPECT_TRUE(mixed("Content-Type: application/pdf"));
    EXPECT_TRUE(mixed("Content-Type: text/plain; name=a.txt"));
    EXPECT_TRUE(mixed("Content-Disposition: attachment"));
    EXPECT_TRUE(mixed("Content-Type: message/rfc822"));
    EXPECT_TRUE(mixed("Content-Type: image/png\r\nContent-Disposition: inline"));
    EXPECT_FALSE(mixed("Content-Type: application/pgp-signature; name=signature.asc"));
    EXPECT_FALSE(mixed("Content-Type: image/png\r\nContent-Disposition: inline\r\nContent-ID: <a>"));
    EXPECT_TRUE(summarise("Content-Type: application/pdf\r\n\r\n%PDF").attachments);
}

TEST(HtmlText, KeepsTheWords)
{
    const std::vector<std::pair<std::string_view, std::string_view>> cases{
        {"", ""},
        {"plain", "plain"},
        {"<p>a</p><p>b</p>", "a b"},
        {"a<br>b<b>c</b>d", "a bcd"},
        {"<!-- x > y --><p>a", "a"},
        {"<!-->a", "a"},
        {"<!doctype html>a<?php x?>b", "ab"},
        {"<script>if (a<b) x('</p>')</script>a", "a"},
        {"<STYLE>p{}</Style >a", "a"},
        {"<script>unclosed", ""},
        {"<style>a</styl", ""},
        {"<a href=\"x>y\" title='>'>link</a>", "link"},
        {"<a href=x'y>it's</a>", "it's"},
        {"<p unclosed", ""},
        {"1 < 2 & 3 > 2", "1 < 2 & 3 > 2"},
        {"&lt;b&gt; &amp;amp; &#8364; &#x20AC; &euro;", "<b> &amp; € € €"},
        {"&#0; &#xFFFFFF; &#xD800; &bogus; &", "&#0; \uFFFD \uFFFD &bogus; &"},
        {"&nbsp;a&nbsp;&nbsp;b", "a b"},
        {"<", "<"},
        {"</", "</"},
        {"</>", "</>"},
    };
    for (const auto& [html, expected] : cases)
        EXPECT_EQ(one_line(html_to_text(html, 1000), 1000), expected) << html;
}

TEST(HtmlText, FinishesHostileInput)
{
    for (const std::string_view unit :
         {"<"sv, "<!--"sv, "<script>"sv, "</"sv, "<a \""sv, "&"sv, "&#"sv, "<a='"sv, "<style></s"sv, ">"sv}) {
        std::string html;
        while (html.size() < (2U << 20U))
            html += unit;
        EXPECT_LE(html_to_text(html, html.size()).size(), html.size() + 4) << unit;
    }
}

} // namespace
} // namespace pillarbox::mime
