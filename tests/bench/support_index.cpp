#include "tests/bench/support_index.hpp"

#include "tests/support/run_task.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <chrono>
#include <stdexcept>

namespace pillarbox::bench {
namespace {

namespace asio = boost::asio;

/// The store does not say when it is done, only how much is left.
asio::awaitable<bool> indexed(asio::io_context& context, storage::Store& store, storage::AccountId account)
{
    asio::steady_timer timer(context);
    const auto query = storage::parse_search("nothingofthekind", {});
    while (true) {
        const auto found = co_await store.search().search(account, *query, std::nullopt, 1);
        if (!found) throw std::runtime_error(found.error().message());
        if (found->behind == 0) co_return true;
        timer.expires_after(std::chrono::milliseconds(20));
        co_await timer.async_wait(asio::use_awaitable);
    }
}

} // namespace

void await_index(asio::io_context& context, storage::Store& store, storage::AccountId account)
{
    test::run_task(context, indexed(context, store, account));
}

} // namespace pillarbox::bench
