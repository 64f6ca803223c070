#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace pillarbox::dkim {

/// How far a message may be changed on its way, RFC 6376 §3.4.
enum class Form
{
    simple,
    relaxed
};

std::string_view name_of(Form form);

/// A header field as it is hashed, RFC 6376 §3.4.1 and §3.4.2: without its last
/// CRLF. `field` is it whole, name and colon, folded as it came.
std::string canonical_field(Form form, std::string_view field);

/// A body as it is hashed, RFC 6376 §3.4.3 and §3.4.4, while it comes in pieces.
/// Holds none of it back but how many empty lines came last.
class BodyCanonicalizer
{
public:
    /// `sink` is called with what comes out, in pieces of some KiB.
    BodyCanonicalizer(Form form, std::function<void(std::string_view)> sink)
        : form_(form), sink_(std::move(sink))
    {}

    void add(std::string_view octets);

    /// The body is over. Once.
    void finish();

    /// Octets that came out: of all only after finish().
    std::uint64_t size() const { return size_; }

private:
    void words(std::string_view line);
    void text(std::string_view octets);
    void emit(std::string_view octets);
    void flush();

    Form form_;
    std::function<void(std::string_view)> sink_;
    std::string out_;
    std::uint64_t size_ = 0;
    std::uint64_t line_ends_ = 0; // come but not passed on: they may be the last ones
    bool space_ = false;          // relaxed: white space came, and may be the last of its line
    bool return_ = false;         // a CR came, and perhaps its LF does
};

} // namespace pillarbox::dkim
