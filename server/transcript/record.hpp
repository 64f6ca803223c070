#pragma once

#include "server/net/transcript.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace pillarbox::transcript {

/// A transcript as it lies in a file: a line that begins with `@ ` and says
/// whose it is, the lines of net::Transcript, and a line `@.`. A write that a
/// crash cut short costs one record: the next begins where the next `@ ` does.
struct Record
{
    net::Transcript::About about;
    std::string_view text; // points into the file's octets
    bool whole = true;     // its end is there
};

void append(std::string& octets, const net::Transcript::About& about, std::string_view text);

/// The records in a file's octets, first to last. What is none is passed over.
class Records
{
public:
    explicit Records(std::string_view octets) : rest_(octets) {}

    std::optional<Record> next();

private:
    std::string_view rest_;
};

} // namespace pillarbox::transcript
