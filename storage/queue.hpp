#pragma once

#include "storage/body.hpp"
#include "storage/types.hpp"

#include <string>
#include <vector>

namespace pillarbox::storage {

/// One recipient of one message on its way to another server.
struct Queued
{
    QueueId id{};
    std::string reverse_path;
    std::string recipient;
    std::uint64_t size = 0; // octets
    Time queued{};
    bool held = true; // waits for an administrator
};

/// Mail on its way out. Delivery puts it there, in the commit that accepts it.
class Queue
{
public:
    virtual ~Queue() = default;

    /// Oldest first, at most `limit`.
    virtual awaitable<Result<std::vector<Queued>>> list(std::size_t limit) = 0;

    /// Removes one. Errors: not_found.
    virtual awaitable<Result<void>> drop(QueueId id) = 0;
};

} // namespace pillarbox::storage
