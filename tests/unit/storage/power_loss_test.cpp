#include "tests/support/environment.hpp"
#include "tests/support/power_loss.hpp"
#include "tests/unit/storage/store_test.hpp"

#include <boost/asio/co_spawn.hpp>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <iterator>
#include <map>
#include <random>
#include <set>

#include <fcntl.h>

namespace pillarbox::storage {
namespace {

using test::from_environment;

/// What was asked for, and what was promised. Bodies have numbers.
struct Ledger
{
    std::set<unsigned> acknowledged;
    std::set<unsigned> removed;
    std::set<unsigned> perhaps_removed;
    std::map<std::string, unsigned> unique_ids; // once seen
};

/// Work on a disk whose power goes at any call; then what may be left of it is
/// opened again, and compared with what had been acknowledged.
class PowerLossTest : public StoreTest
{
public:
    PowerLossTest()
    {
        close();
        disk_ = std::make_shared<PowerLoss>(directory_.path() / "graveyard");
        underneath_.files = std::make_shared<PowerLossFiles>(disk_);
        underneath_.vfs = register_power_loss_vfs(disk_);
        underneath_.segment_octets = 200'000; // many of them
        underneath_.upkeep_by_itself = false;
        reopen();
    }

    /// A body of that number: of every tier, and different from all others.
    static std::string body_of(unsigned number)
    {
        constexpr std::array sizes = {100u, 700u, 5'000u, 20'000u, 60'000u, 300'000u};
        return std::to_string(number) + "\r\n" + text_of(sizes[number % sizes.size()], number);
    }

    awaitable<void> deliver_one(unsigned number)
    {
        Delivery delivery;
        delivery.body = mail().new_spool();
        if (!delivery.body->append(body_of(number))) co_return;
        delivery.copies.push_back({alice_, std::string(trace)});
        const auto delivered = co_await mail().deliver(std::move(delivery));
        if (delivered) ledger_.acknowledged.insert(number);
    }

    /// Some of what is there now, with what it is.
    std::map<MessageId, unsigned> some_messages()
    {
        std::map<MessageId, unsigned> some;
        for (const auto& [id, number] : shown_) {
            if (dice_() % 3 == 0) some.emplace(id, number);
        }
        return some;
    }

    awaitable<void> expunge_some()
    {
        const auto some = some_messages();
        std::vector<MessageId> ids;
        for (const auto& [id, number] : some) {
            ids.push_back(id);
            ledger_.perhaps_removed.insert(number);
        }
        const auto expunged = co_await mail().expunge(alice_, std::move(ids));
        if (!expunged) co_return;
        for (const auto& [id, number] : some) {
            ledger_.removed.insert(number);
            shown_.erase(id);
        }
    }

    /// Out of sight and back again, in two commits: the same mail, with other ids.
    awaitable<void> move_some()
    {
        std::vector<MessageId> ids;
        for (const auto& [id, number] : some_messages())
            ids.push_back(id);
        for (const auto mailbox : {archive_, inbox_}) {
            const auto moved = co_await mail().move(alice_, std::move(ids), mailbox);
            if (!moved) co_return;
            ids.clear();
            for (const auto& one : *moved) {
                ids.push_back(one.to.id);
                shown_.emplace(one.to.id, shown_.extract(one.from).mapped());
            }
        }
    }

    void start_together(std::vector<awaitable<void>> works)
    {
        for (auto& work : works)
            boost::asio::co_spawn(context_, std::move(work), [](std::exception_ptr error) {
                if (error) std::rethrow_exception(error);
            });
        context_.restart();
        context_.run();
    }

    /// Deliveries, and a removal or a move, all at once; then what upkeep does.
    void work()
    {
        std::vector<awaitable<void>> works;
        for (int i = 0; i < 8; ++i)
            works.push_back(deliver_one(next_++));
        works.push_back(dice_() % 2 == 0 ? expunge_some() : move_some());
        start_together(std::move(works));
        core().upkeep->run_once();
    }

    /// After a black-out. Sometimes the power goes while the store recovers.
    void start()
    {
        while (true) {
            close();
            if (disk_->gone()) disk_->blackout(options_.directory, dice_);
            if (dice_() % 4 == 0) disk_->arm(1 + dice_() % 12);
            options_.observer = recorder_ = std::make_shared<Recorder>();
            try {
                reopen();
            } catch (const std::exception& error) {
                ASSERT_TRUE(disk_->gone()) << error.what();
                continue;
            }
            if (!disk_->gone()) break;
        }
        disk_->arm(0);
        for (const auto& event : recorder_->events())
            EXPECT_NE(event.severity, Observer::Severity::error) << event.what << ": " << event.detail;
    }

