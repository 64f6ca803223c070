#pragma once

#include "server/junk/hook.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace pillarbox::junk {

/// What is said to one milter about one message, in the protocol of libmilter,
/// version 6: each step and the answer to it. No I/O: next() is what goes out,
/// feed() takes what comes back. A milter may add fields, put the message into
/// Junk and refuse it; changes of its text and of its recipients are not offered.
class MilterDialogue
{
public:
    /// The question outlives it.
    explicit MilterDialogue(const HookQuestion& question);

    /// What is to be sent now; empty when an answer is waited for, or it is over.
    std::string next();

    /// Takes octets of the milter; may be cut anywhere.
    void feed(std::string_view octets);

    /// Everything was said and answered, or the milter has decided.
    bool done() const { return step_ == Step::done; }

    /// Why it cannot be gone on with, for the log; empty while it can.
    const std::string& fault() const { return fault_; }

    /// What it says, once it is done. Empty for a milter that had nothing to say.
    HookAnswer answer() const;

private:
    enum class Step : std::uint8_t
    {
        negotiate,
        connect,
        helo,
        mail,
        recipient,
        data,
        field,
        end_of_header,
        body,
        end,
        done
    };

    std::string packet_of(Step step);
    std::string negotiation() const;
    std::string connection() const;
    bool skips(Step step) const;
    bool is_silent(Step step) const;
    void advance();
    void enter_fields();
    void take(char code, std::string_view data);
    void take_negotiation(std::string_view data);
    void take_verdict(char code, std::string_view data);
    void take_change(char code, std::string_view data);
    void fail(std::string why);

    const HookQuestion& question_;
    Step step_ = Step::negotiate;
    bool sent_ = false;          // the step was said, and is to be answered
    std::uint32_t left_out_ = 0; // bits of SMFIP_NO... and SMFIP_NR...
    std::size_t recipient_ = 0;
    std::size_t refused_recipients_ = 0;
    std::string_view fields_; // that were not said yet
    std::string_view body_;   // the same
    std::string unread_;
    std::string fault_;
    std::optional<HookAnswer::Refusal> refusal_;
    std::string added_; // fields
    std::optional<std::string> quarantine_;
};

/// What ends the connection, once a dialogue is done.
std::string milter_quit();

} // namespace pillarbox::junk
