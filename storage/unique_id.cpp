#include "storage/unique_id.hpp"

#include <array>
#include <charconv>

namespace pillarbox::storage {

void UniqueId::append_to(std::string& text) const
{
    if (brought_) {
        text += *brought_;
        return;
    }
    constexpr std::size_t of_validity = 16, of_uid = 8; // digits
    std::array<char, of_validity + 1 + of_uid> octets;
    for (std::size_t i = 0; i < of_validity; ++i)
        octets[i] = "0123456789abcdef"[(uid_validity_ >> (4 * (of_validity - 1 - i))) & 0xf];
    octets[of_validity] = '.';
    const auto end =
        std::to_chars(octets.data() + of_validity + 1, octets.data() + octets.size(), uid_, 16).ptr;
    text.append(octets.data(), end);
}

std::string UniqueId::text() const
{
    std::string text;
    append_to(text);
    return text;
}

} // namespace pillarbox::storage
