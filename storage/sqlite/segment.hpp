#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace pillarbox::storage::sqlite {

// The format of a segment: records one after the other, each a header and a
// body. Pure.
//
//   0   4  "PBR1"
//   4   4  octets of the body
//   8   8  the body's id
//  16   4  CRC-32C of the body
//  20   4  CRC-32C of the header up to here
//
// Numbers are little-endian. A record that was removed reads as zeros.

/// Octets: a body in a segment was in memory as a whole.
inline constexpr std::uint64_t longest_segment_body = 64ull * 1024 * 1024;

/// What a record's header says.
struct Record
{
    std::int64_t body = 0;      // id
    std::uint32_t octets = 0;   // of the body
    std::uint32_t checksum = 0; // CRC-32C of the body

    friend bool operator==(const Record&, const Record&) = default;
};

inline constexpr std::size_t record_header_octets = 24;

std::array<char, record_header_octets> write_header(const Record& record);

/// The header at the beginning of `octets`; empty when it is damaged or cut.
std::optional<Record> parse_header(std::string_view octets);

/// The body of the record at the beginning of `octets`; empty when the record
/// is not `expected`, is cut, or fails its checksum.
std::optional<std::string_view> parse_body(std::string_view octets, const Record& expected);

/// How much of `octets` is whole, sound records, from the beginning on.
struct SoundPart
{
    std::size_t octets = 0;
    std::size_t records = 0;
};
SoundPart sound_part(std::string_view octets);

} // namespace pillarbox::storage::sqlite
