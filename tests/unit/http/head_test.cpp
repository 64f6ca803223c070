#include "web/http/head.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace pillarbox::http {
namespace {

struct Case
{
    std::string head;
    unsigned status; // 0: accepted
};

std::string with(std::string_view fields)
{
    return "GET / HTTP/1.1\r\nHost: localhost\r\n" + std::string(fields) + "\r\n";
}

/// The status of the refusal, 0 when the head is accepted, 1 when it is not finished.
unsigned outcome(const std::string& head, std::size_t piece)
{
    HeadReader reader;
    for (std::size_t at = 0; at < head.size() && !reader.done() && !reader.refusal(); at += piece)
        reader.feed(std::string_view(head).substr(at, piece));
    if (reader.refusal()) return reader.refusal()->status;
    return reader.done() ? 0 : 1;
}

TEST(HeadReader, RefusesWhatTwoReadersCouldUnderstandDifferently)
{
    std::string many_fields;
    for (int i = 0; i < 99; ++i)
        many_fields += "X: y\r\n";
    const std::vector<Case> cases{
        {with(""), 0},
        {"\r\n" + with(""), 0},
        {with("Content-Length: 5\r\n"), 0},
        {with("Transfer-Encoding: chunked\r\n"), 0},
        {with("Accept:\ttext/html , */*\r\n"), 0},
        {with("Content-Encoding: identity\r\n"), 0},
        {with("Expect: 100-continue\r\n"), 0},
        {with(many_fields), 0},
        {with("X-Utf8: \xc3\xa4\r\n"), 0},
        {"OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n", 0},
        {"GET / HTTP/1.0\r\nHost: localhost\r\n\r\n", 0},

        // Line ends.
        {"GET / HTTP/1.1\nHost: localhost\n\n", 400},
        {"GET / HTTP/1.1\r\nHost: localhost\n\r\n", 400},
        {"GET / HTTP/1.1\rHost: localhost\r\n\r\n", 400},
        {with("A: b\rc\r\n"), 400},
        {with("A: b\r\r\n"), 400},
        {with(std::string("A: b\0c\r\n", 8)), 400},
        {with("A: b\x01\r\n"), 400},
        {with("A: b\x7f\r\n"), 400},
        {std::string("\x16\x03\x01\x02\x00", 5), 400},

        // Request line.
        {"GET /\r\nHost: localhost\r\n\r\n", 400},
        {"GET  HTTP/1.1\r\nHost: localhost\r\n\r\n", 400},
        {"G(T / HTTP/1.1\r\nHost: localhost\r\n\r\n", 400},
        {"GET /a b HTTP/1.1\r\nHost: localhost\r\n\r\n", 400},
        {"GET /\t HTTP/1.1\r\nHost: localhost\r\n\r\n", 400},
        {"GET /\xc3\xa4 HTTP/1.1\r\nHost: localhost\r\n\r\n", 400},
        {"GET / HTTP/2.0\r\nHost: localhost\r\n\r\n", 505},
        {"GET / http/1.1\r\nHost: localhost\r\n\r\n", 400},
        {"EHLO example.org\r\n", 400},

        // Fields.
        {with(" folded: yes\r\n"), 400},
        {with("A: b\r\n\tc\r\n"), 400},
        {with("A : b\r\n"), 400},
        {with(": b\r\n"), 400},
        {with("no colon\r\n"), 400},
        {with("A\xc3\xa4: b\r\n"), 400},
        {with(many_fields + "One: more\r\n"), 431},

        // Host.
        {"GET / HTTP/1.1\r\n\r\n", 400},
        {"GET / HTTP/1.0\r\n\r\n", 400},
        {with("Host: localhost\r\n"), 400},
        {with("host: other\r\n"), 400},

        // How long the body is.
        {with("Content-Length: 5\r\nContent-Length: 5\r\n"), 400},
        {with("Content-Length: 5\r\nContent-Length: 6\r\n"), 400},
        {with("Content-Length: 5, 5\r\n"), 400},
        {with("Content-Length: +5\r\n"), 400},
        {with("Content-Length: -5\r\n"), 400},
        {with("Content-Length: 0x5\r\n"), 400},
        {with("Content-Length: 5 \r\n"), 0},
        {with("Content-Length:\r\n"), 400},
        {with("Content-Length: 99999999999999999999\r\n"), 400},
        {with("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n"), 400},
        {with("Transfer-Encoding: chunked\r\nContent-Length: 5\r\n"), 400},
        {with("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n"), 400},
        {with("Transfer-Encoding: gzip, chunked\r\n"), 501},
        {with("Transfer-Encoding: xchunked\r\n"), 501},
        {with("Transfer-Encoding: identity\r\n"), 501},
        {"POST / HTTP/1.0\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n", 400},
        {with("Content-Encoding: gzip\r\n"), 415},
        {with("Expect: the-moon\r\n"), 417},
    };
    for (const auto& [head, status] : cases) {
        for (const std::size_t piece : {head.size(), std::size_t{1}, std::size_t{2}, std::size_t{7}})
            EXPECT_EQ(outcome(head, piece), status) << "in pieces of " << piece << ":\n" << head;
    }
}

TEST(HeadReader, HoldsItsLimits)
{
    const auto line = [](std::size_t length) { // request line without its end
        return "GET /" + std::string(length - 14, 'a') + " HTTP/1.1\r\nHost: x\r\n\r\n";
    };
    EXPECT_EQ(outcome(line(HeadReader::longest_line), 1000), 0u);
    EXPECT_EQ(outcome(line(HeadReader::longest_line + 2), 1000), 414u);
    EXPECT_EQ(outcome("GET /" + std::string(9000, 'a'), 1), 414u) << "no end in sight";

    const auto total = [](std::size_t length) {
        std::string head = "GET / HTTP/1.1\r\nHost: x\r\n";
        while (head.size() + 1000 < length)
            head += "A: " + std::string(900, 'b') + "\r\n";
        head += "B: ";
        return head + std::string(length - head.size() - 4, 'c') + "\r\n\r\n";
    };
    EXPECT_EQ(outcome(total(HeadReader::longest_head - 1), 4096), 0u);
    EXPECT_EQ(outcome(total(HeadReader::longest_head + 200), 4096), 431u);
}

TEST(HeadReader, StopsBehindTheHead)
{
    HeadReader reader;
    const std::string head = with("");
    EXPECT_EQ(reader.feed(head + "GET /next"), head.size());
    EXPECT_TRUE(reader.done());
    EXPECT_EQ(reader.text(), head);
}

} // namespace
} // namespace pillarbox::http
