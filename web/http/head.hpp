#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace pillarbox::http {

/// Why a request cannot be understood; it is answered once and the connection
/// closed, for what follows it may mean anything.
struct Refusal
{
    unsigned status = 400;
    std::string detail; // a sentence for people
};

/// Collects the head of a request, RFC 9112 §2: request line, field lines and
/// the empty line. Two readers that disagree about where a request ends can be
/// played against each other, so everything doubtful is refused: bare CR or
/// LF, folded lines, a space before the colon, lengths that are not plain,
/// a second or no Host. Pure; octets may arrive cut anywhere.
class HeadReader
{
public:
    static constexpr std::size_t longest_line = std::size_t{8} * 1024;  // the request line
    static constexpr std::size_t longest_head = std::size_t{32} * 1024; // octets in all
    static constexpr std::size_t most_fields = 100;

    /// Takes what it can; returns how much. Stops behind the head, or at a refusal.
    std::size_t feed(std::string_view octets);

    bool done() const { return done_; }
    const std::optional<Refusal>& refusal() const { return refusal_; }

    /// The head with its empty line, once done.
    std::string_view text() const { return text_; }

private:
    void refuse(unsigned status, std::string_view detail);
    void check_request_line(std::string_view line);
    void check_field(std::string_view line);
    void check_content(std::string_view name, std::string_view value);
    void check_whole();

    std::string text_;
    std::size_t line_start_ = 0;
    std::size_t fields_ = 0;
    std::size_t hosts_ = 0;
    bool length_ = false;
    bool chunked_ = false;
    bool old_ = false; // HTTP/1.0
    bool done_ = false;
    std::optional<Refusal> refusal_;
};

} // namespace pillarbox::http
