#pragma once

#include <chrono>
#include <string>

namespace pillarbox::mailflow {

/// Something that was done to an account, which its owner ought to know of in
/// case it was somebody else.
struct AccountNotice
{
    std::string address;  // whose
    std::string hostname; // of the server
    std::string id;       // letters and digits that nobody guesses: its Message-ID
    std::chrono::sys_seconds time{};
    std::string subject; // "Your password was changed", in ASCII
    std::string detail;  // a sentence or two that say more, in one line; may be empty
    std::string peer;    // the address from which it was done
    std::string agent;   // what the browser calls itself; may be empty
};

/// It as a message: what happened, when and from where, and what to do.
std::string account_notice(const AccountNotice& notice);

} // namespace pillarbox::mailflow
