#include "server/mailflow/forged_results.hpp"

#include "server/base/ascii.hpp"
#include "server/junk/score_field.hpp"
#include "server/mailauth/results.hpp"
#include "server/mime/header.hpp"

namespace pillarbox::mailflow {

std::string_view ForgedResults::feed(std::string_view octets, std::string& room)
{
    if (header_is_over_) return octets;
    while (!octets.empty() && !header_is_over_) {
        const auto end = octets.find('\n');
        if (end == std::string_view::npos) {
            line_ += octets;
            octets = {};
            // Intake refuses such a header section, whatever is in it.
            if (line_.size() > mime::most_field_octets) return finish(room);
            break;
        }
        line_ += octets.substr(0, end + 1);
        octets.remove_prefix(end + 1);
        take_line(std::exchange(line_, {}), room);
    }
    room += octets;
    return room;
}

std::string_view ForgedResults::finish(std::string& room)
{
    if (header_is_over_) return {};
    header_is_over_ = true;
    if (line_.starts_with(' ') || line_.starts_with('\t')) {
        field_ += line_;
    } else {
        pass_field(room);
        field_ = line_;
    }
    line_.clear();
    pass_field(room);
    return room;
}

void ForgedResults::take_line(std::string_view line, std::string& room)
{
    const bool folded = line.starts_with(' ') || line.starts_with('\t');
    if (!folded) pass_field(room);
    field_ += line;
    header_is_over_ = line == "\r\n" || line == "\n" || field_.size() > mime::most_field_octets;
    if (header_is_over_) pass_field(room);
}

/// The field is complete.
void ForgedResults::pass_field(std::string& room)
{
    const auto colon = field_.find(':');
    bool forged = false;
    if (colon != std::string::npos && field_.size() <= mime::most_field_octets) {
        const std::string_view field = field_;
        const auto name = ascii::trim(field.substr(0, colon));
        forged = (ascii::equal(name, "Authentication-Results") &&
                  mailauth::claims_to_be_from(field.substr(colon + 1), authserv_id_)) ||
                 ascii::equal(name, junk::score_field_name);
    }
    if (!forged) room += field_;
    field_.clear();
}

} // namespace pillarbox::mailflow
