#pragma once

#include "server/admin/failed.hpp"
#include "server/base/config.hpp"
#include "storage/store.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <exception>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <utility>

namespace pillarbox::admin {

/// As root, becomes the directory's owner for good, so that no file is left
/// behind that the server may not write; with `reads_all` the files of others
/// stay readable. Without a directory does nothing.
void become_owner_of(const std::filesystem::path& directory, bool reads_all = false);

/// The store as a verb uses it: beside a server that may be running, and one
/// call after the other.
class Tool
{
public:
    /// Opens the store in the configured data directory, making both if there
    /// are none. As root it first becomes the directory's owner, so that no
    /// file is left behind that the server may not write.
    explicit Tool(const Config& config, storage::Options::Access access = storage::Options::Access::tool);

    storage::Store& store() { return *store_; }
    storage::Accounts& accounts() { return store_->accounts(); }
    storage::Junk& junk() { return store_->junk(); }
    storage::Queue& queue() { return store_->queue(); }

    /// Where wait() runs what it is given.
    boost::asio::any_io_executor executor() { return context_.get_executor(); }

    /// Runs one call of the store to its end.
    template <class T>
    T wait(boost::asio::awaitable<T> call)
    {
        std::optional<T> outcome;
        std::exception_ptr escaped;
        boost::asio::co_spawn(context_, std::move(call), [&](std::exception_ptr error, T value) {
            escaped = error;
            if (!error) outcome = std::move(value);
        });
        context_.restart();
        context_.run();
        if (escaped) std::rethrow_exception(escaped);
        if (!outcome) throw Failed("the store ended before it answered");
        return std::move(*outcome);
    }

    /// The same for work that has no answer but what it throws.
    void wait(boost::asio::awaitable<void> work);

private:
    boost::asio::io_context context_{1}; // outlives the store, whose threads post to it
    std::unique_ptr<storage::Store> store_;
};

/// The account at `address`, which parse_address() returned. Throws Failed.
storage::AccountId account_of(Tool& tool, const std::string& address);

} // namespace pillarbox::admin
