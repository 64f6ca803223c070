#include "storage/sqlite/checksum.hpp"

#include <array>
#include <cstring>

#if defined(__x86_64__)
#include <nmmintrin.h>
#endif

namespace pillarbox::storage::sqlite {
namespace {

constexpr std::array<std::uint32_t, 256> make_table()
{
    constexpr std::uint32_t reflected_polynomial = 0x82f63b78;
    std::array<std::uint32_t, 256> table{};
    for (std::uint32_t i = 0; i < table.size(); ++i) {
        std::uint32_t value = i;
        for (int bit = 0; bit < 8; ++bit)
            value = (value & 1) ? (value >> 1) ^ reflected_polynomial : value >> 1;
        table[i] = value;
    }
    return table;
}

constexpr auto table = make_table();

#if defined(__x86_64__)
__attribute__((target("sse4.2"))) std::uint32_t hardware_checksum(std::string_view octets,
                                                                  std::uint32_t before)
{
    std::uint64_t crc = ~before;
    const char* at = octets.data();
    std::size_t left = octets.size();
    for (; left >= sizeof(std::uint64_t); left -= sizeof(std::uint64_t), at += sizeof(std::uint64_t)) {
        std::uint64_t word = 0;
        std::memcpy(&word, at, sizeof word);
        crc = _mm_crc32_u64(crc, word);
    }
    auto rest = static_cast<std::uint32_t>(crc);
    for (; left > 0; --left, ++at)
        rest = _mm_crc32_u8(rest, static_cast<unsigned char>(*at));
    return ~rest;
}
#endif

} // namespace

std::uint32_t portable_checksum(std::string_view octets, std::uint32_t before)
{
    std::uint32_t crc = ~before;
    for (const char octet : octets)
        crc = table[(crc ^ static_cast<unsigned char>(octet)) & 0xff] ^ (crc >> 8);
    return ~crc;
}

std::uint32_t checksum(std::string_view octets, std::uint32_t before)
{
#if defined(__x86_64__)
    static const bool hardware = __builtin_cpu_supports("sse4.2");
    if (hardware) return hardware_checksum(octets, before);
#endif
    return portable_checksum(octets, before);
}

} // namespace pillarbox::storage::sqlite
