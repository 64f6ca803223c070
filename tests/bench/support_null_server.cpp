#include "tests/bench/support_null_server.hpp"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include <array>
#include <cstddef>
#include <map>
#include <utility>

namespace pillarbox::bench {

void serve_null(const Descriptor& listener,
                const std::function<std::unique_ptr<NullConversation>(Descriptor)>& begin)
{
    const Descriptor epoll(::epoll_create1(EPOLL_CLOEXEC));
    std::map<int, std::unique_ptr<NullConversation>> conversations;
    const auto watch = [&](int number) {
        epoll_event event{.events = EPOLLIN, .data = {.fd = number}};
        ::epoll_ctl(epoll.number(), EPOLL_CTL_ADD, number, &event);
    };
    watch(listener.number());
    std::array<epoll_event, 128> events{};
    std::array<char, std::size_t{64} * 1024> space{};
    while (true) {
        const int count = ::epoll_wait(epoll.number(), events.data(), events.size(), -1);
        for (int i = 0; i < count; ++i) {
            const int number = events[static_cast<std::size_t>(i)].data.fd;
            if (number != listener.number()) {
                if (!conversations.at(number)->readable(space)) conversations.erase(number);
                continue;
            }
            const int accepted = ::accept4(number, nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK);
            if (accepted < 0) continue;
            const int on = 1;
            ::setsockopt(accepted, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
            conversations[accepted] = begin(Descriptor(accepted));
            watch(accepted);
        }
    }
}

} // namespace pillarbox::bench
