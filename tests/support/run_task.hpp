#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <exception>
#include <optional>
#include <utility>

namespace pillarbox::test {

/// Runs a task to its end on this thread and returns what it returned, or
/// throws what it threw. For contexts that nobody else runs.
template <class Value>
Value run_task(boost::asio::io_context& context, boost::asio::awaitable<Value> task)
{
    std::optional<Value> outcome;
    std::exception_ptr escaped;
    boost::asio::co_spawn(context, std::move(task), [&](std::exception_ptr error, Value value) {
        escaped = error;
        outcome.emplace(std::move(value));
    });
    context.restart();
    context.run();
    if (escaped) std::rethrow_exception(escaped);
    return std::move(*outcome);
}

} // namespace pillarbox::test
