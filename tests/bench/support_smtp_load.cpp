#include "tests/bench/support_smtp_load.hpp"

#include "tests/bench/support_socket.hpp"
#include "tests/bench/support_thread_cpu.hpp"

#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include <array>
#include <cerrno>
#include <memory>
#include <stdexcept>
#include <string_view>
#include <system_error>

namespace pillarbox::bench {
namespace {

using Clock = std::chrono::steady_clock;

/// One connection: what it has still to send, and how many replies it waits for.
class Sender
{
public:
    Sender(int epoll, const Load& load, const std::string& recipient, std::string_view message)
        : epoll_(epoll),
          load_(load),
          envelope_("MAIL FROM:<sender@example.net>\r\nRCPT TO:<" + recipient + ">\r\nDATA\r\n"),
          message_(message),
          socket_(connect_to(load.port))
    {
        watch();
    }

    /// Reads what came and goes on; counts a message when its 250 is there.
    void readable(std::vector<Delivered>& delivered)
    {
        const auto came = ::recv(socket_.number(), replies_.data() + filled_, replies_.size() - filled_, 0);
        if (came < 0 && errno == EAGAIN) return;
        if (came <= 0) throw std::runtime_error("the server ended an SMTP connection");
        filled_ += static_cast<std::size_t>(came);
        std::string_view there(replies_.data(), filled_);
        for (auto end = there.find('\n'); end != std::string_view::npos; end = there.find('\n')) {
            reply(there.substr(0, end), delivered);
            there.remove_prefix(end + 1);
        }
        std::copy(there.begin(), there.end(), replies_.begin());
        filled_ = there.size();
        if (filled_ == replies_.size()) throw std::runtime_error("a reply without an end");
    }

    void writable() { flush(); }

    bool ready() const { return stage_ == Stage::ready; }

    void begin()
    {
        stage_ = Stage::envelope;
        expected_ = 3;
        send(envelope_);
    }

    void quit()
    {
        stage_ = Stage::ended;
        send("QUIT\r\n"); // its answer is of no interest
    }

private:
    enum class Stage
    {
        greeting,
        hello,
        ready,
        envelope,
        message,
        ended
    };

    void watch()
    {
        ::fcntl(socket_.number(), F_SETFL, O_NONBLOCK);
        epoll_event event{.events = EPOLLIN, .data = {.ptr = this}};
        ::epoll_ctl(epoll_, EPOLL_CTL_ADD, socket_.number(), &event);
    }

    void reply(std::string_view line, std::vector<Delivered>& delivered)
    {
        if (line.size() < 4 || (line[0] != '2' && line[0] != '3'))
            throw std::runtime_error("the server said: " + std::string(line));
        if (line[3] == '-') return; // more of the same reply
        switch (stage_) {
        case Stage::greeting:
            stage_ = Stage::hello;
            return send("EHLO client.example.net\r\n");
        case Stage::hello:
            stage_ = Stage::ready;
            if (renewed_) begin();
            return;
        case Stage::envelope:
            if (--expected_ > 0) return;
            stage_ = Stage::message;
            return send(message_);
        case Stage::message:
            delivered.push_back(
                {Clock::now(), std::chrono::duration<double, std::milli>(Clock::now() - sent_).count()});
            stage_ = Stage::ready;
            ++messages_;
            if (messages_ == load_.messages_per_connection) renew();
            return;
        case Stage::ready:
        case Stage::ended:
            throw std::runtime_error("the server said without being asked: " + std::string(line));
        }
    }

    void renew()
    {
        socket_ = connect_to(load_.port);
        messages_ = 0;
        stage_ = Stage::greeting;
        renewed_ = true;
        watch();
    }

    void send(std::string_view octets)
    {
        rest_ = octets;
        flush();
    }

    void flush()
    {
        while (!rest_.empty()) {
            const auto sent = ::send(socket_.number(), rest_.data(), rest_.size(), MSG_NOSIGNAL);
            if (sent < 0 && errno == EAGAIN) return want_to_write(true);
            if (sent < 0) throw std::system_error(errno, std::generic_category(), "send");
            rest_.remove_prefix(static_cast<std::size_t>(sent));
        }
        if (stage_ == Stage::message) sent_ = Clock::now();
        want_to_write(false);
    }

