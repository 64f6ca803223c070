#include "server/transfer/mbox_splitter.hpp"

#include "server/transfer/mbox_quoter.hpp"

#include <gtest/gtest.h>

#include <random>

namespace pillarbox::transfer {

namespace {

constexpr std::string_view from = "From a@example.org Tue Nov 25 17:22:01 2025\n";

struct Split
{
    std::vector<std::string> messages;
    std::vector<std::uint64_t> offsets;
    bool mbox = true;

    bool operator==(const Split&) const = default;
};

Split split(std::string_view file, std::size_t piece)
{
    Split found;
    MboxSplitter splitter;
    bool open = false;
    while (true) {
        const auto event = splitter.next();
        switch (event.kind) {
        case MboxSplitter::Kind::more:
            if (file.empty()) splitter.finish();
            splitter.feed(file.substr(0, piece));
            file.remove_prefix(std::min(piece, file.size()));
            break;
        case MboxSplitter::Kind::begin:
            EXPECT_FALSE(std::exchange(open, true));
            found.messages.emplace_back();
            found.offsets.push_back(event.offset);
            break;
        case MboxSplitter::Kind::text:
            EXPECT_FALSE(event.text.empty());
            found.messages.back() += event.text;
            break;
        case MboxSplitter::Kind::end:
            EXPECT_TRUE(std::exchange(open, false));
            break;
        case MboxSplitter::Kind::no_mbox:
            found.mbox = false;
            return found;
        case MboxSplitter::Kind::done:
            EXPECT_FALSE(open);
            return found;
        }
    }
}

std::string mbox_of(std::initializer_list<std::string_view> parts)
{
    std::string text;
    for (const auto part : parts)
        text += part;
    return text;
}

} // namespace

TEST(MboxSplitter, FindsMessages)
{
    struct Case
    {
        std::string file;
        std::vector<std::string> messages;
    };
    const Case cases[] = {
        {"", {}},
        {"\n\n", {}},
        {mbox_of({from, "A: 1\n\nx\n\n", from, "B: 2\n\ny\n\n"}), {"A: 1\n\nx\n", "B: 2\n\ny\n"}},
        {mbox_of({from, "x"}), {"x"}},
        {mbox_of({from, "x\n"}), {"x\n"}},
        {mbox_of({from, "x\n\n\n"}), {"x\n\n"}},
        {mbox_of({from}), {""}},
        {mbox_of({from, "\n", from, "\n"}), {"", ""}},
        {mbox_of({"\n", from, "x\n"}), {"x\n"}},
        {mbox_of({from, "x\n\n\n", from, "y\n"}), {"x\n\n", "y\n"}},
        // No empty line before it, or no date in it: text.
        {mbox_of({from, "x\n", from, "y\n"}), {mbox_of({"x\n", from, "y\n"})}},
        {mbox_of({from, "x\n\nFrom here on\n"}), {"x\n\nFrom here on\n"}},
        {mbox_of({from, "x\n\nFrom"}), {"x\n\nFrom"}},
        {mbox_of({from, "x\n\nFro\n"}), {"x\n\nFro\n"}},
        // Quotes.
        {mbox_of({from, ">From a\n>>From b\n>>>From c\n>Fromage\n> From\n"}),
         {"From a\n>From b\n>>From c\n>Fromage\n> From\n"}},
        {mbox_of({from, "x\n\n>", from, "y >From\n"}), {mbox_of({"x\n\n", from, "y >From\n"})}},
        {mbox_of({from, ">"}), {">"}},
        {mbox_of({from, ">From "}), {"From "}},
        // CRLF.
        {"From a Tue Nov 25 17:22:01 2025\r\nx\r\n\r\nFrom a Tue Nov 25 17:22:01 2025\r\ny\r\n\r\n",
         {"x\r\n", "y\r\n"}},
        {mbox_of({from, "x\n\r"}), {"x\n\r"}},
        // A length that is not believed.
        {mbox_of({from, "Content-Length: 1000\n\nx\n\n", from, "y\n"}),
         {"Content-Length: 1000\n\nx\n", "y\n"}},
    };
    for (const auto& [file, messages] : cases) {
        for (const std::size_t piece : {1u, 2u, 3u, 7u, 1000u})
            EXPECT_EQ(split(file, piece).messages, messages) << file << "\nin pieces of " << piece;
    }
}

TEST(MboxSplitter, TellsWhereMessagesAre)
{
    const auto file = mbox_of({from, "A: 1\n\nx\n\n", from, "B: 2\n\ny\n\n"});
    EXPECT_EQ(split(file, 5).offsets, (std::vector<std::uint64_t>{0, file.size() / 2}));
}

TEST(MboxSplitter, RefusesWhatIsNoMbox)
{
    for (const std::string file : {"Subject: x\n\ny\n", "x", "From here on\n", "From", ">From a"})
        EXPECT_FALSE(split(file, 3).mbox) << file;
    EXPECT_FALSE(split("From " + std::string(100'000, 'x'), 100).mbox);
}

TEST(MboxSplitter, KeepsLittleOfLongLines)
{
    MboxSplitter splitter;
    splitter.feed(from);
    EXPECT_EQ(splitter.next().kind, MboxSplitter::Kind::begin);
    for (const char c : {'x', '>', 'F', '\r'}) {
        const std::string piece(100'000, c);
        std::size_t told = 0;
        for (int i = 0; i < 10; ++i) {
            splitter.feed(piece);
            for (auto event = splitter.next(); event.kind != MboxSplitter::Kind::more;
                 event = splitter.next())
                told += event.text.size();
        }
        EXPECT_GE(told, 10 * piece.size() - 2'000) << c;
    }
}

TEST(MboxQuoter, WritesWhatTheSplitterReadsAgain)
{
    std::mt19937 dice(1); // NOLINT: the same every time
    const std::string_view words[] = {
        "From ", ">", "x", "\r\n", "\r\n", "\r\n", "From a Tue Nov 25 17:22:01 2025", "Fr", " "};
    for (int turn = 0; turn < 500; ++turn) {
        std::vector<std::string> messages;
        std::string file;
        MboxQuoter quoter;
        for (int message = 0; message < 3; ++message) {
            std::string text;
            for (auto count = dice() % 20; count > 0; --count)
                text += words[dice() % std::size(words)];
            text += "\r\n";
            file += from;
            for (std::size_t at = 0; at < text.size();) {
                const auto piece = 1 + dice() % 5;
                quoter.append(std::string_view(text).substr(at, piece), file);
                at += piece;
            }
            quoter.finish(file);
            std::string lines;
            ToFile to_file;
            to_file.append(text, lines);
            messages.push_back(lines);
        }
        EXPECT_EQ(split(file, 1 + dice() % 10).messages, messages) << file;
    }
}

TEST(MboxQuoter, EndsTheLastLine)
{
    MboxQuoter quoter;
    std::string file;
    for (const std::string_view text : {"a", ">Fro", "From ", "", "b\r", "c\r\n"}) {
        quoter.append(text, file);
        quoter.finish(file);
    }
    EXPECT_EQ(file, "a\n\n>Fro\n\n>From \n\n\nb\r\n\nc\n\n");
}

} // namespace pillarbox::transfer
