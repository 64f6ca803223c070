#include "server/dkim/canonical.hpp"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

namespace pillarbox::dkim {
namespace {

/// The body as it is hashed, when it comes in pieces of so many octets.
std::string canonical_body(Form form, std::string_view body, std::size_t piece)
{
    std::string out;
    BodyCanonicalizer canonicalizer(form, [&out](std::string_view octets) { out += octets; });
    for (; !body.empty(); body.remove_prefix(std::min(piece, body.size())))
        canonicalizer.add(body.substr(0, piece));
    canonicalizer.finish();
    EXPECT_EQ(canonicalizer.size(), out.size());
    return out;
}

struct CanonicalCase
{
    std::string_view body;
    std::string_view simple;
    std::string_view relaxed;
};

TEST(BodyCanonicalizer, DoesAsTheRfcHasIt)
{
    const std::vector<CanonicalCase> cases{
        {"", "\r\n", ""},
        {"\r\n", "\r\n", ""},
        {"\r\n\r\n\r\n", "\r\n", ""},
        {" \t\r\n \r\n", " \t\r\n \r\n", ""},
        {"  ", "  \r\n", ""},
        // RFC 6376 §3.4.5
        {" C \r\nD \t E\r\n\r\n\r\n", " C \r\nD \t E\r\n", " C\r\nD E\r\n"},
        {"a", "a\r\n", "a\r\n"},
        {"a\r\n", "a\r\n", "a\r\n"},
        {"a \r\n", "a \r\n", "a\r\n"},
        {"a\r\n \r\n", "a\r\n \r\n", "a\r\n"},
        {"a\r\n\r\n\r\nb\r\n\r\n", "a\r\n\r\n\r\nb\r\n", "a\r\n\r\n\r\nb\r\n"},
        {"\r\n\r\na", "\r\n\r\na\r\n", "\r\n\r\na\r\n"},
        {"a \t b\t\tc", "a \t b\t\tc\r\n", "a b c\r\n"},
        {"a b c d\r\n e f \r\n", "a b c d\r\n e f \r\n", "a b c d\r\n e f\r\n"},
        {"a b  c d \r\n", "a b  c d \r\n", "a b c d\r\n"},
        {"a b\tc d\t\r\n", "a b\tc d\t\r\n", "a b c d\r\n"},
        {"\ta b\r\n", "\ta b\r\n", " a b\r\n"},
        {"a\rb\nc", "a\rb\nc\r\n", "a\rb\nc\r\n"}, // no line ends
        {"a \r\r\n", "a \r\r\n", "a \r\r\n"},
        {"a\r", "a\r\r\n", "a\r\r\n"},
        {"\n\r\n", "\n\r\n", "\n\r\n"},
    };
    for (const auto& each : cases) {
        for (const std::size_t piece : {1, 2, 3, 1000}) {
            EXPECT_EQ(canonical_body(Form::simple, each.body, piece), each.simple)
                << each.body << '|' << piece;
            EXPECT_EQ(canonical_body(Form::relaxed, each.body, piece), each.relaxed)
                << each.body << '|' << piece;
        }
    }
}

TEST(BodyCanonicalizer, KeepsNoMoreThanItMust)
{
    std::size_t largest = 0;
    std::size_t all = 0;
    BodyCanonicalizer canonicalizer(Form::relaxed, [&](std::string_view octets) {
        largest = std::max(largest, octets.size());
        all += octets.size();
    });
    std::string empty_lines;
    for (int i = 0; i < 10'000; ++i)
        empty_lines += "\r\n";
    for (int i = 0; i < 100; ++i)
        canonicalizer.add(empty_lines);
    EXPECT_EQ(all, 0U);
    canonicalizer.add("x");
    canonicalizer.finish();
    EXPECT_EQ(all, 2'000'003U);
    EXPECT_LT(largest, 20'000U);
}

TEST(CanonicalField, DoesAsTheRfcHasIt)
{
    const std::vector<std::pair<std::string_view, std::string_view>> relaxed{
        {"A: X", "a:X"}, // RFC 6376 §3.4.5
        {"B : Y\t\r\n\tZ  ", "b:Y Z"},
        {"SUBJect:\tAbC\r\n \r\n d", "subject:AbC d"},
        {"X:", "x:"},
        {"X: \t ", "x:"},
        {"X: a:b", "x:a:b"},
        {"X:\r\n  folded", "x:folded"},
    };
    for (const auto& [field, expected] : relaxed) {
        EXPECT_EQ(canonical_field(Form::relaxed, field), expected) << field;
        EXPECT_EQ(canonical_field(Form::simple, field), field);
    }
}

} // namespace
} // namespace pillarbox::dkim
