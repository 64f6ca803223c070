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
    std::array<std::uint32_t, 256> octet_table{};
    for (std::uint32_t i = 0; i < octet_table.size(); ++i) {
        std::uint32_t value = i;
        for (int bit = 0; bit < 8; ++bit)
            value = (value & 1) ? (value >> 1) ^ reflected_polynomial : value >> 1;
        octet_table[i] = value;
    }
    return octet_table;
}

constexpr auto octet_table = make_table();

#if defined(__x86_64__)

/// The instruction takes three cycles, and a new one can begin in each: three
/// blocks, one behind the other, are summed up at the same time.
constexpr std::size_t block = 1024;

/// What zeros behind it make of a checksum, which is the sum of what they make of
/// each of its bits.
using Zeros = std::array<std::uint32_t, 32>;

constexpr std::uint32_t followed_by(const Zeros& zeros, std::uint32_t crc)
{
    std::uint32_t sum = 0;
    for (std::size_t bit = 0; crc != 0; ++bit, crc >>= 1)
        if (crc & 1) sum ^= zeros[bit];
    return sum;
}

constexpr Zeros make_block_of_zeros()
{
    Zeros zeros{};
    for (std::size_t bit = 0; bit < zeros.size(); ++bit) {
        const std::uint32_t crc = std::uint32_t{1} << bit;
        zeros[bit] = octet_table[crc & 0xff] ^ (crc >> 8);
    }
    for (std::size_t octets = 1; octets < block; octets *= 2) {
        Zeros twice{};
        for (std::size_t bit = 0; bit < zeros.size(); ++bit)
            twice[bit] = followed_by(zeros, zeros[bit]);
        zeros = twice;
    }
    return zeros;
}

/// The same for a block of them, by the octets of a checksum.
using Shift = std::array<std::array<std::uint32_t, 256>, 4>;

constexpr Shift make_shift()
{
    const auto zeros = make_block_of_zeros();
    Shift word_shift{};
    for (std::size_t octet = 0; octet < word_shift.size(); ++octet) {
        for (std::uint32_t value = 0; value < 256; ++value)
            word_shift[octet][value] = followed_by(zeros, value << 8 * octet);
    }
    return word_shift;
}

constexpr auto word_shift = make_shift();

std::uint64_t shifted(std::uint64_t crc)
{
    return word_shift[0][crc & 0xff] ^ word_shift[1][crc >> 8 & 0xff] ^ word_shift[2][crc >> 16 & 0xff] ^
           word_shift[3][crc >> 24 & 0xff];
}

std::uint64_t word_at(const char* at)
{
    std::uint64_t word = 0;
    std::memcpy(&word, at, sizeof word);
    return word;
}

__attribute__((target("sse4.2"))) std::uint32_t hardware_checksum(std::string_view octets,
                                                                  std::uint32_t before)
{
    constexpr auto word = sizeof(std::uint64_t);
    std::uint64_t crc = static_cast<std::uint32_t>(~before);
    const char* at = octets.data();
    std::size_t left = octets.size();
    for (; left >= 3 * block; left -= 3 * block, at += 3 * block) {
        std::uint64_t second = 0;
        std::uint64_t third = 0;
        for (std::size_t i = 0; i < block; i += word) {
            crc = _mm_crc32_u64(crc, word_at(at + i));
            second = _mm_crc32_u64(second, word_at(at + block + i));
            third = _mm_crc32_u64(third, word_at(at + 2 * block + i));
        }
        crc = shifted(shifted(crc) ^ second) ^ third;
    }
    for (; left >= word; left -= word, at += word)
        crc = _mm_crc32_u64(crc, word_at(at));
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
        crc = octet_table[(crc ^ static_cast<unsigned char>(octet)) & 0xff] ^ (crc >> 8);
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
