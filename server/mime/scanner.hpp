#pragma once

#include "server/mime/transfer.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace pillarbox::mime {

/// How far a message is looked into. Beyond, parts are kept and readable as
/// raw octets, and Structure says so.
inline constexpr std::size_t most_depth = 50;
inline constexpr std::size_t most_parts = 1000;

/// One part of a message: where it lies, and what its header says about it.
/// Positions are octets from the start of the message, ends exclusive.
struct Part
{
    std::uint64_t header_begin = 0;
    std::uint64_t body_begin = 0; // behind the empty line, where the header section ends
    std::uint64_t body_end = 0;   // before the line end that belongs to the boundary (RFC 2046 §5.1.1)

    std::string type = "text"; // lower case
    std::string subtype = "plain";
    std::string charset;     // as given; empty when not
    std::string name;        // a safe file name; empty when not given
    std::string disposition; // "inline", "attachment" or another; empty when not given
    std::string content_id;  // without angle brackets
    std::string start;       // multipart/related: the root's content id, without angle brackets
    Encoding encoding = Encoding::identity;
    bool flowed = false;       // text/plain; format=flowed (RFC 3676)
    bool delete_space = false; // its DelSp=yes

    /// As IMAP numbers parts (RFC 9051 §6.4.5): "2.1"; "1" for a message that
    /// has one part only. Empty for a multipart that is a message's whole body.
    std::string path;
    int parent = -1; // index into Structure::parts
    std::vector<std::uint32_t> children;

    bool is(std::string_view a_type, std::string_view a_subtype) const
    {
        return type == a_type && subtype == a_subtype;
    }
    std::uint64_t size() const { return body_end - body_begin; }
};

/// A message's parts in the order they begin; the first is the message itself.
struct Structure
{
    std::string header;      // the message's header section; at most most_header_octets
    std::vector<Part> parts; // never empty
    std::uint64_t size = 0;  // octets of the whole message
    bool too_deep = false;   // parts below most_depth were not looked into
    bool too_many = false;   // what follows part most_parts was not looked at

    /// The part with this path; nullptr when there is none.
    const Part* find(std::string_view path) const;
};

/// Finds the parts of a message that is fed to it piece by piece, in one pass
/// and with memory that does not grow with the message (RFC 2046 §5.1). It
/// enters message/rfc822. Takes CRLF and bare LF as line ends.
class Scanner
{
public:
    Scanner();

    void feed(std::string_view piece);

    /// Ends the message and gives what was found. Call once.
    Structure finish();

private:
    /// A multipart, or an enclosed message (no boundary), that is open.
    struct Container
    {
        std::uint32_t part = 0;
        std::string boundary;
        bool digest = false; // multipart/digest: parts are messages unless they say so
    };
    enum class State
    {
        header,
        body,   // of a leaf
        outside // before the first boundary, or after the last
    };

    void end_line(std::string_view kept, std::uint64_t size);
    void take_line(std::string_view line, std::uint64_t begin, unsigned line_end, bool whole);
    bool take_boundary(std::string_view line, std::uint64_t begin);
    void begin_part(std::uint64_t at);
    void end_header(std::uint64_t at);
    void describe(Part& part, std::string& boundary);
    void close_down_to(std::uint32_t part, std::uint64_t at);
    void number_parts();

    Structure found_;
    std::vector<Container> open_;
    std::string header_;          // of the current part, as far as it is kept
    std::string line_;            // the beginning of a line that an earlier piece began
    std::uint64_t line_size_ = 0; // all of that line's octets so far
    std::uint64_t at_ = 0;        // octets taken
    std::uint32_t current_ = 0;   // the innermost open part
    unsigned last_line_end_ = 0;  // octets of the previous line's end
    char last_octet_ = 0;         // of the line so far, before its line feed
    bool stopped_ = false;
    State state_ = State::header;
};

/// The structure of a message that lies in memory.
Structure scan(std::string_view message);

} // namespace pillarbox::mime
