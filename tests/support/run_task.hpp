#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>

#include <optional>
#include <utility>

namespace pillarbox::test {

/// Runs a task to its end on this thread, and throws what it threw. For
/// contexts that nobody else runs.
void run_task(boost::asio::io_context& context, boost::asio::awaitable<void> task);

/// The same, and returns what it returned. A compiler takes its time with
/// co_spawn(): it is called in one place for all.
template <class Value>
Value run_task(boost::asio::io_context& context, boost::asio::awaitable<Value> task)
{
    std::optional<Value> outcome;
    const auto keep = [&]() -> boost::asio::awaitable<void> {
        auto value = co_await std::move(task);
        outcome.emplace(std::move(value));
    };
    run_task(context, keep());
    return std::move(*outcome);
}

} // namespace pillarbox::test
