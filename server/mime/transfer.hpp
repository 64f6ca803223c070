#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace pillarbox::mime {

/// How a part's octets are wrapped, RFC 2045 §6.
enum class Encoding
{
    identity, // 7bit, 8bit, binary, or no field
    quoted_printable,
    base64,
    unknown, // octets are given out as they are; their type is unknown then (RFC 2045 §6.4)
};

/// From the body of a Content-Transfer-Encoding field.
Encoding parse_encoding(std::string_view body);

/// Undoes a transfer encoding piece by piece. Nothing is an error: what does
/// not belong is skipped in base64 (RFC 2045 §6.8) and kept in quoted-printable
/// (§6.7), so that a reader sees as much as there is.
class TransferDecoder
{
public:
    explicit TransferDecoder(Encoding encoding) : encoding_(encoding) {}

    /// Appends what `piece` decodes to.
    void feed(std::string_view piece, std::string& out);

    /// Appends what was waiting for more.
    void finish(std::string& out);

private:
    void feed_base64(std::string_view piece, std::string& out);
    void end_quantum(std::string& out);
    void feed_quoted(char c, std::string& out);

    Encoding encoding_;
    std::uint32_t quantum_ = 0; // base64: up to three characters' bits
    unsigned characters_ = 0;   // base64: how many
    std::string held_;          // quoted-printable: "=", "=4", or white space that may end a line
};

/// All of `octets` at once.
std::string decode_transfer(Encoding encoding, std::string_view octets);

/// Octets that `encoded` octets will decode to, more or less: what a list of
/// attachments shows without reading them.
std::uint64_t decoded_size_estimate(Encoding encoding, std::uint64_t encoded);

} // namespace pillarbox::mime
