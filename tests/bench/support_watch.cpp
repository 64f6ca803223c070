#include "tests/bench/support_watch.hpp"

#include <poll.h>
#include <sys/inotify.h>

#include <array>
#include <fstream>
#include <iterator>
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

std::string await_line(const std::filesystem::path& log, const std::string& text, const Child& writer)
{
    using namespace std::chrono_literals;
    const auto until = std::chrono::steady_clock::now() + 60s;
    const Watch watch(log);
    while (true) {
        std::ifstream in(log);
        const std::string all(std::istreambuf_iterator<char>(in), {});
        const auto found = all.find(text);
        const auto end = all.find('\n', found);
        if (found != std::string::npos && end != std::string::npos) {
            const auto begin = all.rfind('\n', found) + 1; // or 0: npos + 1
            return all.substr(begin, end - begin);
        }
        if (writer.ended() || std::chrono::steady_clock::now() > until)
            throw std::runtime_error("a server did not become ready: " + all);
        watch.await_change(200ms); // its end makes no change in the log
    }
}

} // namespace pillarbox::bench
