#include "server/mailflow/submission_header.hpp"

#include "server/base/ascii.hpp"
#include "server/mime/date.hpp"
#include "server/mime/header.hpp"

#include <algorithm>

namespace pillarbox::mailflow {

namespace {

/// The section without its Bcc fields.
std::string without_bcc(std::string_view section, const mime::Header& header)
{
    std::string kept;
    std::size_t from = 0;
    for (const mime::Field& field : header.fields()) {
        if (!ascii::equal(field.name, "Bcc") && !ascii::equal(field.name, "Resent-Bcc")) continue;
        const auto begin = static_cast<std::size_t>(field.name.data() - section.data());
        const auto body_end =
            static_cast<std::size_t>(field.body.data() - section.data()) + field.body.size();
        kept += section.substr(from, begin - from);
        from = std::min(body_end + 2, section.size()); // its CRLF goes too
    }
    return kept += section.substr(from);
}

} // namespace

void SubmissionHeader::feed(std::string_view octets, std::string& out)
{
    if (passed_) {
        out += octets;
        return;
    }
    // The empty line may lie across two pieces.
    const std::size_t seen = held_.size();
    held_ += octets;
    std::size_t end = std::string::npos;
    if (held_.starts_with("\r\n")) {
        end = 2;
    } else if (const auto at = held_.find("\r\n\r\n", seen < 3 ? 0 : seen - 3); at != std::string::npos) {
        end = at + 4;
    }
    if (end == std::string::npos && held_.size() <= mime::most_header_octets) return;

    const std::string all = std::move(held_);
    held_.clear();
    held_ = all.substr(0, std::min(end, all.size()));
    pass_on(std::string_view(all).substr(held_.size()), out);
}

void SubmissionHeader::finish(std::string& out)
{
    if (!passed_) pass_on({}, out);
}

void SubmissionHeader::pass_on(std::string_view body, std::string& out)
{
    passed_ = true;
    const std::string section = std::move(held_);
    held_ = {};
    const mime::Header header(section);
    if (header.faults().beyond_limits()) {
        head_ = section;
        out += section;
        out += body;
        return;
    }

    std::string added;
    if (header.count("From") == 0) added += "From: " + fill_.from + "\r\n";
    if (header.count("Date") == 0) added += "Date: " + mime::format_date(fill_.time) + "\r\n";
    if (header.count("Message-ID") == 0) added += "Message-ID: " + fill_.message_id + "\r\n";
    const bool headless = header.fields().empty() && !section.starts_with("\r\n");
    if (headless) {
        // The text began at once; all of it is body.
        head_ = added + "\r\n";
        out += head_;
        out += section;
    } else {
        head_ = added + without_bcc(section, header);
        out += head_;
    }
    out += body;
}

} // namespace pillarbox::mailflow
