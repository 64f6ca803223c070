#include "server/outbound/reply_reader.hpp"

#include "server/base/ascii.hpp"
#include "server/mime/characters.hpp"

#include <algorithm>
#include <utility>

namespace pillarbox::outbound {

namespace {

constexpr std::size_t longest_reply_line = std::size_t{4} * 1024; // RFC 5321 §4.5.3.1.5 allows 512
constexpr std::size_t most_lines = 200;
constexpr std::size_t most_octets = std::size_t{64} * 1024;
constexpr std::size_t most_characters = 400; // of a server's words, as people see them

/// The number that a line begins with; 0 when it is no code, RFC 5321 §4.2.
std::uint16_t code_of(std::string_view line)
{
    const auto code = ascii::parse_number<std::uint16_t>(line.substr(0, 3));
    return line.size() >= 3 && code && *code >= 200 && *code < 600 ? *code : 0;
}

/// The enhanced status code at the beginning: class.subject.detail, RFC 3463 §2.
std::string_view status_of(std::string_view text)
{
    const auto word = text.substr(0, text.find(' '));
    std::string_view rest = word;
    const auto digits = [](std::string_view part) {
        return !part.empty() && part.size() <= 3 && std::ranges::all_of(part, ascii::is_digit);
    };
    const auto kind = ascii::take_until(rest, '.');
    const auto subject = ascii::take_until(rest, '.');
    return kind.size() == 1 && digits(kind) && digits(subject) && digits(rest) ? word : std::string_view();
}

} // namespace

std::string ServerReply::status() const
{
    const auto found = lines.empty() ? std::string_view() : status_of(lines.back());
    const auto kind = static_cast<char>('0' + code / 100);
    if (found.starts_with(kind)) return std::string(found);
    return std::string(1, kind) + ".0.0";
}

std::string ServerReply::words() const
{
    std::string text = std::to_string(code);
    for (const auto& line : lines) {
        text += ' ';
        text += line;
    }
    return mime::one_line(mime::scrub_utf8(text), most_characters);
}

std::size_t ReplyReader::feed(std::string_view octets)
{
    const auto whole = octets.size();
    while (!octets.empty() && !done_ && fault_.empty()) {
        const auto end = octets.find('\n');
        const auto part = octets.substr(0, end == std::string_view::npos ? end : end + 1);
        octets_ += part.size();
        if (line_.size() + part.size() > longest_reply_line || octets_ > most_octets) {
            fault_ = "a reply that is too long";
            break;
        }
        line_ += part;
        octets.remove_prefix(part.size());
        if (end == std::string_view::npos) break;
        take_line(std::exchange(line_, {}));
    }
    return whole - octets.size();
}

void ReplyReader::take_line(std::string_view line)
{
    line.remove_suffix(1);
    if (line.ends_with('\r')) line.remove_suffix(1);
    const auto code = code_of(line);
    const char separator = line.size() > 3 ? line[3] : ' '; // "250" alone is one too, RFC 5321 §4.2.1
    if (code == 0 || (separator != ' ' && separator != '-')) {
        fault_ = "what is no reply of SMTP";
    } else if (!reply_.lines.empty() && code != reply_.code) {
        fault_ = "a reply with two codes";
    } else if (reply_.lines.size() == most_lines) {
        fault_ = "a reply with too many lines";
    } else {
        reply_.code = code;
        reply_.lines.emplace_back(line.substr(std::min<std::size_t>(4, line.size())));
        done_ = separator == ' ';
    }
}

std::optional<ServerReply> ReplyReader::take()
{
    if (!done_) return std::nullopt;
    done_ = false;
    octets_ = 0;
    return std::exchange(reply_, {});
}

} // namespace pillarbox::outbound
