#include "server/base/random.hpp"

#include <sys/random.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <span>
#include <string_view>
#include <system_error>

namespace pillarbox {

namespace {

void fill(std::span<char> room)
{
    while (!room.empty()) {
        const auto got = ::getrandom(room.data(), room.size(), 0);
        if (got > 0)
            room = room.subspan(static_cast<std::size_t>(got));
        else if (errno != EINTR)
            throw std::system_error(errno, std::generic_category(), "no random octets");
    }
}

/// What the kernel gave, for many small needs: each message has a name. What
/// was handed out is overwritten.
class Pool
{
public:
    void take(std::span<char> room)
    {
        if (octets_.size() - used_ < room.size()) {
            fill(octets_);
            used_ = 0;
        }
        const auto mine = std::span(octets_).subspan(used_, room.size());
        std::ranges::copy(mine, room.begin());
        std::ranges::fill(mine, '\0');
        used_ += room.size();
    }

    static constexpr std::size_t size = 512;

private:
    std::array<char, size> octets_{};
    std::size_t used_ = size;
};

} // namespace

std::string random_octets(std::size_t count)
{
    thread_local Pool pool;
    std::string octets(count, '\0');
    if (count < Pool::size / 8)
        pool.take(octets);
    else
        fill(octets);
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
