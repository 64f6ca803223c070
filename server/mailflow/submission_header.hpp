#pragma once

#include <chrono>
#include <string>
#include <string_view>

namespace pillarbox::mailflow {

/// Mends the header section of a message that a user submits, on its way into
/// the spool: adds From, Date and Message-ID where they are missing (RFC 6409
/// §8), and takes out Bcc, so that no recipient sees whom it named (RFC 5322
/// §3.6.3). A message that has no header section at all is given one. The rest
/// stays as it came. No I/O; told the time.
class SubmissionHeader
{
public:
    struct Fill
    {
        std::string from;       // an address
        std::string message_id; // with its angle brackets
        std::chrono::sys_seconds time{};
    };

    explicit SubmissionHeader(Fill fill) : fill_(std::move(fill)) {}

    /// Takes the message in pieces, in wire form, and appends to `out` what
    /// goes on: nothing until the header section is complete. One above the
    /// limit of mime::most_header_octets is passed on as it is: Intake refuses it.
    void feed(std::string_view octets, std::string& out);

    /// The message is over: whatever was held back goes on.
    void finish(std::string& out);

    /// The header section as it was passed on, for looking at its fields.
    /// Complete once the body has begun or finish() was called.
    const std::string& head() const { return head_; }

private:
    void pass_on(std::string_view body, std::string& out);

    Fill fill_;
    std::string held_; // until the empty line
    std::string head_;
    bool passed_ = false;
};

} // namespace pillarbox::mailflow
