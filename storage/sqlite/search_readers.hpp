#pragma once

#include "storage/sqlite/readers.hpp"

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>

namespace pillarbox::storage::sqlite {

struct Core;

/// The threads that search: apart from those that read mail, so that a long
/// search keeps no session waiting. Opened when the first one comes.
class SearchReaders
{
public:
    explicit SearchReaders(Core& core) : core_(core) {}

    /// Any thread. Ops are refused (unavailable) while there is no index.
    void push(std::unique_ptr<Op> op);

    /// Finishes what was pushed and lets go of the index, which may then be
    /// removed. What is pushed from now on is refused (unavailable).
    void close();

    /// There is an index again.
    void reopen();

    /// A search found it damaged, since this was asked last.
    bool found_damaged() { return damaged_.exchange(false); }

private:
    bool open(); // under the lock

    Core& core_;
    std::atomic<bool> damaged_ = false;
    std::mutex mutex_; // guards what follows
    bool closed_ = false;
    std::unique_ptr<Readers> readers_;
};

} // namespace pillarbox::storage::sqlite
