#include "server/net/transcript.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <exception>
#include <iterator>
#include <utility>

namespace pillarbox::net {

namespace {

constexpr std::size_t room_for_the_end = 1024; // reason and last words
constexpr std::string_view crlf = "\r\n";

} // namespace

Transcript::Transcript(About about, Keeper& keeper)
    : about_(std::move(about)), keeper_(keeper), began_(Clock::now())
{}

std::chrono::milliseconds Transcript::since_beginning() const
{
    return std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - began_);
}

template <class Write>
void Transcript::line(Write write) noexcept
{
    // Nothing behind a gap: what is kept is the beginning, whole.
    if (left_out_ > 0) {
        ++left_out_;
        return;
    }
    const std::size_t before = text_.size();
    try {
        write();
        text_ += '\n';
    } catch (const std::exception&) { // no memory
        text_.resize(before);
        ++left_out_;
        return;
    }
    if (text_.size() <= room_) return;
    text_.resize(before);
    ++left_out_;
}

void Transcript::begin(std::string_view mark)
{
    const auto time = since_beginning().count();
    fmt::format_to(std::back_inserter(text_), "{}.{:03} {} ", time / 1000, time % 1000, mark);
}

/// What could end the line, move a cursor or be no text is escaped.
void Transcript::append(std::string_view text)
{
    for (const char c : text) {
        if (c == '\\')
            text_ += "\\\\";
        else if (c >= ' ' && c <= '~')
            text_ += c;
        else
            fmt::format_to(std::back_inserter(text_), "\\x{:02x}", static_cast<unsigned char>(c));
    }
}

void Transcript::heard(const Shown& shown) noexcept
{
    line([&] {
        begin("C:");
        append(shown.text);
        if (shown.withheld.empty()) return;
        if (!shown.text.empty()) text_ += ' ';
        text_ += '<';
        text_ += shown.withheld;
        text_ += '>';
    });
}

void Transcript::said(std::string_view lines) noexcept
{
    while (!lines.empty()) {
        const auto end = std::min(lines.find(crlf), lines.size());
        const std::string_view one = lines.substr(0, end);
        lines.remove_prefix(std::min(end + crlf.size(), lines.size()));
        if (hiding_) {
            ++hidden_;
            continue;
        }
        line([&] {
            begin("S:");
            append(one);
        });
    }
}

void Transcript::note(std::string_view what) noexcept
{
    line([&] {
        begin("**");
        append(what);
    });
}

void Transcript::ended(std::string_view reason) noexcept
{
    about_.lasted = since_beginning();
    try {
        about_.end = !reason.empty() ? reason : quit_ ? "quit" : "closed";
    } catch (const std::exception&) {
        about_.end = "ended"; // no memory for more
    }
    room_ = text_.size() + room_for_the_end;
    const auto left_out = std::exchange(left_out_, 0);
    if (left_out > 0) {
        line([&] {
            begin("**");
            fmt::format_to(std::back_inserter(text_), "{} lines left out", left_out);
        });
    }
    note(about_.end);
}

void Transcript::finish() noexcept
{
    keeper_.keep(std::move(about_), std::move(text_));
}

Transcript::Hidden::Hidden(Transcript* transcript) : transcript_(transcript)
{
    if (!transcript_) return;
    transcript_->hiding_ = true;
    transcript_->hidden_ = 0;
}

Transcript::Hidden::~Hidden()
{
    if (!transcript_) return;
    transcript_->hiding_ = false;
    if (transcript_->hidden_ == 0) return;
    transcript_->line([this] {
        transcript_->begin("**");
        fmt::format_to(std::back_inserter(transcript_->text_), "{} challenges and responses left out",
                       transcript_->hidden_);
    });
}

Passing::~Passing()
{
    if (!transcript_) return;
    transcript_->line([this] {
        transcript_->begin(from_ == From::client ? "C:" : "S:");
        auto out = std::back_inserter(transcript_->text_);
        fmt::format_to(out, "<{} octets of {}", octets_, what_);
        if (number_ != 0) fmt::format_to(out, " {}", number_);
        transcript_->text_ += '>';
    });
}

} // namespace pillarbox::net
