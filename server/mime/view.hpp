#pragma once

#include "server/mime/address_list.hpp"
#include "server/mime/date.hpp"
#include "server/mime/scanner.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace pillarbox::mime {

/// A part that a reader shows as a file.
struct Attachment
{
    std::uint32_t part = 0;    // index into Structure::parts
    std::string path;          // "1.2", as Part::path
    std::string name;          // safe to save under, never empty
    std::string type;          // "image/png"
    std::uint64_t size = 0;    // decoded octets, estimated
    std::string content_id;    // without angle brackets; empty when there is none
    bool shown_inline = false; // belongs into the HTML, by its content id
};

/// Whether a person would call it a file: a signature, or a picture in the text,
/// is none to anybody.
bool is_file(const Attachment& attachment);

/// What a reader is shown of a message. All text is UTF-8, decoded and without
/// control and direction characters.
struct View
{
    std::string subject; // at most 998 characters
    AddressList from;
    AddressList sender;
    AddressList reply_to;
    AddressList to;
    AddressList cc;
    AddressList bcc;
    std::optional<Date> date;
    std::string message_id;
    std::string in_reply_to;
    std::vector<std::string> references; // at most 100

    /// The parts to be read, as indices into Structure::parts: at most one of
    /// each; both when the message offers the choice (multipart/alternative).
    std::optional<std::uint32_t> text_part;
    std::optional<std::uint32_t> html_part;
    std::vector<Attachment> attachments; // everything else that is not a mere alternative

    /// A limit was met: not everything is listed, and the raw message has more.
    bool incomplete = false;
};

View view(const Structure& structure);

/// The text of a text part: transfer encoding undone, then in UTF-8, line ends
/// as they came. `octets` are those from Part::body_begin to Part::body_end, or
/// the first of them.
std::string decode_text_part(const Part& part, std::string_view octets);

/// Part::type and subtype together: "text/plain".
std::string media_type(const Part& part);

} // namespace pillarbox::mime