    /// Reads everything, and compares. Mail under way may be in either mailbox.
    void check()
    {
        shown_.clear();
        std::set<unsigned> found;
        for (const auto mailbox : {inbox_, archive_}) {
            const auto page = run(mail().list(alice_, mailbox, 0, 0, 100'000));
            ASSERT_TRUE(page);
            for (const auto& message : page->items) {
                const auto text = read(message.id);
                ASSERT_TRUE(text) << "a message without its octets";
                const auto body = text->substr(trace.size());
                const auto number = static_cast<unsigned>(std::strtoul(body.c_str(), nullptr, 10));
                ASSERT_TRUE(body == body_of(number)) << "message " << number << " is damaged";
                EXPECT_TRUE(found.insert(number).second) << "message " << number << " is there twice";
                shown_.emplace(message.id, number);
            }
        }
        for (const auto number : ledger_.acknowledged) {
            if (found.contains(number)) continue;
            EXPECT_TRUE(ledger_.perhaps_removed.contains(number)) << "message " << number << " is lost";
        }
        for (const auto number : ledger_.removed)
            EXPECT_FALSE(found.contains(number)) << "message " << number << " has come back";
        for (const auto number : ledger_.perhaps_removed) {
            if (!found.contains(number)) ledger_.removed.insert(number);
        }
        // Whoever saw it once may rely on it: it was not acknowledged, but it stays.
        ledger_.acknowledged.insert(found.begin(), found.end());
        ledger_.perhaps_removed = ledger_.removed;
        check_unique_ids();
    }

    /// None is ever another message's.
    void check_unique_ids()
    {
        const auto shown = entries(alice);
        for (const auto& entry : shown) {
            const auto number = shown_.at(entry.id);
            const auto [known, first] = ledger_.unique_ids.emplace(entry.unique_id.text(), number);
            EXPECT_TRUE(first || known->second == number) << entry.unique_id.text() << " was used twice";
        }
    }

    void run_cycles()
    {
        const unsigned seed = from_environment("PILLARBOX_TEST_SEED", std::random_device()());
        dice_.seed(seed);
        const unsigned cycles = from_environment("PILLARBOX_CRASH_CYCLES", 25);
        std::size_t cut = 0;
        for (unsigned cycle = 1; cycle <= cycles && !HasFailure(); ++cycle) {
            SCOPED_TRACE(testing::Message() << "PILLARBOX_TEST_SEED=" << seed << ", cycle " << cycle);
            work();                         // undisturbed: something to lose
            if (dice_() % 4 == 0) reopen(); // the log goes into the database
            disk_->arm(1 + dice_() % 80);
            work();
            if (!disk_->gone()) close(); // perhaps while the log goes into the database
            disk_->cut();
            ++cut;
            ASSERT_NO_FATAL_FAILURE(start());
            ASSERT_NO_FATAL_FAILURE(check());
            expect_sound();
        }
        std::cout << "  " << cut << " times without power, " << ledger_.acknowledged.size()
                  << " messages and " << ledger_.removed.size() << " removals accounted for\n";
    }

    std::shared_ptr<PowerLoss> disk_;
    std::mt19937 dice_;
    AccountId alice_ = account(alice);
    MailboxId inbox_ = mailbox(alice);
    MailboxId archive_ = mailbox(alice, MailboxRole::archive);
    Ledger ledger_;
    std::map<MessageId, unsigned> shown_; // what is there, and which ones they are
    unsigned next_ = 0;
};

TEST_F(PowerLossTest, LosesNothingThatWasAcknowledged)
{
    run_cycles();
}

/// One without holes: only by emptying segments does space come back.
class NoHoles final : public PowerLossFiles
{
public:
    using PowerLossFiles::PowerLossFiles;

    sqlite::error_code punch(int, std::uint64_t, std::uint64_t) override
    {
        return {EOPNOTSUPP, boost::system::system_category()};
    }
};

TEST_F(PowerLossTest, LosesNothingThatIsMoved)
{
    underneath_.files = std::make_shared<NoHoles>(disk_);
    reopen();
    run_cycles();
}

TEST_F(PowerLossTest, ForgetsWhatWasNotSynced)
{
    // The disk itself: or the test above would show nothing.
    const auto path = options_.directory / "segments" / "probe";
    PowerLossFiles files(disk_);
    std::set<std::string> left;
    for (int i = 0; i < 100; ++i) {
        {
            auto file = files.open(path, O_RDWR | O_CREAT | O_EXCL);
            ASSERT_TRUE(file);
            std::string synced = "synced";
            iovec part{synced.data(), synced.size()};
            ASSERT_FALSE(files.write(file->number(), {&part, 1}, 0));
            ASSERT_FALSE(files.sync(file->number()));
            ASSERT_FALSE(files.sync_directory(path.parent_path()));
            std::string lost = "perhaps lost";
            part = {lost.data(), lost.size()};
            ASSERT_FALSE(files.write(file->number(), {&part, 1}, synced.size()));
        }
        close();
        disk_->cut();
        EXPECT_TRUE(files.sync_directory(path.parent_path()));
        disk_->blackout(options_.directory, dice_);
        std::ifstream stream(path);
        left.emplace(std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>());
        ASSERT_FALSE(files.remove(path));
        ASSERT_FALSE(files.sync_directory(path.parent_path()));
    }
    EXPECT_EQ(left, (std::set<std::string>{"synced", "syncedperhaps lost"}));
}

} // namespace
} // namespace pillarbox::storage
