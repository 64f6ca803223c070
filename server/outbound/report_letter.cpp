#include "server/outbound/report_letter.hpp"

#include "server/base/ascii.hpp"
#include "server/base/base64.hpp"
#include "server/base/fnv.hpp"
#include "server/mime/date.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <chrono>

namespace pillarbox::outbound {

namespace {

constexpr std::size_t base64_line = 76; // RFC 2045 §6.8

std::string in_lines(std::string_view text)
{
    std::string out;
    for (; !text.empty(); text.remove_prefix(std::min(base64_line, text.size())))
        out += fmt::format("{}\r\n", text.substr(0, base64_line));
    return out;
}

int hex_digit(char c)
{
    if (ascii::is_digit(c)) return c - '0';
    const char l = ascii::lower(c);
    return l >= 'a' && l <= 'f' ? l - 'a' + 10 : -1;
}

std::chrono::sys_days date_of(std::int64_t day)
{
    return std::chrono::sys_days(std::chrono::days(day));
}

} // namespace

std::string mailto_address(std::string_view uri)
{
    constexpr std::string_view scheme = "mailto:";
    if (!ascii::starts_with(uri, scheme)) return {};
    uri.remove_prefix(scheme.size());
    uri = uri.substr(0, uri.find('?'));
    std::string address;
    while (!uri.empty()) {
        char c = uri.front();
        uri.remove_prefix(1);
        if (c == '%') {
            if (uri.size() < 2 || hex_digit(uri[0]) < 0 || hex_digit(uri[1]) < 0) return {};
            c = static_cast<char>(hex_digit(uri[0]) * 16 + hex_digit(uri[1]));
            uri.remove_prefix(2);
        }
        address += c;
    }
    // It is written into a header and into the queue: no spaces, no lists, no quoted strings.
    const auto plain = [](char c) {
        return c > ' ' && c <= '~' && c != '"' && c != ',' && c != '<' && c != '>';
    };
    const auto at = address.find('@');
    const bool one = at != std::string::npos && at > 0 && at + 1 < address.size() && address.rfind('@') == at;
    return one && std::ranges::all_of(address, plain) ? address : std::string();
}

std::string report_id(std::int64_t day, std::string_view domain, std::string_view hostname)
{
    const std::chrono::year_month_day date(date_of(day));
    return fmt::format("{:04}{:02}{:02}x{:016x}", static_cast<int>(date.year()),
                       static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                       fnv1a(fmt::format("{} {}", domain, hostname)));
}

std::string report_file_name(std::string_view organization, std::string_view domain, std::int64_t day,
                             std::string_view id)
{
    const std::chrono::sys_seconds begin = date_of(day);
    const std::chrono::sys_seconds end = date_of(day + 1);
    return fmt::format("{}!{}!{}!{}!{}", organization, domain, begin.time_since_epoch().count(),
                       end.time_since_epoch().count() - 1, id);
}

std::string ReportLetter::text(std::string_view to, storage::Time now) const
{
    const std::string boundary = "report-" + id;
    std::string text = fmt::format("Date: {}\r\n"
                                   "From: <{}>\r\n"
                                   "To: <{}>\r\n"
                                   "Subject: Report Domain: {}\r\n"
                                   " Submitter: {}\r\n"
                                   " Report-ID: <{}@{}>\r\n"
                                   "Message-ID: <{}@{}>\r\n"
                                   "{}"
                                   "Auto-Submitted: auto-generated\r\n" // RFC 3834 §5
                                   "MIME-Version: 1.0\r\n"
                                   "Content-Type: {};\r\n"
                                   " boundary=\"{}\"\r\n"
                                   "\r\n",
                                   mime::format_date(now), contact, to, domain, organization, id,
                                   organization, id, hostname, fields, type, boundary);
    text += fmt::format("--{0}\r\n"
                        "Content-Type: text/plain; charset=us-ascii\r\n"
                        "\r\n"
                        "{1}"
                        "\r\n"
                        "--{0}\r\n"
                        "Content-Type: {2}\r\n"
                        "Content-Transfer-Encoding: base64\r\n"
                        "Content-Disposition: attachment;\r\n"
                        " filename=\"{3}\"\r\n"
                        "\r\n"
                        "{4}"
                        "--{0}--\r\n",
                        boundary, introduction, attachment_type, attachment_name,
                        in_lines(base64_encode(attachment)));
    return text;
}

std::size_t ReportLetter::attachment_octets() const
{
    const auto characters = (attachment.size() + 2) / 3 * 4;
    return characters + (characters + base64_line - 1) / base64_line * 2;
}

} // namespace pillarbox::outbound
