#pragma once

#include "storage/result.hpp"

#include <boost/asio/awaitable.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace pillarbox::storage {

using boost::asio::awaitable;

/// A message on its way in, in wire form: CRLF line ends, dots undone. In
/// memory while it is small, then in a file beside the store. Destroying one
/// that was never delivered leaves nothing behind.
class Spool
{
public:
    virtual ~Spool() = default;

    /// Errors: out_of_space.
    virtual Result<void> append(std::string_view octets) = 0;

    /// Octets so far.
    virtual std::uint64_t size() const = 0;

    /// The octets of [offset, offset + length), cut at the end, for checking
    /// and signing. Errors: not_found when the file cannot be read.
    virtual Result<std::string> read(std::uint64_t offset, std::size_t length) const = 0;
};

/// A stored message, read from front to back: the trace fields, then the
/// body. What it reads stays readable though another session expunges it.
class MessageReader
{
public:
    virtual ~MessageReader() = default;

    /// Octets in all.
    virtual std::uint64_t size() const = 0;

    /// The next piece, at most 256 KiB; empty at the end. It holds until the
    /// next call. Errors: not_found when its octets are damaged or gone.
    virtual awaitable<Result<std::string_view>> next() = 0;

    /// Continues at `offset`, for ranges and parts. Beyond the end means at it.
    virtual void seek(std::uint64_t offset) = 0;
};

} // namespace pillarbox::storage
