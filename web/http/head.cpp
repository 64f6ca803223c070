#include "web/http/head.hpp"

#include "server/base/ascii.hpp"
#include "web/http/message.hpp"

#include <algorithm>

namespace pillarbox::http {

namespace {

// RFC 9110 §5.6.2
bool is_token(std::string_view text)
{
    const auto token_octet = [](char c) {
        return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
               std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos;
    };
    return !text.empty() && std::ranges::all_of(text, token_octet);
}

bool is_digits(std::string_view text)
{
    return !text.empty() && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

} // namespace

void HeadReader::refuse(unsigned status, std::string_view detail)
{
    if (!refusal_) refusal_ = Refusal{status, std::string(detail)};
}

std::size_t HeadReader::feed(std::string_view octets)
{
    std::size_t used = 0;
    while (used < octets.size() && !done_ && !refusal_) {
        const char c = octets[used++];
        const bool after_cr = !text_.empty() && text_.back() == '\r';
        text_ += c;
        if (after_cr != (c == '\n')) {
            refuse(400, "A line must end in CR LF."); // RFC 9112 §2.2: bare CR is refused; bare LF here too
        } else if (c == '\n') {
            const std::string_view line(text_.data() + line_start_, text_.size() - line_start_ - 2);
            if (line_start_ == 0 && line.empty() && text_.size() == 2) {
                text_.clear(); // RFC 9112 §2.2: an empty line before the request is ignored
                continue;
            }
            if (line.empty()) {
                done_ = true;
                check_whole();
            } else if (line_start_ == 0) {
                check_request_line(line);
            } else {
                check_field(line);
            }
            line_start_ = text_.size();
        } else if (const auto u = static_cast<unsigned char>(c);
                   (u < 0x20 && c != '\t' && c != '\r') || u == 0x7f) {
            refuse(400, "The request contains a control character.");
        } else if (line_start_ == 0 && text_.size() > longest_line + 1) {
            refuse(414, "The request line is longer than 8 KiB.");
        } else if (text_.size() >= longest_head) {
            refuse(431, "The header is longer than 32 KiB.");
        }
    }
    return used;
}

void HeadReader::check_request_line(std::string_view line)
{
    const auto first = line.find(' ');
    const auto last = line.rfind(' ');
    if (first == std::string_view::npos || first == last) return refuse(400, "This is not an HTTP request.");
    const auto target = line.substr(first + 1, last - first - 1);
    const auto version = line.substr(last + 1);
    const auto visible = [](char c) { return c > 0x20 && c < 0x7f; };
    if (!is_token(line.substr(0, first))) return refuse(400, "The method is malformed.");
    if (target.empty() || !std::ranges::all_of(target, visible))
        return refuse(400, "The target is malformed.");
    if (version == "HTTP/1.0") {
        old_ = true;
    } else if (version != "HTTP/1.1") {
        const bool http = version.starts_with("HTTP/") && version.size() == 8;
        refuse(http ? 505 : 400, "This server speaks HTTP/1.1.");
    }
}

void HeadReader::check_field(std::string_view line)
{
    if (++fields_ > most_fields) return refuse(431, "The header has more than 100 fields.");
    // RFC 9112 §5.2: folded lines are refused.
    if (line.front() == ' ' || line.front() == '\t') return refuse(400, "A header line is folded.");
    const auto colon = line.find(':');
    // RFC 9112 §5.1: no space between name and colon; is_token() knows none.
    if (colon == std::string_view::npos || !is_token(line.substr(0, colon)))
        return refuse(400, "A header field is malformed.");
    check_content(line.substr(0, colon), ascii::trim(line.substr(colon + 1)));
}

void HeadReader::check_content(std::string_view name, std::string_view value)
{
    if (ascii::equal(name, "Host")) {
        ++hosts_;
    } else if (ascii::equal(name, "Content-Length")) {
        // RFC 9112 §6.3: repeated or listed lengths may be refused, and are.
        if (length_ || !is_digits(value) || value.size() > 18)
            refuse(400, "The Content-Length is malformed.");
        length_ = true;
    } else if (ascii::equal(name, "Transfer-Encoding")) {
        if (chunked_) refuse(400, "The Transfer-Encoding is given twice.");
        // RFC 9112 §6.1: a coding that is not understood is 501.
        if (!ascii::equal(value, "chunked")) refuse(501, "The only transfer coding known here is chunked.");
        chunked_ = true;
    } else if (ascii::equal(name, "Content-Encoding")) {
        if (!ascii::equal(value, "identity")) refuse(415, "Request bodies must not be compressed.");
    } else if (ascii::equal(name, "Expect")) {
        // RFC 9110 §10.1.1
        if (!ascii::equal(value, "100-continue"))
            refuse(417, "The only expectation known here is 100-continue.");
    }
}

void HeadReader::check_whole()
{
    // RFC 9112 §3.2: no Host, or two, is 400. HTTP/1.0 must name one too, for
    // the check against rebinding is of no use otherwise.
    if (hosts_ != 1) return refuse(400, "The request must have exactly one Host field.");
    if (chunked_ && (length_ || old_))
        refuse(400, "Transfer-Encoding must not meet Content-Length or HTTP/1.0."); // RFC 9112 §6.1
}

} // namespace pillarbox::http
