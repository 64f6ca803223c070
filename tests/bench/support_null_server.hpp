#pragma once

#include "tests/bench/support_socket.hpp"

#include <functional>
#include <memory>
#include <span>

namespace pillarbox::bench {

/// One peer's conversation with a server that stores nothing.
class NullConversation
{
public:
    virtual ~NullConversation() = default;

    /// Reads what came, with `space` to read it into, and answers; false at the
    /// end. Answers always have room: a client reads each before it goes on.
    virtual bool readable(std::span<char> space) = 0;
};

/// Serves all that connect, in this one thread, for ever.
[[noreturn]] void serve_null(const Descriptor& listener,
                             const std::function<std::unique_ptr<NullConversation>(Descriptor)>& begin);

} // namespace pillarbox::bench
