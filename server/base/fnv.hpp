#pragma once

#include <cstdint>
#include <string_view>

namespace pillarbox {

/// FNV-1a of 64 bits: a name for a text, quickly, and no secret.
constexpr std::uint64_t fnv1a(std::string_view text)
{
    std::uint64_t hash = 0xcbf29ce484222325;
    for (const char c : text) {
        hash ^= static_cast<unsigned char>(c);
        hash *= 0x100000001b3;
    }
    return hash;
}

} // namespace pillarbox
