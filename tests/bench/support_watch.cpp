#include "tests/bench/support_watch.hpp"

#include <poll.h>
#include <sys/inotify.h>

#include <array>
#include <stdexcept>

namespace pillarbox::bench {

Watch::Watch(const std::filesystem::path& path) : watch_(::inotify_init1(IN_CLOEXEC))
{
    if (::inotify_add_watch(watch_.number(), path.c_str(), IN_MODIFY | IN_CREATE | IN_DELETE) < 0)
        throw std::runtime_error("cannot watch " + path.string());
}

void Watch::await_change(std::chrono::milliseconds patience) const
{
    pollfd changed{watch_.number(), POLLIN, 0};
    if (::poll(&changed, 1, static_cast<int>(patience.count())) <= 0) return;
    alignas(inotify_event) std::array<char, 4096> events{};
    if (::read(watch_.number(), events.data(), events.size()) <= 0)
        throw std::runtime_error("a watch cannot be read");
}

} // namespace pillarbox::bench
