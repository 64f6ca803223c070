#include "storage/sqlite/free_space.hpp"

#include <sys/statvfs.h>

namespace pillarbox::storage::sqlite {
namespace {

using namespace std::chrono_literals;

// A disk that takes a gigabyte a second has then taken 50 MB: less than the
// reserve that is left free.
constexpr auto lately_enough = 50ms;

} // namespace

std::uint64_t FreeSpace::now()
{
    struct statvfs about{};
    const bool known = ::statvfs(directory_.c_str(), &about) == 0;
    const auto octets = known ? std::uint64_t{about.f_bavail} * about.f_frsize : 0;
    octets_ = octets;
    asked_ = Clock::now().time_since_epoch().count();
    return octets;
}

std::uint64_t FreeSpace::lately()
{
    const Clock::time_point asked{Clock::duration(asked_.load())};
    // Compared without a difference, which "never" would overflow.
    return Clock::now() - lately_enough < asked ? octets_.load() : now();
}

} // namespace pillarbox::storage::sqlite
