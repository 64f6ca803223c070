#include "server/junk/milter.hpp"

#include <gtest/gtest.h>

namespace pillarbox::junk {
namespace {

using namespace std::string_literals;

const HookQuestion question{.client = "192.0.2.7",
                            .helo = "mx.example",
                            .hostname = "mail.example.org",
                            .reverse_path = "bob@example.net",
                            .recipients = {"alice@example.org", "carol@example.org"},
                            .message = "Subject: two\r\n lines\r\nX:y\r\n\r\ntext\r\n"};

std::string packet(const std::string& octets)
{
    const auto size = octets.size();
    return std::string{'\0', '\0', static_cast<char>(size >> 8), static_cast<char>(size)} + octets;
}

/// What a milter answers to the negotiation: add fields, quarantine, all steps.
std::string agrees(std::uint32_t left_out = 0)
{
    return packet("O\0\0\0\6\0\0\0\x21"s + char(left_out >> 24) + char(left_out >> 16) + char(left_out >> 8) +
                  char(left_out));
}

/// Answers each step with 'c', but the one that begins with `at` with `answer`.
/// Returns the commands that were said.
std::string talk(MilterDialogue& dialogue, char at, const std::string& answer, std::uint32_t left_out = 0)
{
    std::string commands;
    for (int rounds = 0; !dialogue.done() && rounds < 100; ++rounds) {
        auto said = dialogue.next();
        char last = 0;
        while (said.size() > 4) {
            const std::size_t size =
                static_cast<unsigned char>(said[2]) * 256u + static_cast<unsigned char>(said[3]);
            last = said[4];
            commands += last;
            said.erase(0, 4 + size);
        }
        for (const char c : last == 'O' ? agrees(left_out) : last == at ? answer : packet("c"))
            dialogue.feed({&c, 1}); // octet by octet
    }
    return commands;
}

TEST(MilterDialogue, SaysAllSteps)
{
    MilterDialogue dialogue(question);
    EXPECT_EQ(talk(dialogue, 'E', packet("c")), "ODCHDMDRDRTLLNBE");
    EXPECT_TRUE(dialogue.done());
    EXPECT_EQ(dialogue.fault(), "");
    EXPECT_FALSE(dialogue.answer().refusal);
    EXPECT_TRUE(dialogue.answer().reasons.empty());
}

TEST(MilterDialogue, WritesThemAsTheyAre)
{
    MilterDialogue dialogue(question);
    EXPECT_EQ(dialogue.next().substr(0, 13), packet("O\0\0\0\6\0\0\0\x21"s + "\0\0\0\0"s).substr(0, 13));
    dialogue.feed(agrees());
    EXPECT_EQ(dialogue.next(), packet("DCj\0mail.example.org\0{daemon_name}\0Pillarbox\0"s) +
                                   packet("C[192.0.2.7]\0004\0\000192.0.2.7\0"s));
    dialogue.feed(packet("c"));
    EXPECT_EQ(dialogue.next(), packet("Hmx.example\0"s));
    dialogue.feed(packet("c"));
    EXPECT_EQ(dialogue.next(), packet("DM{mail_addr}\0bob@example.net\0"s) + packet("M<bob@example.net>\0"s));
    for (int i = 0; i < 3; ++i) {
        dialogue.feed(packet("c"));
        dialogue.next();
    }
    dialogue.feed(packet("c"));
    EXPECT_EQ(dialogue.next(), packet("LSubject\0two\n lines\0"s));
    dialogue.feed(packet("c"));
    EXPECT_EQ(dialogue.next(), packet("LX\0y\0"s));
    dialogue.feed(packet("c"));
    EXPECT_EQ(dialogue.next(), packet("N"));
    dialogue.feed(packet("p") + packet("c")); // at work, then done
    EXPECT_EQ(dialogue.next(), packet("Btext\r\n"));
}

TEST(MilterDialogue, LeavesOutWhatIsNotWanted)
{
    MilterDialogue fields_only(question);
    EXPECT_EQ(talk(fields_only, 'E', packet("c"), 0x01 | 0x02 | 0x04 | 0x08 | 0x10 | 0x200), "OLLNE");
    MilterDialogue silent(question); // answers neither fields nor recipients
    EXPECT_EQ(talk(silent, 'E', packet("c"), 0x80 | 0x8000), "ODCHDMDRDRTLLNBE");
    EXPECT_TRUE(silent.done());
}

TEST(MilterDialogue, TakesVerdicts)
{
    struct Case
    {
        char at;
        std::string answer;
        std::optional<bool> for_good;
        std::string text;
    };
    const Case cases[] = {
        {'C', packet("a"), {}, ""},
        {'H', packet("r"), true, "refused by a filter"},
        {'M', packet("t"), false, "a filter asks to try again later"},
        {'R', packet("r"), true, "refused by a filter"}, // all of them
        {'E', packet("y554 5.7.1 we do not like it\0"s), true, "we do not like it"},
        {'E', packet("y451 4.7.1 come\r\nagain\0"s), false, "come??again"},
    };
    for (const auto& one : cases) {
        MilterDialogue dialogue(question);
        talk(dialogue, one.at, one.answer);
        EXPECT_TRUE(dialogue.done()) << one.answer;
        EXPECT_EQ(dialogue.fault(), "") << one.answer;
        const auto answer = dialogue.answer();
        ASSERT_EQ(answer.refusal.has_value(), one.for_good.has_value()) << one.answer;
        if (!answer.refusal) continue;
        EXPECT_EQ(answer.refusal->for_good, *one.for_good) << one.answer;
        EXPECT_EQ(answer.refusal->text, one.text);
    }
}

TEST(MilterDialogue, TakesChangesThatWereOffered)
{
    MilterDialogue dialogue(question);
    talk(dialogue, 'E',
         packet("hX-Seen\0by a filter\0"s) + packet("i\0\0\0\0X-Too\0 yes\0"s) + packet("qlooks odd\0"s) +
             packet("p") + packet("a"));
    const auto answer = dialogue.answer();
    EXPECT_EQ(dialogue.fault(), "");
    EXPECT_EQ(answer.fields, "X-Seen: by a filter\r\nX-Too: yes\r\n");
    ASSERT_EQ(answer.reasons.size(), 1);
    EXPECT_EQ(answer.reasons[0].name + answer.reasons[0].detail, "milterlooks odd");
    MilterDialogue discarded(question);
    talk(discarded, 'E', packet("d"));
    EXPECT_EQ(discarded.answer().reasons.at(0).detail, "discard");
}

TEST(MilterDialogue, EndsWithOneThatIsBroken)
{
    for (const auto& [at, answer] :
         std::vector<std::pair<char, std::string>>{{'E', packet("bother text")},      // replaces the body
                                                   {'E', packet("hX\r\nEvil\0x\0"s)}, // smuggles a field
                                                   {'E', packet("hX\0a\r\nEvil: x\0"s)},
                                                   {'E', packet("hX\0"s + std::string(2000, 'x') + '\0')},
                                                   {'C', packet("z")},
                                                   {'C', packet("4")},
                                                   {'C', std::string("\0\0\0\0", 4)},
                                                   {'C', "\x7f\xff\xff\xff"s},
                                                   {'C', packet("c") + packet("c")}}) {
        MilterDialogue dialogue(question);
        talk(dialogue, at, answer);
        EXPECT_TRUE(dialogue.done());
        EXPECT_NE(dialogue.fault(), "") << at << answer;
    }
    MilterDialogue demanding(question); // wants to replace bodies
    demanding.next();
    demanding.feed(packet("O\0\0\0\6\0\0\0\x02\0\0\0\0"s));
    EXPECT_NE(demanding.fault(), "");
}

} // namespace
} // namespace pillarbox::junk
