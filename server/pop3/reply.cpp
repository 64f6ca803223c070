#include "server/pop3/reply.hpp"

#include "server/base/ascii.hpp"
#include "storage/result.hpp"

#include <algorithm>
#include <array>
#include <charconv>

namespace pillarbox::pop3::reply {

namespace {

std::string line(std::string_view status, std::string_view text)
{
    std::string reply(status);
    if (!text.empty()) {
        reply += ' ';
        reply += text;
    }
    reply += crlf;
    return reply;
}

template <class Number>
void append(std::string& text, Number number)
{
    std::array<char, 20> digits; // of 64 bits
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr;
    text.append(digits.data(), end);
}

} // namespace

std::string ok(std::string_view text)
{
    return line("+OK", text);
}

std::string error(std::string_view text)
{
    return line("-ERR", text);
}

std::string error(std::string_view code, std::string_view text)
{
    std::string coded = "[";
    coded += code;
    coded += "] ";
    coded += text;
    return line("-ERR", coded);
}

std::string system_error(boost::system::error_code why, Text text, Language language)
{
    if (why == storage::Errc::unavailable) return error("SYS/PERM", say(Text::store_failed, language));
    return error("SYS/TEMP", say(text, language));
}

std::string greeting(std::string_view timestamp)
{
    std::string text = "Pillarbox POP3 ready ";
    text += timestamp;
    return ok(text);
}

std::string challenge(std::string_view text)
{
    std::string reply = "+ "; // the space stays when nothing follows, RFC 5034 §4
    reply += text;
    reply += crlf;
    return reply;
}

void scan_listing(std::string& text, std::uint32_t number, std::uint64_t octets)
{
    append(text, number);
    text += ' ';
    append(text, octets);
}

void unique_id_listing(std::string& text, std::uint32_t number, const storage::UniqueId& unique_id)
{
    append(text, number);
    text += ' ';
    unique_id.append_to(text);
}

std::string capabilities(const Offer& offer)
{
    std::string text = ok(say(Text::capabilities_follow, offer.language));
    text += "TOP\r\n"
            "UIDL\r\n"
            "RESP-CODES\r\n"     // RFC 2449 §6.4
            "AUTH-RESP-CODE\r\n" // RFC 3206
            "PIPELINING\r\n";
    const std::string_view of_a_user = " USER\r\n";
    if (offer.expire == storage::never_expires) {
        text += "EXPIRE NEVER\r\n"; // RFC 2449 §6.7
    } else if (offer.expire) {
        text += "EXPIRE ";
        append(text, offer.expire->count());
        text += offer.own_expire ? of_a_user : crlf;
    }
    if (offer.login_delay) {
        text += "LOGIN-DELAY "; // RFC 2449 §6.5
        append(text, offer.login_delay->count());
        text += offer.own_login_delay ? of_a_user : crlf;
    }
    if (offer.implementation) text += "IMPLEMENTATION Pillarbox\r\n";
    text += "LANG\r\n"; // RFC 6856 §3.1
    if (offer.passwords)
        text +=
            "USER\r\nSASL " + offer.mechanisms + "\r\nUTF8 USER\r\n"; // RFC 6856 §2.2: and in USER and PASS
    else
        text += "UTF8\r\n";
    if (offer.stls) text += "STLS\r\n"; // RFC 2595 §4
    text += end;
    return text;
}

std::string mechanisms(const Offer& offer)
{
    std::string text = ok(say(Text::mechanisms_follow, offer.language));
    std::string_view names = offer.passwords ? std::string_view(offer.mechanisms) : std::string_view();
    while (!names.empty()) {
        text += ascii::take_until(names, ' ');
        text += crlf;
    }
    text += end;
    return text;
}

std::string languages(Language language)
{
    std::string text = ok(say(Text::languages_follow, language));
    for (std::size_t i = 0; i < language_count; ++i) {
        text += tag_of(static_cast<Language>(i));
        text += ' ';
        text += name_of(static_cast<Language>(i));
        text += crlf;
    }
    text += end;
    return text;
}

std::string language_changed(Language language)
{
    std::string text(tag_of(language));
    text += ' ';
    text += say(Text::language_changed, language);
    return ok(text);
}

std::string_view Stuffer::feed(std::string_view piece)
{
    if (satisfied_) return {};
    if (lines_left_) piece = up_to_the_last_line(piece);
    if (piece.empty()) return {};

    // Whether octet `i` begins a line, by what stands before it.
    const auto begins_line = [&](std::size_t i) {
        return i == 0 ? at_line_start_ : piece[i - 1] == '\n' && ends_line(piece, i - 1);
    };
    stuffed_.clear();
    std::size_t copied = 0;
    // There are fewer dots than lines: in base64, which is most of what is long, none.
    for (auto dot = piece.find('.'); dot != std::string_view::npos; dot = piece.find('.', dot + 1)) {
        if (!begins_line(dot)) continue;
        stuffed_ += piece.substr(copied, dot - copied);
        stuffed_ += '.';
        copied = dot;
    }
    const bool ended = piece.back() == '\n' && ends_line(piece, piece.size() - 1);
    at_line_start_ = ended;
    previous_ = piece.back();
    if (copied == 0 && stuffed_.empty()) return piece; // no dot at all
    stuffed_ += piece.substr(copied);
    return stuffed_;
}

std::string Stuffer::finish() const
{
    // A message that does not end with a line end gets one: the end stands on
    // a line of its own.
    std::string text;
    if (!at_line_start_) text += crlf;
    text += end;
    return text;
}

/// The part of `piece` that TOP still wants.
std::string_view Stuffer::up_to_the_last_line(std::string_view piece)
{
    std::size_t start = 0;
    for (auto feed = piece.find('\n'); feed != std::string_view::npos; feed = piece.find('\n', start)) {
        line_octets_ += feed + 1 - start;
        start = feed + 1;
        if (!ends_line(piece, feed)) continue;
        const bool empty = line_octets_ == crlf.size();
        line_octets_ = 0;
        if (in_body_)
            --*lines_left_;
        else
            in_body_ = empty;
        satisfied_ = in_body_ && *lines_left_ == 0;
        if (satisfied_) return piece.substr(0, start);
    }
    line_octets_ += piece.size() - start;
    return piece;
}

bool Stuffer::ends_line(std::string_view piece, std::size_t line_feed) const
{
    return (line_feed == 0 ? previous_ : piece[line_feed - 1]) == '\r';
}

} // namespace pillarbox::pop3::reply
