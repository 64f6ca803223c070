#include "server/mime/transfer.hpp"

#include "server/base/ascii.hpp"
#include "server/mime/characters.hpp"

namespace pillarbox::mime {

namespace {

// A line of quoted-printable has at most 76 characters (RFC 2045 §6.7 (5)); a
// longer run of white space than any line may have is not the end of one.
constexpr std::size_t most_held = 1000;

int base64_value(char c)
{
    if (c >= 'A' && c <= 'Z') return c - 'A';
    if (c >= 'a' && c <= 'z') return c - 'a' + 26;
    if (c >= '0' && c <= '9') return c - '0' + 52;
    if (c == '+') return 62;
    if (c == '/') return 63;
    return -1;
}

} // namespace

Encoding parse_encoding(std::string_view body)
{
    body = trim(body);
    // Some write a comment or a parameter behind it.
    std::size_t length = 0;
    while (length < body.size() && !is_space(body[length]) && body[length] != ';' && body[length] != '(')
        ++length;
    const std::string_view word = body.substr(0, length);
    if (word.empty() || ascii::equal(word, "7bit") || ascii::equal(word, "8bit") ||
        ascii::equal(word, "binary")) {
        return Encoding::identity;
    }
    if (ascii::equal(word, "quoted-printable")) return Encoding::quoted_printable;
    if (ascii::equal(word, "base64")) return Encoding::base64;
    return Encoding::unknown;
}

void TransferDecoder::feed(std::string_view piece, std::string& out)
{
    switch (encoding_) {
    case Encoding::identity:
    case Encoding::unknown:
        out += piece;
        return;
    case Encoding::base64:
        feed_base64(piece, out);
        return;
    case Encoding::quoted_printable:
        for (const char c : piece)
            feed_quoted(c, out);
        return;
    }
}

void TransferDecoder::finish(std::string& out)
{
    end_quantum(out);
    // White space at the end of the last line goes (RFC 2045 §6.7 (3)), and so
    // does a soft line break that nothing follows.
    if (held_.starts_with('=') && held_.size() > 1 && hex_value(held_[1]) >= 0) out += held_;
    held_.clear();
}

void TransferDecoder::feed_base64(std::string_view piece, std::string& out)
{
    out.reserve(out.size() + piece.size() / 4 * 3 + 3);
    for (const char c : piece) {
        const int value = base64_value(c);
        if (value >= 0) {
            quantum_ = (quantum_ << 6U) | static_cast<std::uint32_t>(value);
            if (++characters_ == 4) {
                out += static_cast<char>(quantum_ >> 16U);
                out += static_cast<char>(quantum_ >> 8U);
                out += static_cast<char>(quantum_);
                quantum_ = 0;
                characters_ = 0;
            }
        } else if (c == '=') {
            // The end, or of one of several pieces that were joined unread.
            end_quantum(out);
        }
    }
}

void TransferDecoder::end_quantum(std::string& out)
{
    if (characters_ >= 2) out += static_cast<char>(quantum_ >> (characters_ == 2 ? 4U : 10U));
    if (characters_ == 3) out += static_cast<char>(quantum_ >> 2U);
    quantum_ = 0;
    characters_ = 0;
}

void TransferDecoder::feed_quoted(char c, std::string& out)
{
    if (held_.starts_with('=')) {
        if (held_.size() == 1) {
            if (c == '\n') {
                held_.clear(); // a soft line break, RFC 2045 §6.7 (5)
            } else if (is_space(c) || hex_value(c) >= 0) {
                held_ += c;
            } else {
                out += held_;
                held_.clear();
                feed_quoted(c, out);
            }
            return;
        }
        const int high = hex_value(held_[1]);
        if (high >= 0) {
            const int low = hex_value(c);
            if (low >= 0) {
                out += static_cast<char>(high * 16 + low);
                held_.clear();
                return;
            }
            out += held_;
            held_.clear();
            feed_quoted(c, out);
            return;
        }
        // "=" and white space: a soft line break if the line ends here.
        if (c == '\n') {
            held_.clear();
        } else if (is_space(c) && held_.size() < most_held) {
            held_ += c;
        } else {
            out += held_;
            held_.clear();
            feed_quoted(c, out);
        }
        return;
    }
    if (is_wsp(c) || c == '\r') {
        if (held_.size() >= most_held) {
            out += held_;
            held_.clear();
        }
        held_ += c;
        return;
    }
    if (c == '\n') {
        // White space before a line end was added under way (RFC 2045 §6.7 (3)).
        out += held_.ends_with('\r') ? "\r\n" : "\n";
        held_.clear();
        return;
    }
    out += held_;
    held_.clear();
    if (c == '=') {
        held_ += c;
    } else {
        out += c;
    }
}

std::string decode_transfer(Encoding encoding, std::string_view octets)
{
    std::string out;
    TransferDecoder decoder{encoding};
    decoder.feed(octets, out);
    decoder.finish(out);
    return out;
}

std::uint64_t decoded_size_estimate(Encoding encoding, std::uint64_t encoded)
{
    // Lines of 76 characters and CRLF carry 57 octets.
    return encoding == Encoding::base64 ? encoded / 78 * 57 + encoded % 78 * 3 / 4 : encoded;
}

} // namespace pillarbox::mime
