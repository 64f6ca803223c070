#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace pillarbox::outbound {

/// What another server answered, RFC 5321 §4.2.
struct ServerReply
{
    std::uint16_t code = 0;         // 200 to 559
    std::vector<std::string> lines; // without code and line end, as they came

    bool positive() const { return code / 100 == 2; }
    bool wants_more() const { return code / 100 == 3; }
    bool permanent() const { return code / 100 == 5; }

    /// The enhanced status code that the text begins with (RFC 2034 §4), when it
    /// is of the code's class; otherwise the least that the code says, "5.0.0".
    std::string status() const;

    /// For people, in one line: code and text, at most 400 characters, without
    /// what could harm a terminal.
    std::string words() const;
};

/// Reads replies from octets that arrive cut anywhere: pure. What a server says
/// has a limit: 4 KiB a line, 200 lines and 64 KiB a reply. A line may end in LF
/// alone, which some servers do.
class ReplyReader
{
public:
    /// Takes what it can of `octets`; returns how many. Stops behind a reply,
    /// and takes nothing more once there is a fault.
    std::size_t feed(std::string_view octets);

    /// A whole reply was read: takes it out, and the next may begin.
    std::optional<ServerReply> take();

    /// What came is no reply; empty as long as it may be one.
    std::string_view fault() const { return fault_; }

    /// Whether a reply has begun and not ended.
    bool inside() const { return !line_.empty() || !reply_.lines.empty(); }

private:
    void take_line(std::string_view line);

    ServerReply reply_;
    std::string line_; // which was cut
    std::size_t octets_ = 0;
    bool done_ = false;
    std::string_view fault_;
};

} // namespace pillarbox::outbound
