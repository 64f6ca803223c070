#pragma once

#include "server/dkim/canonical.hpp"
#include "server/dkim/tag_list.hpp"
#include "server/mime/header.hpp"

#include <span>
#include <string>
#include <string_view>

namespace pillarbox::dkim {

/// Takes a message in pieces, in wire form, and tells its header section from
/// its body. Keeps the first, and nothing of the second.
class HeadSplitter
{
public:
    /// What of `octets` is body: nothing until the header section is complete.
    std::string_view add(std::string_view octets);

    /// The section, with its empty line.
    const std::string& head() const { return head_; }

    bool complete() const { return complete_; }

    /// More than mime::most_header_octets: what comes is thrown away.
    bool too_long() const { return too_long_; }

private:
    std::string head_;
    bool complete_ = false;
    bool too_long_ = false;
};

/// A field whole, as it came: name, colon and body, without its last CRLF.
std::string_view whole(const mime::Field& field);

/// A signature's field with nothing between `b=` and what follows it, RFC 6376 §3.7:
/// so it was hashed. `tags` are those of the field's own text.
std::string without_octets(std::string_view field, const TagList& tags);

/// The hash that is signed, RFC 6376 §3.7: of the fields that `names` (in lower
/// case) say, a name that stands again means the next one above, and of the
/// signature itself, `own_field` without the value of its b=.
std::string header_hash(const mime::Header& header, std::span<const std::string> names, Form form,
                        std::string_view own_field);

} // namespace pillarbox::dkim
