#pragma once

#include <cstdint>
#include <string_view>

namespace pillarbox::storage::sqlite {

/// CRC-32C (Castagnoli, RFC 3720 appendix B.4) of `octets`, continuing from
/// `before`, the checksum of what precedes them. Uses the processor's
/// instruction where it has one.
std::uint32_t checksum(std::string_view octets, std::uint32_t before = 0);

/// The same without the instruction; for other processors, and for tests.
std::uint32_t portable_checksum(std::string_view octets, std::uint32_t before = 0);

} // namespace pillarbox::storage::sqlite
