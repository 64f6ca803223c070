#include "tests/bench/support_crowd.hpp"

#include <sys/socket.h>

#include <array>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <stdexcept>
#include <string_view>

namespace pillarbox::bench {
namespace {

constexpr std::chrono::nanoseconds each_octet = std::chrono::seconds(1);

void say(const Descriptor& socket, std::string_view octets)
{
    if (::send(socket.number(), octets.data(), octets.size(), MSG_NOSIGNAL) !=
        static_cast<ssize_t>(octets.size()))
        throw std::runtime_error("the server takes nothing");
}

/// Reads until the last line of a reply that begins so.
void hear(const Descriptor& socket, std::string_view last)
{
    std::string said = "\r\n";
    std::array<char, 1024> part{};
    const std::string wanted = "\r\n" + std::string(last) + " ";
    while (said.find(wanted) == std::string::npos) {
        const auto came = ::recv(socket.number(), part.data(), part.size(), 0);
        if (came <= 0) throw std::runtime_error("the server ended an SMTP connection: " + said);
        said.append(part.data(), static_cast<std::size_t>(came));
    }
}

Descriptor greeted(std::uint16_t port)
{
    Descriptor socket = connect_to(port);
    hear(socket, "220");
    say(socket, "EHLO client.example.net\r\n");
    hear(socket, "250");
    return socket;
}

} // namespace

Crowd::Crowd(std::uint16_t port, const std::string& recipient, Size size)
{
    for (std::size_t i = 0; i < size.idle; ++i)
        idle_.push_back(greeted(port));
    for (std::size_t i = 0; i < size.trickling; ++i) {
        Descriptor socket = greeted(port);
        say(socket, "MAIL FROM:<sender@example.net>\r\nRCPT TO:<" + recipient + ">\r\nDATA\r\n");
        hear(socket, "354");
        trickling_.push_back(std::move(socket));
    }
    thread_ = std::jthread([this](const std::stop_token& stop) { trickle(stop); });
}

/// In turn, and evenly over each second.
void Crowd::trickle(const std::stop_token& stop)
{
    constexpr std::string_view line = "word ";
    std::mutex mutex;
    std::condition_variable_any never;
    std::unique_lock lock(mutex);
    const auto began = std::chrono::steady_clock::now();
    for (std::size_t turn = 0; !stop.stop_requested(); ++turn) {
        const char octet = line[turn / trickling_.size() % line.size()];
        const auto sent = ::send(trickling_[turn % trickling_.size()].number(), &octet, 1, MSG_NOSIGNAL);
        if (sent != 1) ++lost_;
        const auto next = began + each_octet * static_cast<std::int64_t>(turn + 1) /
                                      static_cast<std::int64_t>(trickling_.size());
        never.wait_until(lock, stop, next, [] { return false; });
    }
}

} // namespace pillarbox::bench
