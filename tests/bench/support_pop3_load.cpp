#include "tests/bench/support_pop3_load.hpp"

#include "tests/bench/support_must.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>

#include <time.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <stdexcept>
#include <string_view>

namespace pillarbox::bench {
namespace {

namespace asio = boost::asio;
using asio::use_awaitable;
using Clock = std::chrono::steady_clock;

double thread_cpu()
{
    timespec time{};
    ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) / 1e9;
}

/// One conversation. What comes is read into a buffer that outlives it.
class Session
{
public:
    using Buffer = std::array<char, std::size_t{64} * 1024>;

    Session(asio::io_context& context, Buffer& buffer) : socket_(context), buffer_(buffer) {}

    asio::awaitable<void> begin(std::uint16_t port, const std::string& user, const std::string& password)
    {
        const asio::ip::tcp::endpoint server(asio::ip::address_v4::loopback(), port);
        co_await socket_.async_connect(server, use_awaitable);
        socket_.set_option(asio::ip::tcp::no_delay(true));
        co_await read_answers(1, "\r\n");
        co_await ask("USER " + user + "\r\n", "\r\n");
        co_await ask("PASS " + password + "\r\n", "\r\n");
    }

    /// A command, and its answer up to `end`.
    asio::awaitable<void> ask(std::string command, std::string_view end)
    {
        co_await send(std::move(command));
        co_await read_answers(1, end);
    }

    asio::awaitable<void> send(std::string text)
    {
        co_await asio::async_write(socket_, asio::buffer(text), use_awaitable);
    }

    /// Reads `count` answers, each up to `end`. No part of an answer looks like
    /// its end, and nothing comes behind the last.
    asio::awaitable<void> read_answers(std::size_t count, std::string_view end)
    {
        std::size_t kept = 0; // octets that may be the first ones of an end
        bool beginning = true;
        while (count > 0) {
            const auto room = asio::buffer(buffer_.data() + kept, buffer_.size() - kept);
            const std::size_t came = co_await socket_.async_read_some(room, use_awaitable);
            std::string_view there(buffer_.data(), kept + came);
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
    asio::ip::tcp::socket socket_;
    Buffer& buffer_;
};

constexpr std::string_view line = "\r\n";
constexpr std::string_view listing = "\r\n.\r\n";

asio::awaitable<void> poll_once(asio::io_context& context, Session::Buffer& buffer, const PollLoad& load,
                                const std::string& user)
{
    Session session(context, buffer);
    co_await session.begin(load.port, user, load.password);
    co_await session.ask("STAT\r\n", line);
    co_await session.ask("UIDL\r\n", listing);
    co_await session.ask("RETR 1\r\n", listing);
    co_await session.ask("QUIT\r\n", line);
}

asio::awaitable<void> poll_until(asio::io_context& context, const PollLoad& load, std::size_t which,
                                 Clock::time_point until, std::size_t& sessions)
{
    Session::Buffer buffer;
    do {
        co_await poll_once(context, buffer, load, load.users[which]);
        ++sessions;
    } while (Clock::now() < until);
}

asio::awaitable<void> retrieve(asio::io_context& context, std::uint16_t port, std::string user,
                               std::string password, std::size_t count, double& rate)
{
    Session::Buffer buffer;
    Session session(context, buffer);
    co_await session.begin(port, user, password);
    co_await session.ask("UIDL\r\n", listing); // so that RETR alone is measured
    std::string commands;                      // some twenty KiB, for which the buffers on the way have room
    for (std::size_t number = 1; number <= count; ++number)
        commands += "RETR " + std::to_string(number) + "\r\n";
    const auto began = Clock::now();
    co_await session.send(std::move(commands));
    co_await session.read_answers(count, listing);
    rate = static_cast<double>(count) / std::chrono::duration<double>(Clock::now() - began).count();
    co_await session.ask("QUIT\r\n", line);
}

} // namespace

PollResult poll(const PollLoad& load)
{
    asio::io_context context(1);
    PollResult result;
    const auto run = [&](Clock::time_point until) {
        result.sessions = 0;
        for (std::size_t which = 0; which < load.users.size(); ++which)
            asio::co_spawn(context, poll_until(context, load, which, until, result.sessions), rethrow);
        context.run();
        context.restart();
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
    asio::io_context context(1);
    double rate = 0;
    asio::co_spawn(context, retrieve(context, port, user, password, count, rate), rethrow);
    context.run();
    return rate;
}

} // namespace pillarbox::bench
