#include "server/pop3/read_ahead.hpp"

#include "storage/store.hpp"
#include "tests/support/run_task.hpp"
#include "tests/support/temporary_folder.hpp"

#include <gtest/gtest.h>

#include <numeric>

namespace pillarbox::pop3 {
namespace {

using boost::asio::awaitable;
using Numbers = std::vector<std::uint32_t>;

/// A maildrop of small messages, of which each says its number; the tenth is
/// larger than what is read ahead.
class ReadAheadTest : public testing::Test
{
public:
    static constexpr std::uint32_t count = 150;
    static constexpr std::uint32_t large = 10;

    ReadAheadTest()
    {
        EXPECT_TRUE(run(store_->accounts().add_domain("example.test")));
        storage::NewAccount person{.address = "alice@example.test", .password_hash = "hash"};
        EXPECT_TRUE(run(store_->accounts().add({std::move(person)})));
        account_ = run(store_->accounts().find("alice@example.test"))->id;
        for (std::uint32_t number = 1; number <= count; ++number)
            deliver(number);
        auto inbox = run(store_->mail().mailboxes(account_))->front().id;
        const auto page = run(store_->mail().list(account_, inbox, 0, 0, count));
        std::vector<storage::MaildropEntry> entries;
        for (auto at = page->items.rbegin(); at != page->items.rend(); ++at) // the newest is first
            entries.push_back({.id = at->id, .size = at->size, .unique_id = {}, .uid = at->uid});
        numbering_.emplace(std::move(entries));
    }

    /// Opens one after the other, in one go, and returns what each said.
    awaitable<Numbers> open_all(Numbers numbers, bool pipelined)
    {
        Numbers seen;
        for (const auto number : numbers) {
            auto reader = co_await ahead_.open(store_->mail(), *numbering_, number, pipelined);
            EXPECT_TRUE(reader);
            const auto piece = co_await (*reader)->next();
            const std::string text(piece->substr(piece->find("Subject: ") + 9, 8));
            seen.push_back(static_cast<std::uint32_t>(std::stoul(text)));
        }
        co_return seen;
    }

    void expect_all(const Numbers& numbers, bool pipelined)
    {
        EXPECT_EQ(run(open_all(numbers, pipelined)), numbers);
    }

    static Numbers all()
    {
        Numbers numbers(count);
        std::iota(numbers.begin(), numbers.end(), 1);
        return numbers;
    }

    template <class Value>
    Value run(awaitable<Value> task)
    {
        return test::run_task(context_, std::move(task));
    }

    std::optional<Numbering> numbering_;
    ReadAhead ahead_;

private:
    void deliver(std::uint32_t number)
    {
        storage::Delivery delivery;
        delivery.copies.resize(1);
        delivery.copies.front().account = account_;
        delivery.body = store_->mail().new_spool();
        EXPECT_TRUE(delivery.body->append("Subject: " + std::to_string(number) + "\r\n\r\n"));
        if (number == large) EXPECT_TRUE(delivery.body->append(std::string(ReadAhead::most_octets + 1, 'x')));
        EXPECT_TRUE(run(store_->mail().deliver(std::move(delivery))));
    }

    static storage::Options options(const std::filesystem::path& directory)
    {
        storage::Options options;
        options.directory = directory;
        options.disk_reserve = 0;
        return options;
    }

    test::TemporaryFolder folder_;
    boost::asio::io_context context_; // outlives the store, whose threads post to it
    std::unique_ptr<storage::Store> store_ = storage::open(options(folder_.path() / "store"));
    storage::AccountId account_{};
};

TEST_F(ReadAheadTest, BringsEachMessageInItsTurn)
{
    expect_all(all(), true);
}

TEST_F(ReadAheadTest, DoesNotMindWhoWaits)
{
    expect_all(all(), false);
}

TEST_F(ReadAheadTest, FollowsWhoeverJumps)
{
    Numbers numbers = all();
    for (const auto number :
         {150u, 40u, 41u, 42u, 43u, 44u, 45u, 46u, 47u, 60u, 61u, 5u, 5u, 6u, 8u, 9u, 10u, 11u, 12u})
        numbers.push_back(number);
    expect_all(numbers, true);
}

TEST_F(ReadAheadTest, PassesOverWhatIsMarkedAsDeleted)
{
    Numbers numbers;
    for (std::uint32_t number = 1; number <= count; ++number) {
        if (number % 3 == 0)
            numbering_->mark(number);
        else
            numbers.push_back(number);
    }
    expect_all(numbers, true);
}

TEST_F(ReadAheadTest, StopsWhereTheClientStops)
{
    expect_all({1, 2, 3, 4, 5, 6, 7}, true);
    expect_all({8}, false);
    expect_all({9, 10, 11, 12, 13, 14}, true);
}

} // namespace
} // namespace pillarbox::pop3
