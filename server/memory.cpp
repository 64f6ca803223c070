#include "server/memory.hpp"

#include <malloc.h>

namespace pillarbox {
namespace {

// More than what one client's read-ahead takes, twice.
constexpr int kept = 4 * 1024 * 1024;
// Larger blocks than any piece of a message get pages of their own.
constexpr int own_pages = 1024 * 1024;

} // namespace

void keep_freed_memory()
{
#if defined(__GLIBC__)
    ::mallopt(M_TRIM_THRESHOLD, kept);
    ::mallopt(M_MMAP_THRESHOLD, own_pages);
#endif
}

} // namespace pillarbox
