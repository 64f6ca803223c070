#pragma once

#include <fcntl.h>
#include <unistd.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

namespace pillarbox::bench {

/// A descriptor that is closed. Throws std::system_error when there is none.
class Descriptor
{
public:
    explicit Descriptor(int number);
    ~Descriptor();
    Descriptor(Descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
    Descriptor& operator=(Descriptor&& other) noexcept
    {
        std::swap(number_, other.number_);
        return *this;
    }

    int number() const { return number_; }

private:
    int number_;
};

/// Connected to a port of 127.0.0.1, without Nagle's delay.
Descriptor connect_to(std::uint16_t port);

/// Listening on a free port of 127.0.0.1, which `port` then is.
Descriptor listen_on_loopback(std::uint16_t& port);

/// A client that waits: for protocols with lines, one conversation at a time.
/// Throws std::runtime_error when the server ends it, or for 60 s says nothing.
class LineClient
{
public:
    explicit LineClient(std::uint16_t port);

    void send(std::string_view octets);
    /// The next line, without its end; it holds until the next call.
    std::string_view read_line();
    /// Reads lines until one is "."; returns how many octets came with it.
    std::uint64_t skip_listing();
    std::string read_to_end();

private:
    bool fill();

    Descriptor socket_;
    std::string buffer_;
    std::size_t at_ = 0;  // of the first octet that was not taken
    std::size_t end_ = 0; // behind the last octet that came
};

} // namespace pillarbox::bench
