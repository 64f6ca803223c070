#pragma once

#include "server/junk/score.hpp"

#include <optional>
#include <string>
#include <vector>

namespace pillarbox::junk {

/// A message that a program beside the server is asked about.
struct HookQuestion
{
    std::string client; // its address
    std::string helo;
    std::string hostname; // ours
    std::string reverse_path;
    std::vector<std::string> recipients; // forward-paths
    std::string message;                 // in wire form
};

/// What it says.
struct HookAnswer
{
    struct Refusal
    {
        bool for_good = true; // 550; else 451
        std::string text;     // printable ASCII
    };

    std::optional<Refusal> refusal{};
    std::vector<Reason> reasons{};
    std::string fields{}; // to be put before the message, with CRLF
};

/// Text of such a program as it may stand in a reply: printable ASCII in one
/// line, not long.
std::string reply_text(std::string_view text);

} // namespace pillarbox::junk
