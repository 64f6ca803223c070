#include "tests/bench/support_socket.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/time.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <stdexcept>
#include <system_error>

namespace pillarbox::bench {
namespace {

sockaddr_in loopback(std::uint16_t port)
{
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return address;
}

[[noreturn]] void fail(const char* what)
{
    throw std::system_error(errno, std::generic_category(), what);
}

} // namespace

Descriptor::Descriptor(int number) : number_(number)
{
    if (number < 0) fail("open");
}

Descriptor::~Descriptor()
{
    if (number_ >= 0) ::close(number_);
}

Descriptor connect_to(std::uint16_t port)
{
    Descriptor socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    const auto address = loopback(port);
    const int on = 1;
    ::setsockopt(socket.number(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    if (::connect(socket.number(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
        fail("connect");
    return socket;
}

Descriptor listen_on_loopback(std::uint16_t& port)
{
    Descriptor socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    auto address = loopback(0);
    socklen_t length = sizeof address;
    if (::bind(socket.number(), reinterpret_cast<const sockaddr*>(&address), length) != 0 ||
        ::listen(socket.number(), SOMAXCONN) != 0 ||
        ::getsockname(socket.number(), reinterpret_cast<sockaddr*>(&address), &length) != 0)
        fail("listen");
    port = ntohs(address.sin_port);
    return socket;
}

LineClient::LineClient(std::uint16_t port) : socket_(connect_to(port)), buffer_(std::size_t{256} * 1024, '\0')
{
    const timeval patience{.tv_sec = 60, .tv_usec = 0};
    ::setsockopt(socket_.number(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
}

void LineClient::send(std::string_view octets)
{
    while (!octets.empty()) {
        const auto sent = ::send(socket_.number(), octets.data(), octets.size(), MSG_NOSIGNAL);
        if (sent < 0) fail("send");
        octets.remove_prefix(static_cast<std::size_t>(sent));
    }
}

std::string_view LineClient::read_line()
{
    std::size_t searched = 0;
    while (true) {
        const std::string_view there(buffer_.data() + at_, end_ - at_);
        const auto end = there.find("\r\n", searched);
        if (end != std::string_view::npos) {
            at_ += end + 2;
            return there.substr(0, end);
        }
        searched = there.empty() ? 0 : there.size() - 1;
        if (!fill()) throw std::runtime_error("the server ended the conversation");
    }
}

std::uint64_t LineClient::skip_listing()
{
    // Dots are doubled (RFC 1939 §3) and nothing comes after the listing, so
    // the end is nowhere but at the end of what has come.
    constexpr std::string_view end = "\r\n.\r\n";
    std::string tail = "\r\n";
    std::uint64_t octets = 0;
    while (true) {
        const std::string_view there(buffer_.data() + at_, end_ - at_);
        octets += there.size();
        at_ = end_;
        tail += there.substr(there.size() - std::min(end.size(), there.size()));
        if (tail.size() > end.size()) tail.erase(0, tail.size() - end.size());
        if (tail == end) return octets;
        if (!fill()) throw std::runtime_error("the server ended the conversation");
    }
}

std::string LineClient::read_to_end()
{
    std::string all;
    do {
        all.append(buffer_, at_, end_ - at_);
        at_ = end_;
    } while (fill());
    return all;
}

/// More octets behind those that were not taken; false at the end.
bool LineClient::fill()
{
    if (at_ == end_) {
        at_ = end_ = 0;
    } else if (end_ == buffer_.size()) {
        if (at_ == 0) throw std::runtime_error("a line without an end");
        std::memmove(buffer_.data(), buffer_.data() + at_, end_ - at_);
        end_ -= std::exchange(at_, 0);
    }
    const auto came = ::recv(socket_.number(), buffer_.data() + end_, buffer_.size() - end_, 0);
    if (came < 0) fail("recv");
    end_ += static_cast<std::size_t>(came);
    return came > 0;
}

} // namespace pillarbox::bench
