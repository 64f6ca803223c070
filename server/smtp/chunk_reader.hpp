#pragma once

#include "server/mailflow/line_form.hpp"
#include "server/smtp/text_rules.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace pillarbox::smtp {

/// The text of a message that BDAT brings, RFC 3030 §2: its octets are counted,
/// so a dot is a dot and nothing in them ends it. What text may hold is the
/// same as in DATA, but parts of a message that was announced as binary
/// (RFC 3030 §3) may hold anything: they become base64, see mailflow::LineForm.
/// No I/O; octets may arrive cut anywhere, by chunks too.
class ChunkReader
{
public:
    ChunkReader(TextRules::BareLineFeed bare_line_feed, bool binary);

    /// Appends to `out` what of the message goes on; after a fault nothing.
    void feed(std::string_view octets, std::string& out);

    /// The last chunk is over. A last line without its end is given one: POP3
    /// and DATA could not pass the message on otherwise.
    void finish(std::string& out);

    TextRules::Fault fault() const { return rules_.fault(); }

private:
    void read(std::string_view octets, std::string& out);

    std::optional<mailflow::LineForm> lines_; // for a binary message
    std::string in_lines_;
    TextRules rules_;
    bool cr_ = false; // behind a CR
};

} // namespace pillarbox::smtp
