#include "server/smtp/incoming.hpp"

#include <utility>

namespace pillarbox::smtp {

namespace {

constexpr std::chrono::minutes message_patience{30}; // for all of DATA, or from the first BDAT on

constexpr Reply no_room{452, "4.3.1", "the server's disk is full, try again later"};
constexpr Reply bare_line_end{550, "5.6.0",
                              "bare CR or LF in the message: end lines with CR LF (curl: --crlf)"};
constexpr Reply nul_in_message{550, "5.6.0", "NUL in the message: encode binary data"};
constexpr Reply text_line_too_long{550, "5.6.0", "a line of the message is longer than 1 MiB: break it"};

std::optional<Reply> refusal_of(TextRules::Fault fault)
{
    switch (fault) {
    case TextRules::Fault::none:
        break;
    case TextRules::Fault::bare_line_end:
        return bare_line_end;
    case TextRules::Fault::nul_octet:
        return nul_in_message;
    case TextRules::Fault::line_too_long:
        return text_line_too_long;
    }
    return std::nullopt;
}

} // namespace

Reply no_room_reply(boost::system::error_code error)
{
    return error == storage::Errc::out_of_space ? no_room : unavailable;
}

Incoming::Clock::time_point Incoming::latest()
{
    return Clock::now() + message_patience;
}

Incoming::Incoming(std::unique_ptr<storage::Spool> spool, std::uint64_t most_octets,
                   std::optional<mailflow::SubmissionHeader::Fill> fill,
                   std::unique_ptr<mailflow::Arriving> arriving)
    : spool_(std::move(spool)), most_octets_(most_octets), arriving_(std::move(arriving)), deadline_(latest())
{
    if (fill) header_.emplace(std::move(*fill));
}

TextRules::BareLineFeed Incoming::bare_line_feed() const
{
    return header_ ? TextRules::BareLineFeed::mended : TextRules::BareLineFeed::refused;
}

void Incoming::announce(std::uint64_t octets)
{
    if (octets_ > most_octets_ || octets > most_octets_ - octets_) refuse(too_large);
}

void Incoming::take(std::uint64_t sent, std::string_view text, TextRules::Fault fault)
{
    octets_ += sent;
    if (const auto refusal = refusal_of(fault)) refuse(*refusal);
    if (octets_ > most_octets_) refuse(too_large);
    if (refusal_) return;
    mended_.clear();
    if (arriving_) return keep(arriving_->feed(text, mended_));
    if (!header_) return keep(text);
    header_->feed(text, mended_);
    keep(mended_);
}

void Incoming::finish()
{
    if (refusal_) return;
    mended_.clear();
    if (arriving_) return keep(arriving_->finish(mended_));
    if (!header_) return;
    header_->finish(mended_);
    keep(mended_);
}

void Incoming::refuse(const Reply& reply)
{
    if (!refusal_) refusal_ = reply;
    spool_.reset();
}

void Incoming::keep(std::string_view text)
{
    const auto kept = spool_->append(text);
    if (!kept) refuse(no_room_reply(kept.error()));
}

} // namespace pillarbox::smtp
