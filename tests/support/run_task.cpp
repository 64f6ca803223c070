#include "tests/support/run_task.hpp"

#include <boost/asio/co_spawn.hpp>

#include <exception>

namespace pillarbox::test {

void run_task(boost::asio::io_context& context, boost::asio::awaitable<void> task)
{
    std::exception_ptr escaped;
    boost::asio::co_spawn(context, std::move(task), [&](std::exception_ptr error) { escaped = error; });
    context.restart();
    context.run();
    if (escaped) std::rethrow_exception(escaped);
}

} // namespace pillarbox::test
