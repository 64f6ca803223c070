#include "server/pop3/command.hpp"

#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <string_view>

namespace pillarbox::pop3 {
namespace {

struct Case
{
    std::string_view line;
    Verb verb;
    std::optional<std::uint32_t> number{};
    std::uint32_t body_lines = 0;
    std::string_view argument{};
    std::string_view digest{};
};

constexpr std::uint32_t largest = 4294967295u;
constexpr std::string_view digest = "c4c9334bac560ecc979e58001b3e22fb";

const Case cases[] = {
    {"STAT", Verb::stat},
    {"stat", Verb::stat},
    {"StAt", Verb::stat},
    {"STAT  ", Verb::stat},
    {"STAT 1", Verb::malformed},
    {"STATS", Verb::unknown},
    {"STA", Verb::unknown},
    {" STAT", Verb::unknown},
    {"STAT\t", Verb::unknown},
    {"", Verb::unknown},
    {" ", Verb::unknown},
    {"\xff\xfe", Verb::unknown},
    {"NOOP", Verb::noop},
    {"NOOP x", Verb::malformed},
    {"RSET", Verb::rset},
    {"RSET 1", Verb::malformed},
    {"QUIT", Verb::quit},
    {"QUIT now", Verb::malformed},
    {"CAPA", Verb::capa},
    {"CAPA x", Verb::malformed},
    {"STLS", Verb::stls},
    {"STLS x", Verb::malformed},
    {"UTF8", Verb::utf8},
    {"UTF8 x", Verb::malformed},
    {"LANG", Verb::lang},
    {"lang  de-AT ", Verb::lang, {}, 0, "de-AT"},
    {"LAST", Verb::last},
    {"LAST 1", Verb::malformed},

    {"LIST", Verb::list},
    {"LIST ", Verb::list},
    {"LIST 1", Verb::list, 1},
    {"LIST   1 ", Verb::list, 1},
    {"list 007", Verb::list, 7},
    {"LIST 0", Verb::list, 0},
    {"LIST -1", Verb::malformed},
    {"LIST +1", Verb::malformed},
    {"LIST 1x", Verb::malformed},
    {"LIST x", Verb::malformed},
    {"LIST 1 2", Verb::malformed},
    {"LIST 1.0", Verb::malformed},
    {"LIST\t1", Verb::unknown},
    {"LIST 4294967295", Verb::list, largest},
    {"LIST 4294967296", Verb::list, largest},
    {"LIST 4294967297", Verb::list, largest},
    {"LIST 99999999999999999999999999", Verb::list, largest},
    {"UIDL", Verb::uidl},
    {"UIDL 3", Verb::uidl, 3},
    {"UIDL x", Verb::malformed},

    {"RETR 2", Verb::retr, 2},
    {"RETR", Verb::malformed},
    {"RETR ", Verb::malformed},
    {"RETR two", Verb::malformed},
    {"RETR 1 1", Verb::malformed},
    {"DELE 2", Verb::dele, 2},
    {"DELE", Verb::malformed},
    {"DELE 18446744073709551617", Verb::dele, largest},

    {"TOP 1 0", Verb::top, 1, 0},
    {"TOP 1 10", Verb::top, 1, 10},
    {"TOP  1  10 ", Verb::top, 1, 10},
    {"TOP 1", Verb::malformed, 1},
    {"TOP", Verb::malformed},
    {"TOP 1 -1", Verb::malformed},
    {"TOP 1 1 1", Verb::malformed},
    {"TOP x 1", Verb::malformed},
    {"TOP 1 4294967296", Verb::top, 1, largest},

    {"USER alice", Verb::user, {}, 0, "alice"},
    {"user Alice@Example.test ", Verb::user, {}, 0, "Alice@Example.test"},
    {"USER alice in chains", Verb::user, {}, 0, "alice in chains"},
    {"USER", Verb::malformed},
    {"USER  ", Verb::malformed},
    {"PASS secret", Verb::pass, {}, 0, "secret"},
    {"PASS  two  spaces ", Verb::pass, {}, 0, " two  spaces "},
    {"PASS  ", Verb::pass, {}, 0, " "},
    {"PASS", Verb::malformed},
    {"PASS ", Verb::malformed},
    {"APOP mrose c4c9334bac560ecc979e58001b3e22fb", Verb::apop, {}, 0, "mrose", digest},
    {"APOP mrose  c4c9334bac560ecc979e58001b3e22fb ", Verb::apop, {}, 0, "mrose", digest},
    {"APOP mrose C4C9334BAC560ECC979E58001B3E22FB", Verb::malformed},
    {"APOP mrose c4c9334bac560ecc979e58001b3e22f", Verb::malformed},
    {"APOP mrose c4c9334bac560ecc979e58001b3e22fb0", Verb::malformed},
    {"APOP c4c9334bac560ecc979e58001b3e22fb", Verb::malformed},
    {"APOP mrose", Verb::malformed},
    {"APOP", Verb::malformed},
    {"AUTH", Verb::auth},
    {"AUTH ", Verb::auth},
    {"AUTH PLAIN", Verb::auth, {}, 0, "PLAIN"},
    {"AUTH PLAIN AGEAYg==", Verb::auth, {}, 0, "PLAIN AGEAYg=="},

    {"STAT\r", Verb::malformed},
    {"PASS a\rb", Verb::malformed},
    {"GET / HTTP/1.1", Verb::unknown},
    {"HELO there", Verb::unknown},
};

TEST(ParseCommand, TakesWhatTheStandardHas)
{
    for (const Case& c : cases) {
        SCOPED_TRACE(std::string(c.line));
        const Command command = parse_command({.text = c.line});
        EXPECT_EQ(command.verb, c.verb);
        if (command.verb == Verb::malformed || c.verb == Verb::malformed) continue;
        EXPECT_EQ(command.number, c.number);
        EXPECT_EQ(command.body_lines, c.body_lines);
        EXPECT_EQ(command.argument, c.argument);
        EXPECT_EQ(command.digest, c.digest);
    }
}

TEST(ParseCommand, ObeysNoFaultyLine)
{
    using Fault = net::Line::Fault;
    for (const Fault fault : {Fault::too_long, Fault::bare_lf, Fault::nul_octet})
        EXPECT_EQ(parse_command({.text = "QUIT", .fault = fault}).verb, Verb::malformed);
}

} // namespace
} // namespace pillarbox::pop3
