#include "server/transfer/source.hpp"
#include "server/transfer/target.hpp"
#include "storage/store.hpp"
#include "tests/support/run_task.hpp"
#include "tests/support/temporary_folder.hpp"

#include <boost/asio/io_context.hpp>
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>

namespace pillarbox::transfer {

namespace {

constexpr std::string_view from_line = "From a@example.org Tue Nov 25 17:22:01 2025\n";

/// An importer's store, and an account without and one with little room.
class TransferOnAStore : public testing::Test
{
public:
    TransferOnAStore()
    {
        storage::Options options;
        options.directory = folder_.path() / "data";
        options.access = storage::Options::Access::importer;
        store_ = storage::open(options);
        EXPECT_TRUE(run(store_->accounts().add_domain("example.org")));
        std::vector<storage::NewAccount> accounts(2);
        accounts[0].address = "alice@example.org";
        accounts[1].address = "small@example.org";
        accounts[1].quota = 50'000;
        EXPECT_TRUE(run(store_->accounts().add(std::move(accounts))));
    }

    template <class Value>
    Value run(awaitable<Value> task)
    {
        return test::run_task(context_, std::move(task));
    }

    storage::AccountId account(const std::string& address)
    {
        return run(store_->accounts().find(address))->id;
    }

    /// A file with `count` messages of some kilobytes, none like another.
    std::filesystem::path mbox(int count)
    {
        const auto path = folder_.path() / "box";
        std::ofstream file(path);
        for (int at = 0; at < count; ++at)
            file << from_line << "Subject: " << at << "\nStatus: RO\n\n"
                 << std::string(at % 3 * 7'000, 'x') << "\n\n";
        return path;
    }

    Importer importer(const std::string& address, std::function<bool()> stopping = [] { return false; })
    {
        return {context_.get_executor(),
                *store_,
                progress_,
                {.account = account(address), .limit = 1'000'000, .stopping = std::move(stopping)}};
    }

    /// The sentence it ends with; empty when it comes to its end.
    std::string import(Importer& importer, std::filesystem::path path)
    {
        auto all = [](Importer& to, std::filesystem::path where) -> awaitable<std::string> {
            std::string sentence;
            Source source{.path = std::move(where), .folder = {}};
            try {
                co_await import_mbox(to, std::move(source));
            } catch (const Failed& failed) {
                sentence = failed.what();
            }
            co_return sentence;
        };
        return run(all(importer, std::move(path)));
    }

    test::TemporaryFolder folder_;
    boost::asio::io_context context_{1}; // outlives the store
    std::unique_ptr<storage::Store> store_;
    ProgressLine progress_;
};

} // namespace

TEST_F(TransferOnAStore, BringsAllOnce)
{
    const auto path = mbox(500);
    auto first = importer("alice@example.org");
    EXPECT_EQ(import(first, path), "");
    EXPECT_EQ(first.tally().done, 500u);
    auto second = importer("alice@example.org");
    EXPECT_EQ(import(second, path), "");
    EXPECT_EQ(second.tally().done, 0u);
    EXPECT_EQ(second.tally().already, 500u);

    const auto mailboxes = run(store_->mail().mailboxes(account("alice@example.org")));
    ASSERT_TRUE(mailboxes);
    const auto inbox = mailboxes->front();
    EXPECT_EQ(inbox.messages, 500u);
    EXPECT_EQ(inbox.unseen, 0u);
    const auto listed = run(store_->transfer().after(account("alice@example.org"), inbox.id, 0, 3));
    ASSERT_TRUE(listed);
    const auto message = run(store_->mail().find(account("alice@example.org"), (*listed)[2].id));
    ASSERT_TRUE(message);
    EXPECT_EQ(message->summary.subject, "2"); // in the source's order
}

TEST_F(TransferOnAStore, StopsWhenTheAccountIsFull)
{
    auto importer = this->importer("small@example.org");
    const auto sentence = import(importer, mbox(300));
    EXPECT_NE(sentence.find("the message at octet"), std::string::npos) << sentence;
    EXPECT_NE(sentence.find("the account is full"), std::string::npos) << sentence;
    EXPECT_GT(importer.tally().done, 0u);
    EXPECT_LT(importer.tally().done, 300u);
    EXPECT_EQ(run(store_->accounts().find("small@example.org"))->messages, importer.tally().done);
}

TEST_F(TransferOnAStore, StopsBetweenMessages)
{
    int asked = 0;
    auto importer = this->importer("alice@example.org", [&] { return ++asked > 100; });
    EXPECT_EQ(import(importer, mbox(500)), "");
    EXPECT_TRUE(importer.tally().stopped);
    EXPECT_LT(importer.tally().done, 500u);
    EXPECT_EQ(run(store_->accounts().find("alice@example.org"))->messages, importer.tally().done);
}

TEST_F(TransferOnAStore, ExportsWhatItImported)
{
    const auto path = mbox(50);
    auto importer = this->importer("alice@example.org");
    ASSERT_EQ(import(importer, path), "");
    Exporter exporter(*store_, progress_,
                      {.account = account("alice@example.org"), .stopping = [] { return false; }});
    const auto copy = folder_.path() / "copy";
    auto all = [](Exporter& from_store, std::filesystem::path where) -> awaitable<bool> {
        Target target{.path = std::move(where), .folder = "Inbox"};
        co_await export_mbox(from_store, std::move(target));
        co_await from_store.release();
        co_return true;
    };
    EXPECT_TRUE(run(all(exporter, copy)));
    EXPECT_EQ(exporter.tally().done, 50u);
    auto again = this->importer("alice@example.org");
    EXPECT_EQ(import(again, copy), "");
    EXPECT_EQ(again.tally().already, 50u); // octet for octet, flags taken off
}

} // namespace pillarbox::transfer
