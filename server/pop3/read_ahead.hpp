#pragma once

#include "server/pop3/numbering.hpp"
#include "storage/body.hpp"
#include "storage/mail.hpp"

#include <boost/asio/awaitable.hpp>

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>

namespace pillarbox::pop3 {

/// Opens messages for a client that pipelines (RFC 2449 §6.6): one that asks
/// for one after the other gets those behind with the same look at the store,
/// twice as many each time. Nothing is read ahead, and nothing kept, for a
/// client that waits for each answer.
class ReadAhead
{
public:
    static constexpr std::size_t most_messages = 32;
    static constexpr std::uint64_t most_octets = 256ul * 1024; // of those behind, together

    /// The message of that number, which there is. `pipelined`: more commands
    /// have come already. Errors: as storage::Mail::open().
    boost::asio::awaitable<storage::Result<std::unique_ptr<storage::MessageReader>>>
    open(storage::Mail& mail, const Numbering& numbering, std::uint32_t number, bool pipelined);

private:
    struct Opened
    {
        std::uint32_t number;
        std::unique_ptr<storage::MessageReader> reader;
    };

    std::unique_ptr<storage::MessageReader> take(std::uint32_t number);

    std::deque<Opened> opened_; // in the order of their numbers
    std::uint32_t last_ = 0;    // that was asked for
    std::size_t at_once_ = 1;   // to open next time
};

} // namespace pillarbox::pop3
