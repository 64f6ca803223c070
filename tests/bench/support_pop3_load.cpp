#include "tests/bench/support_pop3_load.hpp"

#include "tests/bench/support_coroutine.hpp"
#include "tests/bench/support_socket.hpp"
#include "tests/bench/support_thread_cpu.hpp"

#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <stdexcept>
#include <string_view>
#include <system_error>

namespace pillarbox::bench {
namespace {

using Clock = std::chrono::steady_clock;

/// One conversation. What comes is read into a buffer that outlives it.
class Session
{
public:
    using Buffer = std::array<char, std::size_t{64} * 1024>;

    Session(Loop& loop, Buffer& buffer, std::uint16_t port)
        : socket_(connect_to(port)), watch_(loop, socket_), buffer_(buffer)
    {}

    Task sign_in(const std::string& user, const std::string& password)
    {
        co_await read_answers(1, "\r\n");
        co_await ask("USER " + user + "\r\n", "\r\n");
        co_await ask("PASS " + password + "\r\n", "\r\n");
    }

    /// A command, and its answer up to `end`.
    Task ask(std::string command, std::string_view end)
    {
        send(command);
        co_await read_answers(1, end);
    }

    /// What is sent always has room on the way: some twenty KiB at most.
    void send(std::string_view text)
    {
        if (::send(socket_.number(), text.data(), text.size(), MSG_NOSIGNAL) !=
            static_cast<ssize_t>(text.size()))
            throw std::system_error(errno, std::generic_category(), "send");
    }

    /// Reads `count` answers, each up to `end`. No part of an answer looks like
    /// its end, and nothing comes behind the last.
    Task read_answers(std::size_t count, std::string_view end)
    {
        std::size_t kept = 0; // octets that may be the first ones of an end
        bool beginning = true;
        while (count > 0) {
            co_await watch_.readable();
            const auto came = ::recv(socket_.number(), buffer_.data() + kept, buffer_.size() - kept, 0);
            if (came <= 0) throw std::runtime_error("the POP3 server ended the conversation");
            std::string_view there(buffer_.data(), kept + static_cast<std::size_t>(came));
            if (beginning && !there.starts_with("+OK"))
                throw std::runtime_error("the POP3 server said: " + std::string(there.substr(0, 80)));
            beginning = false;
            for (auto at = there.find(end); at != std::string_view::npos; at = there.find(end)) {
                there.remove_prefix(at + end.size());
                --count;
            }
            kept = std::min(there.size(), end.size() - 1);
            std::memmove(buffer_.data(), there.data() + there.size() - kept, kept);
        }
    }

private:
    Descriptor socket_;
    Loop::Watch watch_;
    Buffer& buffer_;
};

constexpr std::string_view line = "\r\n";
constexpr std::string_view listing = "\r\n.\r\n";

Task poll_until(Loop& loop, const PollLoad& load, std::string user, Clock::time_point until,
                std::size_t& sessions)
{
    Session::Buffer buffer;
    do {
        Session session(loop, buffer, load.port);
        co_await session.sign_in(user, load.password);
        co_await session.ask("STAT\r\n", line);
        co_await session.ask("UIDL\r\n", listing);
        co_await session.ask("RETR 1\r\n", listing);
        co_await session.ask("QUIT\r\n", line);
        ++sessions;
    } while (Clock::now() < until);
}

Task retrieve(Loop& loop, std::uint16_t port, std::string user, std::string password, std::size_t count,
              double& rate)
{
    Session::Buffer buffer;
    Session session(loop, buffer, port);
    co_await session.sign_in(user, password);
    co_await session.ask("UIDL\r\n", listing); // so that RETR alone is measured
    std::string commands;
    for (std::size_t number = 1; number <= count; ++number)
        commands += "RETR " + std::to_string(number) + "\r\n";
    const auto began = Clock::now();
    session.send(commands);
    co_await session.read_answers(count, listing);
    rate = static_cast<double>(count) / std::chrono::duration<double>(Clock::now() - began).count();
    co_await session.ask("QUIT\r\n", line);
}

} // namespace

PollResult poll(const PollLoad& load)
{
    PollResult result;
    const auto run = [&](Clock::time_point until) {
        result.sessions = 0;
        Loop loop;
        for (const auto& user : load.users)
            loop.start(poll_until(loop, load, user, until, result.sessions));
        loop.run();
    };
    run(Clock::now());
    const auto began = Clock::now();
    const auto cpu = thread_cpu();
    run(began + load.time);
    result.seconds = std::chrono::duration<double>(Clock::now() - began).count();
    result.client_cpu = thread_cpu() - cpu;
    return result;
}

double retrieve_pipelined(std::uint16_t port, const std::string& user, const std::string& password,
                          std::size_t count)
{
    double rate = 0;
    Loop loop;
    loop.start(retrieve(loop, port, user, password, count, rate));
    loop.run();
    return rate;
}

} // namespace pillarbox::bench
