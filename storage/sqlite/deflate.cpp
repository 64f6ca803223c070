#include "storage/sqlite/deflate.hpp"

#include <zlib.h>

#include <array>
#include <cstdint>
#include <new>
#include <stdexcept>

namespace pillarbox::storage::sqlite {
namespace {

// Before the compressed octets: how many there were, little-endian.
constexpr std::size_t length_octets = 4;
constexpr std::size_t most_octets = 64ul * 1024 * 1024;

} // namespace

std::string deflate(std::string_view text)
{
    if (text.size() > most_octets) throw std::length_error("too much text to compress");
    std::string octets(length_octets + compressBound(text.size()), '\0');
    for (std::size_t i = 0; i < length_octets; ++i)
        octets[i] = static_cast<char>(text.size() >> (8 * i));
    auto size = static_cast<uLongf>(octets.size() - length_octets);
    const int code = compress2(reinterpret_cast<Bytef*>(octets.data() + length_octets), &size,
                               reinterpret_cast<const Bytef*>(text.data()), text.size(), Z_BEST_SPEED);
    if (code != Z_OK) throw std::bad_alloc(); // there is room for any outcome
    octets.resize(length_octets + size);
    return octets;
}

std::string inflate(std::string_view octets)
{
    std::size_t length = 0;
    for (std::size_t i = 0; i < length_octets && i < octets.size(); ++i)
        length |= std::size_t{static_cast<unsigned char>(octets[i])} << (8 * i);
    if (octets.size() < length_octets || length > most_octets)
        throw std::runtime_error("compressed text is damaged");
    octets.remove_prefix(length_octets);
    std::string text(length, '\0');
    auto size = static_cast<uLongf>(length);
    const int code = uncompress(reinterpret_cast<Bytef*>(text.data()), &size,
                                reinterpret_cast<const Bytef*>(octets.data()), octets.size());
    if (code == Z_MEM_ERROR) throw std::bad_alloc();
    if (code != Z_OK || size != length) throw std::runtime_error("compressed text is damaged");
    return text;
}

} // namespace pillarbox::storage::sqlite
