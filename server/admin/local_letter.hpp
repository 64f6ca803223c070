#pragma once

#include "server/mailflow/submission_header.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace pillarbox::admin {

/// A message as a local program writes it, made what mail is on its way.
struct LocalLetter
{
    std::string text; // with CRLF, a complete header, and without Bcc
    std::vector<std::string>
        recipients; // that its header names: To, Cc and Bcc, or Resent- ones if there are any
};

/// `input` up to its end, or to a line of one dot unless `dots_are_text`. A line
/// `From ` that an mbox would have in front is dropped. Octets that cannot go
/// on by SMTP are refused: NUL, and CR within a line. `fill` is for fields that
/// are missing. Throws Refused.
LocalLetter make_letter(std::string_view input, bool dots_are_text, mailflow::SubmissionHeader::Fill fill);

/// A From field's body: the address, with the name of its owner if there is one.
std::string from_field(std::string_view full_name, const std::string& address);

} // namespace pillarbox::admin
