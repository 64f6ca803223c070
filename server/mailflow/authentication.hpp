#pragma once

#include "server/junk/score.hpp"
#include "server/mime/header.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace pillarbox::mailflow {

/// What was found of a message as it came, for people: results as RFC 8601 §2.7
/// names them, "pass"; empty where a method was not used.
struct Authentication
{
    std::string spf;
    std::string dkim; // of several signatures one that holds, else the first
    std::string dmarc;
    std::string domain; // that DMARC was asked about: of From

    bool operator==(const Authentication&) const = default;
};

/// Read from the trace fields that this server, called `hostname`, wrote: what is
/// below its Received field may be anybody's. Nothing where none was verified.
std::optional<Authentication> authentication_of(const mime::Header& header, std::string_view hostname);

/// What spoke for and against junk as a message came, from the same place. Nothing
/// where nobody asked, or nothing spoke.
std::optional<junk::Score> score_of(const mime::Header& header);

} // namespace pillarbox::mailflow
