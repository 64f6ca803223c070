#pragma once

#include "storage/store.hpp"
#include "tests/support/run_task.hpp"
#include "tests/support/temporary_folder.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace pillarbox::mailflow {

/// A real store with example.test, alice@ and bob@ in it, sales@ for both of
/// them, and away@ at another server.
class StoreFixture : public testing::Test
{
public:
    StoreFixture()
    {
        storage::Options options;
        options.directory = folder_.path() / "store";
        options.default_quota = 64 * 1024;
        options.disk_reserve = 0;
        store_ = storage::open(options);
        EXPECT_TRUE(run(accounts().add_domain("example.test")));
        EXPECT_TRUE(run(accounts().add({{.address = "alice@example.test", .password_hash = "x"},
                                        {.address = "bob@example.test", .password_hash = "x"}})));
        add_alias("sales@example.test", {"alice@example.test", "bob@example.test"});
        add_alias("away@example.test", {"away@elsewhere.example"});
    }

    /// Runs a task to its end on this thread.
    template <class Value>
    Value run(boost::asio::awaitable<Value> task)
    {
        return test::run_task(context_, std::move(task));
    }

    boost::asio::io_context& context() { return context_; }
    storage::Store& store() { return *store_; }
    storage::Accounts& accounts() { return store_->accounts(); }
    storage::Mail& mail() { return store_->mail(); }
    storage::Queue& queue() { return store_->queue(); }

    void add_alias(std::string address, std::vector<std::string> targets)
    {
        EXPECT_TRUE(run(accounts().add_alias({std::move(address), std::move(targets)})));
    }

    storage::AccountId account(const std::string& address)
    {
        const auto found = run(accounts().find(address));
        EXPECT_TRUE(found) << address;
        return found ? found->id : storage::AccountId{};
    }

private:
    boost::asio::io_context context_{1}; // outlives the store
    test::TemporaryFolder folder_;
    std::unique_ptr<storage::Store> store_;
};

} // namespace pillarbox::mailflow
