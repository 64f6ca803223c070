#include "tests/bench/support_thread_cpu.hpp"

#include <time.h>

namespace pillarbox::bench {

double thread_cpu()
{
    timespec time{};
    ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) / 1e9;
}

} // namespace pillarbox::bench
