#pragma once

#include "storage/sqlite/core.hpp"
#include "storage/store.hpp"
#include "tests/support/run_task.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <gtest/gtest.h>

#include <filesystem>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace pillarbox::storage {

inline constexpr auto alice = "alice@example.org";
inline constexpr auto bob = "bob@example.org";

/// What the store reported.
class Recorder final : public Observer
{
public:
    struct Event
    {
        Severity severity;
        std::string what;
        std::string detail;
    };

    void event(Severity severity, std::string_view what, std::string_view detail) noexcept override
    {
        const std::lock_guard lock(mutex_);
        events_.push_back({severity, std::string(what), std::string(detail)});
    }

    void committed(std::size_t ops, std::chrono::microseconds) noexcept override
    {
        const std::lock_guard lock(mutex_);
        groups_.push_back(ops);
    }

    std::vector<Event> events() const
    {
        const std::lock_guard lock(mutex_);
        return events_;
    }

    std::vector<std::size_t> groups() const
    {
        const std::lock_guard lock(mutex_);
        return groups_;
    }

    std::size_t errors() const
    {
        std::size_t count = 0;
        for (const auto& event : events())
            count += event.severity == Severity::error;
        return count;
    }

private:
    mutable std::mutex mutex_;
    std::vector<Event> events_;
    std::vector<std::size_t> groups_;
};

/// A directory that goes with the test.
class TemporaryDirectory
{
public:
    TemporaryDirectory();
    ~TemporaryDirectory();
    TemporaryDirectory(const TemporaryDirectory&) = delete;
    TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;

    const std::filesystem::path& path() const { return path_; }

private:
    std::filesystem::path path_;
};

/// A real store in a temporary directory, with alice@ and bob@example.org.
class StoreTest : public testing::Test
{
public:
    StoreTest();
    ~StoreTest() override;

    /// After each test the store must agree with itself, row by row and octet
    /// by octet.
    void TearDown() override;

    /// Reads every row and every octet: nothing may be wrong.
    void expect_sound();

    /// Closes the store if it is open, and opens it (again).
    void reopen();
    void close();

    /// Runs a call of the store to its end on this thread.
    template <class Value>
    Value run(boost::asio::awaitable<Value> task)
    {
        return test::run_task(context_, std::move(task));
    }

    Mail& mail() { return store_->mail(); }
    Accounts& accounts() { return store_->accounts(); }
    Queue& queue() { return store_->queue(); }
    Sessions& sessions() { return store_->sessions(); }
    Vault& vault() { return store_->vault(); }
    sqlite::Core& core() { return store_->core(); }

    AccountId account(const std::string& address);
    void add_account(const std::string& address);

    /// A delivery of `body` to these accounts, with the trace "Return-Path: <>\r\n".
    Delivery delivery(std::string_view body, const std::vector<std::string>& addresses);
    Result<void> deliver(std::string_view body, const std::vector<std::string>& addresses);

    std::unique_ptr<Maildrop> open_maildrop(const std::string& address);
    std::vector<MaildropEntry> entries(const std::string& address);

    /// All octets of a message.
    Result<std::string> read(MessageId message);

    MailboxId mailbox(const std::string& address, MailboxRole role = MailboxRole::inbox);

    static constexpr std::string_view trace = "Return-Path: <>\r\n";

    boost::asio::io_context context_{1}; // outlives the store
    TemporaryDirectory directory_;
    std::shared_ptr<Recorder> recorder_ = std::make_shared<Recorder>();
    Options options_;
    sqlite::Underneath underneath_;
    std::unique_ptr<sqlite::SqliteStore> store_;
    bool damages_ = false; // the test leaves a store that is none, or not as it should be
};

/// `octets` octets in lines, different for every `seed`.
std::string text_of(std::size_t octets, unsigned seed = 0);

} // namespace pillarbox::storage
