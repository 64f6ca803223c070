#pragma once

#include "server/mime/transfer_encoder.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace pillarbox::mime {
struct ContentType;
}

namespace pillarbox::mailflow {

/// Turns a message with parts that are labelled `binary` (RFC 2045 §6.2) into
/// one that any mail program, POP3 and DATA can carry, as RFC 3030 §3 asks of
/// who cannot pass it on. Such a part becomes base64. A multipart or an
/// enclosed message may not be encoded (RFC 2045 §6.4): its label becomes
/// `8bit`, and its own parts are looked at. Everything else stays as it came,
/// so octets that no line may have stand in the outcome where they were not
/// announced, for who reads it to refuse. Memory does not grow with the message.
class LineForm
{
public:
    void feed(std::string_view octets, std::string& out);

    /// The message is over.
    void finish(std::string& out);

private:
    /// A multipart, or an enclosed message (no boundary), that is open.
    struct Container
    {
        std::string boundary;
        bool digest = false; // RFC 2046 §5.1.5
    };
    enum class State
    {
        header,
        text,
        binary
    };

    std::size_t take_header(std::string_view octets, std::string& out);
    State describe();
    State open(const mime::ContentType& type, bool enclosed);
    std::size_t take_body(std::string_view octets, std::string& out);
    std::string_view held_line() const;
    bool may_be_boundary(char next) const;
    bool take_boundary(std::string_view line);
    void content(std::string_view octets, std::string& out);

    State state_ = State::header;
    std::vector<Container> open_;
    std::size_t parts_ = 1;
    std::string header_;         // of the current part, up to its empty line
    std::size_t line_begin_ = 0; // in it
    std::string held_;           // of a body: a line end, and a line that may be a boundary
    bool line_start_ = true;     // held_ may become a boundary
    mime::Base64Writer writer_;
};

} // namespace pillarbox::mailflow
