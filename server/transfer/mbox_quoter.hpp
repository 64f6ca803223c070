#pragma once

#include "server/transfer/line_ends.hpp"

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

namespace pillarbox::transfer {

/// Writes one message into an mbox after another: LF for CRLF, and a `>` before
/// each line that is From_ behind any number of them, so that taking it off
/// again gives the message as it was (known as mboxrd). Octets may come cut
/// anywhere.
class MboxQuoter
{
public:
    /// The lines before a message: who it came from, by the Return-Path that
    /// `head` may begin with, when it came, and its flags.
    static std::string begin(std::string_view head, std::chrono::sys_seconds received, std::uint32_t flags);

    void append(std::string_view octets, std::string& out);

    /// The end of a message: ends its last line, and adds the empty one that
    /// the format wants. Then another may come.
    void finish(std::string& out);

private:
    void quote(std::string_view octets, std::string& out);

    ToFile line_ends_;
    std::string with_file_ends_;
    std::string held_;       // of a line's beginning that may be one to quote
    bool line_start_ = true; // and so nothing of this line was let go
};

} // namespace pillarbox::transfer
