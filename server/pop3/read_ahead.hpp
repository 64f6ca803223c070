#pragma once

#include "server/net/waiter.hpp"
#include "server/pop3/numbering.hpp"
#include "storage/body.hpp"
#include "storage/mail.hpp"

#include <boost/asio/awaitable.hpp>

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <vector>

namespace pillarbox::pop3 {

/// Opens messages for a client that pipelines (RFC 2449 §6.6): one that asks
/// for one after the other gets those behind with the same look at the store,
/// twice as many each time, and while they are sent the next are fetched.
/// Nothing is read ahead, and nothing kept, for a client that waits for each answer.
class ReadAhead
{
public:
    static constexpr std::size_t most_messages = 32;
    static constexpr std::uint64_t most_octets = 256ul * 1024; // of those that one look brings

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
    using Messages = std::deque<Opened>; // in the order of their numbers

    /// What to ask the store for.
    struct Wish
    {
        std::vector<std::uint32_t> numbers;
        std::vector<storage::MessageId> messages;
    };

    /// A look at the store that nobody waits for yet.
    struct Look
    {
        Messages messages; // none where it failed: it is tried again when somebody asks
        bool over = false;
        net::Waiter session;
    };

    Wish from(const Numbering& numbering, std::uint32_t number);
    boost::asio::awaitable<void> finish_look();
    static boost::asio::awaitable<void> look(std::shared_ptr<Look> look, storage::Mail& mail, Wish wish);
    std::unique_ptr<storage::MessageReader> take(std::uint32_t number);

    Messages opened_;
    std::shared_ptr<Look> look_; // shared with the coroutine that looks
    std::uint32_t last_ = 0;     // that was asked for
    std::size_t at_once_ = 1;    // to open next time
};

} // namespace pillarbox::pop3
