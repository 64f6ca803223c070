#pragma once

#include <string>
#include <string_view>
#include <utility>

namespace pillarbox::mailflow {

/// Takes Authentication-Results fields that claim to be ours out of a message
/// that others bring, and scores: only we may write them, RFC 8601 §5. The rest stays as it
/// came. It looks at the header section only, and holds one field at most.
class ForgedResults
{
public:
    explicit ForgedResults(std::string authserv_id) : authserv_id_(std::move(authserv_id)) {}

    /// Takes the message in pieces, in wire form. Returns what goes on: `octets`
    /// themselves once the header section is over, before that what it has put into `room`.
    std::string_view feed(std::string_view octets, std::string& room);

    /// The message is over: whatever was held back goes on.
    std::string_view finish(std::string& room);

private:
    void take_line(std::string_view line, std::string& room);
    void pass_field(std::string& room);

    std::string authserv_id_;
    std::string field_; // complete lines of one field
    std::string line_;  // that has not ended yet
    bool header_is_over_ = false;
};

} // namespace pillarbox::mailflow
