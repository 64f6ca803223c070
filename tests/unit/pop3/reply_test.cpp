#include "server/pop3/reply.hpp"

#include "storage/result.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>

namespace pillarbox::pop3::reply {
namespace {

/// What goes over the wire when `message` arrives in pieces of `size` octets.
std::string stuffed(std::string_view message, std::size_t size, std::optional<std::uint32_t> lines = {})
{
    Stuffer stuffer;
    if (lines) stuffer = Stuffer(*lines);
    std::string wire;
    for (std::size_t i = 0; i < message.size(); i += size) {
        // A copy that ends where the piece ends: an octet read beyond it shows.
        const std::string piece(message.substr(i, size));
        wire += stuffer.feed(piece);
    }
    return wire + stuffer.finish();
}

void expect_in_any_pieces(std::string_view message, std::string_view wire,
                          std::optional<std::uint32_t> lines = {})
{
    for (const std::size_t size : {std::size_t{1}, std::size_t{2}, std::size_t{3}, std::size_t{7},
                                   std::max<std::size_t>(1, message.size())})
        EXPECT_EQ(stuffed(message, size, lines), wire)
            << "pieces of " << size << " of " << testing::PrintToString(message)
            << (lines ? " TOP " + std::to_string(*lines) : "");
}

TEST(Stuffer, DoublesDotsAtTheBeginningOfLines)
{
    struct Case
    {
        std::string_view message;
        std::string_view wire;
    };
    for (const Case& c : {
             Case{"", ".\r\n"},
             Case{"a: b\r\n\r\ntext\r\n", "a: b\r\n\r\ntext\r\n.\r\n"},
             Case{".\r\n", "..\r\n.\r\n"},
             Case{"..\r\n", "...\r\n.\r\n"},
             Case{".", "..\r\n.\r\n"},
             Case{"a\r\n.\r\n.\r\n..b\r\n", "a\r\n..\r\n..\r\n...b\r\n.\r\n"},
             Case{"a.b\r\nc.\r\n", "a.b\r\nc.\r\n.\r\n"},
             // Only CRLF ends a line.
             Case{"a\n.b\r\n", "a\n.b\r\n.\r\n"},
             Case{"a\r.b\r\n", "a\r.b\r\n.\r\n"},
             Case{"\n.b\r\n", "\n.b\r\n.\r\n"},
             Case{"\r\n.b\r\n", "\r\n..b\r\n.\r\n"},
             // The end stands on a line of its own.
             Case{"no end", "no end\r\n.\r\n"},
             Case{"bare\n", "bare\n\r\n.\r\n"},
             Case{"bare\r", "bare\r\r\n.\r\n"},
             Case{"\r\n", "\r\n.\r\n"},
         })
        expect_in_any_pieces(c.message, c.wire);
}

TEST(Stuffer, SendsTheHeaderAndSomeLinesForTop)
{
    constexpr std::string_view message = "a: b\r\n c\r\n\r\n1\r\n.2\r\n\r\n4\r\n";
    struct Case
    {
        std::uint32_t lines;
        std::string_view wire;
    };
    for (const Case& c : {
             Case{0, "a: b\r\n c\r\n\r\n.\r\n"},
             Case{1, "a: b\r\n c\r\n\r\n1\r\n.\r\n"},
             Case{2, "a: b\r\n c\r\n\r\n1\r\n..2\r\n.\r\n"},
             Case{3, "a: b\r\n c\r\n\r\n1\r\n..2\r\n\r\n.\r\n"},
             Case{4, "a: b\r\n c\r\n\r\n1\r\n..2\r\n\r\n4\r\n.\r\n"},
             Case{5, "a: b\r\n c\r\n\r\n1\r\n..2\r\n\r\n4\r\n.\r\n"},
             Case{4294967295u, "a: b\r\n c\r\n\r\n1\r\n..2\r\n\r\n4\r\n.\r\n"},
         })
        expect_in_any_pieces(message, c.wire, c.lines);
    expect_in_any_pieces("a: b\r\n", "a: b\r\n.\r\n", 0);
    expect_in_any_pieces("a: b\r\n\r\n", "a: b\r\n\r\n.\r\n", 3);
    expect_in_any_pieces("\r\nbody\r\nmore\r\n", "\r\nbody\r\n.\r\n", 1);
    expect_in_any_pieces("a: b\n\r\n\r\nbody\r\n", "a: b\n\r\n\r\n.\r\n", 0);
    expect_in_any_pieces("a: b\r\n\r\nno end", "a: b\r\n\r\nno end\r\n.\r\n", 1);
    expect_in_any_pieces("", ".\r\n", 0);
}

TEST(Stuffer, SaysWhenTopHasEnough)
{
    Stuffer stuffer(1);
    stuffer.feed("a: b\r\n\r\n1");
    EXPECT_FALSE(stuffer.satisfied());
    EXPECT_EQ(stuffer.feed("\r\n2\r\n"), "\r\n");
    EXPECT_TRUE(stuffer.satisfied());
    EXPECT_EQ(stuffer.feed("3\r\n"), "");
    EXPECT_EQ(stuffer.finish(), ".\r\n");
}

TEST(Stuffer, CopiesNothingWithoutADot)
{
    Stuffer stuffer;
    const std::string piece = "line\r\nline.\r\n";
    EXPECT_EQ(stuffer.feed(piece).data(), piece.data());
}

TEST(Reply, IsOneLine)
{
    EXPECT_EQ(ok(), "+OK\r\n");
    EXPECT_EQ(ok("2 320"), "+OK 2 320\r\n");
    EXPECT_EQ(error("no such message"), "-ERR no such message\r\n");
    EXPECT_EQ(error("IN-USE", "locked"), "-ERR [IN-USE] locked\r\n");
    EXPECT_EQ(greeting("<1.2@x>"), "+OK Pillarbox POP3 ready <1.2@x>\r\n");
    EXPECT_EQ(challenge(""), "+ \r\n");
    EXPECT_EQ(challenge("VXNlcm5hbWU6"), "+ VXNlcm5hbWU6\r\n");
    std::string text = "before ";
    scan_listing(text, 4'294'967'295, 18'446'744'073'709'551'615ull);
    EXPECT_EQ(text, "before 4294967295 18446744073709551615");
    text.clear();
    unique_id_listing(text, 2, storage::UniqueId("k3f9"));
    EXPECT_EQ(text, "2 k3f9");
}

TEST(Reply, SaysWhetherWaitingHelps)
{
    using storage::Errc;
    constexpr auto text = Text::maildrop_unreadable;
    const std::string later = "-ERR [SYS/TEMP] the maildrop cannot be read, try again later\r\n";
    EXPECT_EQ(system_error(Errc::timed_out, text, Language::english), later);
    EXPECT_EQ(system_error(Errc::out_of_space, text, Language::english), later);
    EXPECT_EQ(system_error(Errc::unavailable, text, Language::english),
              "-ERR [SYS/PERM] the mail store has failed, tell whoever runs this server\r\n");
}

TEST(Capabilities, AreThoseThatCanBeHadNow)
{
    struct Case
    {
        Offer offer;
        bool passwords;
        bool stls;
    };
    for (const Case& c : {Case{{.passwords = true, .mechanisms = "PLAIN LOGIN", .stls = true}, true, true},
                          Case{{.passwords = false, .stls = true}, false, true},
                          Case{{.passwords = true, .mechanisms = "PLAIN LOGIN", .stls = false}, true, false},
                          Case{{}, false, false}}) {
        const std::string text = capabilities(c.offer);
        const auto has = [&](std::string_view line) {
            return text.find("\r\n" + std::string(line) + "\r\n") != std::string::npos;
        };
        EXPECT_TRUE(text.starts_with("+OK "));
        EXPECT_TRUE(text.ends_with("\r\n.\r\n"));
        EXPECT_EQ(has("USER"), c.passwords) << text;
        EXPECT_EQ(has("SASL PLAIN LOGIN"), c.passwords) << text;
        EXPECT_EQ(has("UTF8 USER"), c.passwords) << text;
        EXPECT_EQ(has("UTF8"), !c.passwords) << text;
        EXPECT_EQ(has("STLS"), c.stls) << text;
        for (const char* line : {"TOP", "UIDL", "RESP-CODES", "AUTH-RESP-CODE", "PIPELINING",
                                 "IMPLEMENTATION Pillarbox", "LANG"})
            EXPECT_TRUE(has(line)) << line;
    }
    EXPECT_NE(capabilities({.login_delay = std::chrono::seconds(90)}).find("\r\nLOGIN-DELAY 90\r\n"),
              std::string::npos);
    EXPECT_NE(capabilities({.login_delay = std::chrono::seconds(90), .own_login_delay = true})
                  .find("\r\nLOGIN-DELAY 90 USER\r\n"),
              std::string::npos);
    EXPECT_NE(
        capabilities({.expire = std::chrono::days(5), .own_expire = true}).find("\r\nEXPIRE 5 USER\r\n"),
        std::string::npos);
    // Never is the least of all only where it is so for everybody.
    EXPECT_NE(
        capabilities({.expire = storage::never_expires, .own_expire = true}).find("\r\nEXPIRE NEVER\r\n"),
        std::string::npos);
    EXPECT_EQ(capabilities({}).find("EXPIRE"), std::string::npos);
    for (const int days : {0, 30}) {
        const auto line = "\r\nEXPIRE " + std::to_string(days) + "\r\n"; // RFC 2449 §6.7
        EXPECT_NE(capabilities({.expire = std::chrono::days(days)}).find(line), std::string::npos);
    }
    EXPECT_EQ(capabilities({}).find("LOGIN-DELAY"), std::string::npos);
    EXPECT_EQ(capabilities({.implementation = false}).find("IMPLEMENTATION"), std::string::npos);
    EXPECT_EQ(mechanisms({.passwords = true, .mechanisms = "PLAIN LOGIN", .stls = true}),
              "+OK mechanisms follow\r\nPLAIN\r\nLOGIN\r\n.\r\n");
    EXPECT_EQ(mechanisms({}), "+OK mechanisms follow\r\n.\r\n");
}

} // namespace
} // namespace pillarbox::pop3::reply
