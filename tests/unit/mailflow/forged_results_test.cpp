#include "server/mailflow/forged_results.hpp"

#include "server/mime/header.hpp"

#include <gtest/gtest.h>

#include <array>

namespace pillarbox::mailflow {
namespace {

std::string filtered(std::string_view message, std::size_t piece)
{
    ForgedResults forged("mail.example.org");
    std::string kept, room;
    while (!message.empty()) {
        room.clear();
        kept += forged.feed(message.substr(0, piece), room);
        message.remove_prefix(std::min(piece, message.size()));
    }
    room.clear();
    kept += forged.finish(room);
    return kept;
}

struct ForgedCase
{
    const char* what;
    std::string message;
    std::string kept;
};

const std::array<ForgedCase, 10> cases{{
    {"a forged one", "A: 1\r\nAuthentication-Results: mail.example.org; dmarc=pass\r\nB: 2\r\n\r\nbody\r\n",
     "A: 1\r\nB: 2\r\n\r\nbody\r\n"},
    {"folded, in other letters",
     "AUTHENTICATION-results :\r\n\t(x)\r\n MAIL.example.ORG 1;\r\n spf=pass\r\nB: 2\r\n\r\n",
     "B: 2\r\n\r\n"},
    {"several",
     "Authentication-Results: mail.example.org; none\r\nAuthentication-Results: mail.example.org; "
     "none\r\n\r\n",
     "\r\n"},
    {"another's", "Authentication-Results: mail.example.net; spf=pass\r\n\r\n",
     "Authentication-Results: mail.example.net; spf=pass\r\n\r\n"},
    {"another field", "X-Authentication-Results: mail.example.org; spf=pass\r\n\r\n",
     "X-Authentication-Results: mail.example.org; spf=pass\r\n\r\n"},
    {"in the body", "A: 1\r\n\r\nAuthentication-Results: mail.example.org; spf=pass\r\n",
     "A: 1\r\n\r\nAuthentication-Results: mail.example.org; spf=pass\r\n"},
    {"the last of a header that does not end", "A: 1\r\nAuthentication-Results: mail.example.org",
     "A: 1\r\n"},
    {"and folded", "A: 1\r\nAuthentication-Results:\r\n mail.example.org; x", "A: 1\r\n"},
    {"only a body", "\r\nAuthentication-Results: mail.example.org; none\r\n",
     "\r\nAuthentication-Results: mail.example.org; none\r\n"},
    {"nothing", "", ""},
}};

TEST(ForgedResults, AreTakenOut)
{
    for (const auto& one : cases)
        for (const std::size_t piece : {std::size_t{1}, std::size_t{7}, std::size_t{4096}})
            EXPECT_EQ(filtered(one.message, piece), one.kept) << one.what << " by " << piece;
}

TEST(ForgedResults, HoldNoMoreThanAField)
{
    const std::string line = "A: " + std::string(mime::most_field_octets + 10, 'x') + "\r\n\r\nbody\r\n";
    EXPECT_EQ(filtered(line, 1000), line);
    std::string folded = "A: 1\r\n";
    while (folded.size() <= mime::most_field_octets)
        folded += " " + std::string(900, 'x') + "\r\n";
    folded += "\r\nbody\r\n";
    EXPECT_EQ(filtered(folded, 1000), folded);
}

TEST(ForgedResults, LeaveTheBodyWhereItLies)
{
    ForgedResults forged("mail.example.org");
    std::string room;
    forged.feed("A: 1\r\n\r\n", room);
    const std::string body = "body\r\n";
    EXPECT_EQ(forged.feed(body, room).data(), body.data());
}

} // namespace
} // namespace pillarbox::mailflow
