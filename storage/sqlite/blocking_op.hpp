#pragma once

#include "storage/sqlite/op.hpp"

#include <future>

namespace pillarbox::storage::sqlite {

/// Pushes an Op that runs `work` and waits for its commit on this thread,
/// which must be none of the queue's own and no reactor. `octets` is the Op's.
template <class Queue, class Work>
auto submit_and_wait(Queue& queue, Work work, std::size_t octets = 0)
{
    using Outcome = std::invoke_result_t<Work&, Database&>;
    struct Handler
    {
        std::promise<Outcome> promise;
        void operator()(Outcome outcome) { promise.set_value(std::move(outcome)); }
    };
    Handler handler;
    auto outcome = handler.promise.get_future();
    auto op = std::make_unique<OpOf<Work, Handler>>(std::move(work), std::move(handler));
    op->home = {}; // resumed where it was committed
    op->octets = octets;
    queue.push(std::move(op));
    return outcome.get();
}

/// Pushes an Op that runs `work` and that nobody waits for: `work` has to be
/// told by settle() how it went.
template <class Queue, class Work>
void push_unattended(Queue& queue, Work work)
{
    struct Handler
    {
        void operator()(std::invoke_result_t<Work&, Database&>) const {}
    };
    auto op = std::make_unique<OpOf<Work, Handler>>(std::move(work), Handler());
    op->home = {}; // resumed where it was committed
    queue.push(std::move(op));
}

} // namespace pillarbox::storage::sqlite