    void want_to_write(bool wanted)
    {
        if (std::exchange(waiting_, wanted) == wanted) return;
        epoll_event event{.events = EPOLLIN | (wanted ? EPOLLOUT : 0u), .data = {.ptr = this}};
        ::epoll_ctl(epoll_, EPOLL_CTL_MOD, socket_.number(), &event);
    }

    int epoll_;
    const Load& load_;
    std::string envelope_;
    std::string_view message_;
    Descriptor socket_;
    Stage stage_ = Stage::greeting;
    int expected_ = 0; // replies
    std::string_view rest_;
    bool waiting_ = false; // for room to write
    bool renewed_ = false;
    std::size_t messages_ = 0; // over this connection
    Clock::time_point sent_{};
    std::array<char, 2048> replies_{};
    std::size_t filled_ = 0;
};

} // namespace

std::string make_message(std::size_t octets)
{
    std::string message = "From: A Sender <sender@example.net>\r\nTo: somebody@example.org\r\n"
                          "Subject: A subject of ordinary length\r\n"
                          "Date: Thu, 01 Jan 2026 12:00:00 +0000\r\n"
                          "Message-ID: <load@example.net>\r\n\r\n";
    constexpr std::string_view line =
        "Lorem ipsum dolor sit amet, consectetur adipisici elit, sed eiusmod.\r\n";
    while (message.size() + 2 * line.size() < octets)
        message += line;
    if (message.size() + 2 < octets) message.append(octets - message.size() - 2, 'x');
    return message + "\r\n";
}

std::vector<double> LoadResult::waits() const
{
    std::vector<double> all;
    all.reserve(messages.size());
    for (const auto& message : messages)
        all.push_back(message.wait);
    return all;
}

LoadResult deliver(const Load& load, std::stop_token stop)
{
    const Descriptor epoll(::epoll_create1(EPOLL_CLOEXEC));
    const std::string message = make_message(load.octets) + ".\r\n";
    std::vector<std::unique_ptr<Sender>> senders;
    for (std::size_t i = 0; i < load.connections; ++i)
        senders.push_back(std::make_unique<Sender>(epoll.number(), load,
                                                   load.recipients[i % load.recipients.size()], message));

    LoadResult result;
    std::array<epoll_event, 128> events{};
    std::size_t active = load.connections; // not yet where the present stage ends
    const auto turn = [&](const auto& settled) {
        const int count = ::epoll_wait(epoll.number(), events.data(), events.size(), 60'000);
        if (count == 0) throw std::runtime_error("an SMTP server said nothing for 60 s");
        for (int i = 0; i < count; ++i) {
            auto& sender = *static_cast<Sender*>(events[static_cast<std::size_t>(i)].data.ptr);
            if (events[static_cast<std::size_t>(i)].events & EPOLLOUT) sender.writable();
            if (events[static_cast<std::size_t>(i)].events & ~static_cast<unsigned>(EPOLLOUT))
                sender.readable(result.messages);
            if (sender.ready()) settled(sender);
        }
    };
    while (active > 0)
        turn([&](Sender&) { --active; });

    const auto began = Clock::now();
    const auto cpu = thread_cpu();
    const auto until = began + load.time;
    for (auto& sender : senders)
        sender->begin();
    active = load.connections;
    while (active > 0) {
        const bool enough = load.messages > 0 && result.messages.size() >= load.messages;
        const bool over = enough || Clock::now() >= until || stop.stop_requested();
        turn([&](Sender& sender) {
            if (!over) return sender.begin();
            --active;
        });
    }
    result.seconds = std::chrono::duration<double>(Clock::now() - began).count();
    result.client_cpu = thread_cpu() - cpu;
    for (auto& sender : senders)
        sender->quit();
    return result;
}

} // namespace pillarbox::bench
