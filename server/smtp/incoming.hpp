#pragma once

#include "server/mailflow/arriving.hpp"
#include "server/mailflow/submission_header.hpp"
#include "server/smtp/reply.hpp"
#include "server/smtp/text_rules.hpp"
#include "storage/body.hpp"

#include <boost/system/error_code.hpp>

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace pillarbox::smtp {

inline constexpr Reply too_large{552, "5.3.4",
                                 "the message is too large: SIZE in the reply to EHLO says what may be"};

/// How a storage error is told to a client that is about to send a message, or does.
Reply no_room_reply(boost::system::error_code error);

/// A message on its way in, whichever command brings it: its size, what is
/// wrong with it, and its text in a spool. The first thing that is wrong
/// stands, and the spool gives its space back at once. No I/O but the spool's.
class Incoming
{
public:
    using Clock = std::chrono::steady_clock;

    /// Until when a message that begins now must have come.
    static Clock::time_point latest();

    /// `fill` is for a submission: what its header section gets where it lacks it.
    /// `arriving` is for what another server brings, and looks at all of it.
    Incoming(std::unique_ptr<storage::Spool> spool, std::uint64_t most_octets,
             std::optional<mailflow::SubmissionHeader::Fill> fill,
             std::unique_ptr<mailflow::Arriving> arriving = nullptr);

    /// For the reader: a submission's bare LF is mended.
    TextRules::BareLineFeed bare_line_feed() const;

    /// So many octets will come now. One more than the limit is wrong before it has come.
    void announce(std::uint64_t octets);

    /// `sent` octets came, of which a reader made `text`; `fault` is what it has found so far.
    void take(std::uint64_t sent, std::string_view text, TextRules::Fault fault);

    /// The message is over.
    void finish();

    /// Why it cannot be accepted, if so.
    const std::optional<Reply>& refusal() const { return refusal_; }

    std::uint64_t octets() const { return octets_; } // as sent, dots undone: RFC 1870 §3
    Clock::time_point deadline() const { return deadline_; }

    /// The header section of a submission, once it is over.
    const std::string& head() const { return header_->head(); }

    /// The text, for who accepts it.
    std::unique_ptr<storage::Spool> text() { return std::move(spool_); }
    std::unique_ptr<mailflow::Arriving> arriving() { return std::move(arriving_); }

private:
    void refuse(const Reply& reply);
    void keep(std::string_view text);

    std::unique_ptr<storage::Spool> spool_;
    std::uint64_t most_octets_;
    std::optional<mailflow::SubmissionHeader> header_;
    std::unique_ptr<mailflow::Arriving> arriving_;
    std::optional<Reply> refusal_;
    std::uint64_t octets_ = 0;
    Clock::time_point deadline_;
    std::string mended_;
};

} // namespace pillarbox::smtp
