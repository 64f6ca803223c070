#pragma once

#include <chrono>
#include <cstdint>
#include <string>

namespace pillarbox::mailflow {

/// What the first message on a new server says.
struct Welcome
{
    std::string address;  // whose
    std::string hostname; // of the server
    std::string id;       // letters and digits that nobody guesses: its Message-ID
    std::chrono::sys_seconds time{};
    std::uint16_t pop3s = 995; // ports, 0 where nothing listens
    std::uint16_t submissions = 465;
};

/// It as a message: what to enter into a mail program, and what is left to do.
std::string welcome_message(const Welcome& welcome);

} // namespace pillarbox::mailflow
