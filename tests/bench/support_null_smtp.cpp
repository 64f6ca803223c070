#include "tests/bench/support_null_smtp.hpp"

#include "tests/bench/support_socket.hpp"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include <array>
#include <map>
#include <memory>
#include <string>
#include <string_view>

namespace pillarbox::bench {
namespace {

constexpr std::size_t block = std::size_t{64} * 1024;

class Conversation
{
public:
    explicit Conversation(Descriptor socket) : socket_(std::move(socket)) { say("220 null ESMTP\r\n"); }

    /// Reads and answers; false at the end.
    bool readable(std::array<char, block>& space)
    {
        const auto came = ::recv(socket_.number(), space.data(), space.size(), 0);
        if (came <= 0) return false;
        std::string_view octets(space.data(), static_cast<std::size_t>(came));
        std::string replies;
        while (!octets.empty())
            octets = in_data_ ? take_data(octets, replies) : take_line(octets, replies);
        say(replies);
        return true;
    }

private:
    std::string_view take_line(std::string_view octets, std::string& replies)
    {
        const auto end = octets.find('\n');
        line_ += octets.substr(0, end);
        if (end == std::string_view::npos) return {};
        if (line_.starts_with("EHLO")) {
            replies += "250-null\r\n250 PIPELINING\r\n";
        } else if (line_.starts_with("DATA")) {
            replies += "354 go ahead\r\n";
            in_data_ = true;
            tail_ = "\r\n";
        } else {
            replies += "250 ok\r\n";
        }
        line_.clear();
        return octets.substr(end + 1);
    }

    std::string_view take_data(std::string_view octets, std::string& replies)
    {
        constexpr std::string_view end = "\r\n.\r\n";
        // What is left of the last block, with enough of this to find an end across both.
        const std::string seam = tail_ + std::string(octets.substr(0, end.size() - 1));
        std::size_t length = std::string_view::npos;
        if (const auto across = seam.find(end); across != std::string::npos)
            length = across + end.size() - tail_.size();
        else if (const auto within = octets.find(end); within != std::string_view::npos)
            length = within + end.size();
        if (length == std::string_view::npos) {
            tail_ += octets.substr(octets.size() - std::min(end.size() - 1, octets.size()));
            if (tail_.size() >= end.size()) tail_.erase(0, tail_.size() - (end.size() - 1));
            return {};
        }
        replies += "250 taken\r\n";
        in_data_ = false;
        return octets.substr(length);
    }

    /// A few octets always have room: the client reads each reply before it goes on.
    void say(std::string_view replies)
    {
        if (!replies.empty()) ::send(socket_.number(), replies.data(), replies.size(), MSG_NOSIGNAL);
    }

    Descriptor socket_;
    bool in_data_ = false;
    std::string line_;
    std::string tail_;
};

[[noreturn]] void serve(const Descriptor& listener)
{
    const Descriptor epoll(::epoll_create1(EPOLL_CLOEXEC));
    std::map<int, std::unique_ptr<Conversation>> conversations;
    const auto watch = [&](int number) {
        epoll_event event{.events = EPOLLIN, .data = {.fd = number}};
        ::epoll_ctl(epoll.number(), EPOLL_CTL_ADD, number, &event);
    };
    watch(listener.number());
    std::array<epoll_event, 128> events{};
    std::array<char, block> space{};
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
            conversations[accepted] = std::make_unique<Conversation>(Descriptor(accepted));
            watch(accepted);
        }
    }
}

} // namespace

NullSmtp::NullSmtp()
    : process_([listener = std::make_shared<Descriptor>(listen_on_loopback(port_))] { serve(*listener); })
{}

} // namespace pillarbox::bench
