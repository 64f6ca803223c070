#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace pillarbox::transfer {

/// Gives every line the end that mail has on its way, CRLF, whether it came
/// with LF, with CRLF, or with more CRs before the LF. A CR within a line is
/// text. Octets may come cut anywhere.
class ToWire
{
public:
    void append(std::string_view octets, std::string& out);

    /// The end: a last line without its end gets one.
    void finish(std::string& out);

private:
    std::size_t carriage_returns_ = 0; // held back until it is known what they are
    bool in_line_ = false;
};

/// The other way: CRLF becomes LF. A CR elsewhere is text.
class ToFile
{
public:
    void append(std::string_view octets, std::string& out);
    void finish(std::string& out);

private:
    bool carriage_return_ = false; // held back
};

} // namespace pillarbox::transfer
