#include "server/base/random.hpp"

#include <sys/random.h>

#include <algorithm>
#include <cerrno>
#include <string_view>
#include <system_error>

namespace pillarbox {

std::string random_octets(std::size_t count)
{
    std::string octets(count, '\0');
    std::size_t filled = 0;
    while (filled < count) {
        const auto got = ::getrandom(octets.data() + filled, count - filled, 0);
        if (got > 0)
            filled += static_cast<std::size_t>(got);
        else if (errno != EINTR)
            throw std::system_error(errno, std::generic_category(), "no random octets");
    }
    return octets;
}

std::string random_name(std::size_t length)
{
    static constexpr std::string_view letters = "abcdefghijkmnpqrstuvwxyz23456789"; // 32, so no bias
    static_assert(letters.size() == 32);
    std::string name = random_octets(length);
    std::ranges::transform(name, name.begin(),
                           [](char c) { return letters[static_cast<unsigned char>(c) % 32]; });
    return name;
}

} // namespace pillarbox
