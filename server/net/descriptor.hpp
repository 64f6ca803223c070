#pragma once

#include <unistd.h>

#include <cstddef>
#include <utility>

namespace pillarbox::net {

/// A file descriptor that somebody owns.
class Descriptor
{
public:
    explicit Descriptor(int value = -1) : value_(value) {}
    Descriptor(Descriptor&& other) noexcept : value_(std::exchange(other.value_, -1)) {}
    Descriptor& operator=(Descriptor&& other) noexcept
    {
        std::swap(value_, other.value_);
        return *this;
    }
    ~Descriptor()
    {
        if (value_ >= 0) ::close(value_);
    }

    int value() const { return value_; }
    explicit operator bool() const { return value_ >= 0; }
    int release() { return std::exchange(value_, -1); }

private:
    int value_;
};

/// Raises the process's soft limit of open descriptors to its hard limit and
/// returns what it now is. Call it first thing; the numbers of connections
/// allowed should leave room below it for the store (64 at least).
std::size_t raise_descriptor_limit();

} // namespace pillarbox::net
