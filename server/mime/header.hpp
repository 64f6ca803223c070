#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace pillarbox::mime {

/// What a header section may have. More is reported, not refused: who refuses
/// decides that (mail flow does, with 554 5.6.0).
inline constexpr std::size_t most_header_octets = std::size_t{256} * 1024;
inline constexpr std::size_t most_header_lines = 2000;
inline constexpr std::size_t most_field_octets = std::size_t{64} * 1024;

/// One field of a header section, as views into it.
struct Field
{
    std::string_view name; // without the colon, and without white space before it (RFC 5322 §4.5.8)
    std::string_view body; // what follows the colon: folded as it came, without the final line end
};

/// What was wrong with a header section.
struct HeaderFaults
{
    bool too_long = false;       // more than most_header_octets
    bool too_many_lines = false; // more than most_header_lines; fields beyond are not listed
    bool field_too_long = false; // a field above most_field_octets; its body is cut there
    bool malformed = false;      // a line that is neither a field nor part of one; it is left out
    bool unfinished = false;     // the text ends before the empty line

    /// Whether a limit was passed.
    bool beyond_limits() const { return too_long || too_many_lines || field_too_long; }
};

/// The fields of a header section, in their order (RFC 5322 §2.2). Holds views:
/// the text must outlive it.
class Header
{
public:
    Header() = default;

    /// Reads from the first octet of a message, or of a part, to the empty line
    /// or to the end of `text`. Takes CRLF and bare LF as line ends.
    explicit Header(std::string_view text);

    const std::vector<Field>& fields() const { return fields_; }

    /// The first field of this name, in any case; nullptr when there is none.
    const Field* find(std::string_view name) const;

    /// The first such field's body without folding and outer white space
    /// (RFC 5322 §2.2.3); empty when there is none.
    std::string value(std::string_view name) const;

    /// How many fields have this name.
    std::size_t count(std::string_view name) const;

    /// Octets of the section, its empty line included: where the body begins.
    std::size_t size() const { return size_; }

    const HeaderFaults& faults() const { return faults_; }

private:
    void add_line(std::string_view text, std::size_t begin, std::size_t end);
    void finish_field(std::string_view text, std::size_t end);

    std::vector<Field> fields_;
    HeaderFaults faults_;
    std::size_t size_ = 0;
    std::size_t lines_ = 0;
    std::size_t field_begin_ = 0;
    bool in_field_ = false;
};

/// A field body on one line: line ends go, the white space after them stays
/// (RFC 5322 §2.2.3).
std::string unfold(std::string_view body);

/// How many fields called `name` the header section at the start of `head` has,
/// however long it is: mail flow counts Received with it.
std::size_t count_fields(std::string_view head, std::string_view name);

} // namespace pillarbox::mime
