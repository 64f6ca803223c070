#include "server/transfer/arrival.hpp"

#include "server/mime/date.hpp"
#include "server/mime/header.hpp"

#include <algorithm>

namespace pillarbox::transfer {

std::chrono::sys_seconds arrival_of(std::string_view head, std::chrono::sys_seconds now)
{
    const mime::Header header(head);
    if (const auto* received = header.find("Received")) { // each is put on top, RFC 5321 §4.4
        const auto semicolon = received->body.rfind(';');
        const auto date = semicolon == std::string_view::npos ? "" : received->body.substr(semicolon + 1);
        if (const auto parsed = mime::parse_date(date)) return std::min(parsed->time, now);
    }
    if (const auto* date = header.find("Date")) {
        if (const auto parsed = mime::parse_date(date->body)) return std::min(parsed->time, now);
    }
    return now;
}

} // namespace pillarbox::transfer
