#include "tests/unit/storage/store_test.hpp"

#include <boost/asio/executor_work_guard.hpp>

#include <future>
#include <latch>
#include <thread>

namespace pillarbox::storage {
namespace {

using namespace std::chrono_literals;

/// Occupies the row thread until it is let go.
class Obstacle
{
public:
    explicit Obstacle(sqlite::Core& core)
    {
        auto work = [this](sqlite::Database&) -> Result<void> {
            entered_.count_down();
            leave_.get_future().wait();
            return boost::system::in_place_value;
        };
        thread_ =
            std::thread([&core, work] { static_cast<void>(sqlite::submit_and_wait(*core.writer, work)); });
        entered_.wait();
    }

    void remove()
    {
        leave_.set_value();
        thread_.join();
    }

private:
    std::latch entered_{1};
    std::promise<void> leave_;
    std::thread thread_;
};

class WriterTest : public StoreTest
{
public:
    /// Starts deliveries, and lets them run into the store without waiting.
    void start(std::vector<Delivery> deliveries)
    {
        for (auto& delivery : deliveries) {
            boost::asio::co_spawn(
                context_, mail().deliver(std::move(delivery)),
                [this](std::exception_ptr, Result<void> outcome) { outcomes_.push_back(outcome); });
        }
        context_.restart();
        context_.poll();
    }

    /// How many bodies are in that tier.
    std::int64_t bodies_in(sqlite::Tier tier)
    {
        auto count = [tier](sqlite::Database& database) -> Result<std::int64_t> {
            sqlite::Query row(database, "SELECT count(*) FROM body WHERE tier = ?", tier);
            row.step();
            return row.integer(0);
        };
        return *run(sqlite::submit(*core().readers, count));
    }

    std::vector<Result<void>> outcomes_;
};

TEST_F(WriterTest, KeepsWhatComesAloneInItsRowAndManyInASegment)
{
    ASSERT_TRUE(deliver(text_of(sqlite::lone_octets), {alice}));
    EXPECT_EQ(bodies_in(sqlite::Tier::row), 1);
    ASSERT_TRUE(deliver(text_of(sqlite::lone_octets + 1), {alice}));
    EXPECT_EQ(bodies_in(sqlite::Tier::segment), 1);

    std::vector<Delivery> deliveries;
    for (unsigned i = 0; i < 20; ++i)
        deliveries.push_back(delivery(text_of(sqlite::row_octets + 1, i), {alice}));
    Obstacle obstacle(core());
    start(std::move(deliveries));
    obstacle.remove();
    context_.run();
    // One may have been taken before the others came, and one may be left.
    EXPECT_GE(bodies_in(sqlite::Tier::segment), 1 + 20 - 2);
    for (const auto& entry : entries(alice))
        EXPECT_TRUE(read(entry.id));
}

TEST_F(WriterTest, CommitsTogetherWhatWaits)
{
    std::vector<Delivery> deliveries;
    for (unsigned i = 0; i < 100; ++i)
        deliveries.push_back(delivery(text_of(i % 2 ? 100 : 10'000, i), {alice}));
    const auto before = recorder_->groups().size();
    Obstacle obstacle(core());
    start(std::move(deliveries));
    obstacle.remove();
    context_.run();
    ASSERT_EQ(outcomes_.size(), 100u);
    for (const auto& outcome : outcomes_)
        EXPECT_TRUE(outcome);
    // The obstacle, what was synced, what was being synced, and the rest.
    EXPECT_LE(recorder_->groups().size() - before, 4u);
    EXPECT_EQ(entries(alice).size(), 100u);
}

TEST_F(WriterTest, RollsBackAloneWhatFails)
{
    std::vector<NewAccount> small(1);
    small[0].address = "small@example.org";
    small[0].quota = 1'000;
    ASSERT_TRUE(run(accounts().add(small)));
    std::vector<Delivery> deliveries;
    for (unsigned i = 0; i < 30; ++i)
        deliveries.push_back(
            delivery(text_of(100, i), i % 3 == 0 ? std::vector<std::string>{alice, "small@example.org"}
                                                 : std::vector<std::string>{alice}));
    Obstacle obstacle(core());
    start(std::move(deliveries));
    obstacle.remove();
    context_.run();
    std::size_t stored = 0;
    for (const auto& outcome : outcomes_) {
        stored += outcome.has_value();
        if (!outcome) EXPECT_EQ(outcome.error(), Errc::over_quota);
    }
    EXPECT_EQ(stored, 20u + 1'000 / (100 + trace.size()));
    EXPECT_EQ(entries(alice).size(), stored);
    EXPECT_EQ(entries("small@example.org").size(), 1'000 / (100 + trace.size()));
}

TEST_F(WriterTest, FinishesWhatWasBegunWhenTheStoreCloses)
{
    std::vector<Delivery> deliveries;
    for (unsigned i = 0; i < 20; ++i)
        deliveries.push_back(delivery(text_of(20'000, i), {alice}));
    start(std::move(deliveries));
    close();
    context_.run();
    ASSERT_EQ(outcomes_.size(), 20u);
    for (const auto& outcome : outcomes_)
        EXPECT_TRUE(outcome);
    reopen();
    EXPECT_EQ(entries(alice).size(), 20u);
}

TEST_F(WriterTest, RefusesWhenTooMuchWaits)
{
    sqlite::Writer::Options options;
    options.max_waiting = 3;
    auto database = std::make_unique<sqlite::Database>(sqlite::Database::Options{
        .file = directory_.path() / "x.db", .mode = sqlite::Database::Mode::writer, .busy = 50ms, .vfs = {}});
    sqlite::Writer writer(std::move(database), nullptr, std::move(options));
    std::promise<void> leave;
    auto blocked = leave.get_future().share();
    std::size_t done = 0;
    std::size_t refused = 0;
    for (int i = 0; i < 50; ++i) {
        auto work = [blocked](sqlite::Database&) -> Result<void> {
            blocked.wait();
            return boost::system::in_place_value;
        };
        boost::asio::co_spawn(context_, sqlite::submit(writer, work),
                              [&](std::exception_ptr, Result<void> outcome) {
                                  ++(outcome ? done : refused);
                                  if (!outcome) EXPECT_EQ(outcome.error(), Errc::timed_out);
                              });
    }
    context_.restart();
    context_.poll();
    leave.set_value();
    context_.run();
    EXPECT_EQ(done + refused, 50u);
    EXPECT_GE(done, 3u);
    EXPECT_GE(refused, 1u);
}

TEST_F(WriterTest, WaitsNotForLongReadersAfterEachCommit)
{
    constexpr auto busy = 500ms;
    const sqlite::Database::Options options{
        .file = directory_.path() / "x.db", .mode = sqlite::Database::Mode::writer, .busy = busy, .vfs = {}};
    auto database = std::make_unique<sqlite::Database>(options);
    database->script("CREATE TABLE t (octets BLOB)");
    sqlite::Writer writer(std::move(database), nullptr, {});
    sqlite::Database reader(options);
    reader.run("BEGIN"); // as a backup does while it copies the database
    sqlite::Query(reader, "SELECT count(*) FROM t").step();
    const auto write = [&](int octets) {
        auto work = [octets](sqlite::Database& rows) -> Result<void> {
            rows.run("INSERT INTO t VALUES (zeroblob(?))", octets);
            return boost::system::in_place_value;
        };
        EXPECT_TRUE(sqlite::submit_and_wait(writer, work));
    };
    write(70 * 1024 * 1024);
    const auto began = std::chrono::steady_clock::now();
    for (int i = 0; i < 10; ++i)
        write(100);
    EXPECT_LT(std::chrono::steady_clock::now() - began, 3 * busy);
    reader.run("COMMIT");
}

TEST_F(WriterTest, InterruptsQueriesThatTakeTooLong)
{
    options_.read_deadline = 50ms;
    reopen();
    auto endless = [](sqlite::Database& database) -> Result<std::int64_t> {
        sqlite::Query row(database, "WITH RECURSIVE n (x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) "
                                    "SELECT count(*) FROM n");
        row.step();
        return row.integer(0);
    };
    EXPECT_EQ(run(sqlite::submit(*core().readers, endless)).error(), Errc::timed_out);
    EXPECT_TRUE(run(accounts().list())); // the reader is none the worse
    EXPECT_EQ(recorder_->errors(), 0u);
}

/// Reactors as the server has them, a thread each.
class Reactors
{
public:
    explicit Reactors(std::size_t count)
    {
        for (std::size_t i = 0; i < count; ++i)
            contexts_.push_back(std::make_unique<boost::asio::io_context>(1));
    }

    boost::asio::io_context& operator[](std::size_t i) { return *contexts_[i % contexts_.size()]; }

    /// Until nothing is left to do.
    void run()
    {
        std::vector<std::thread> threads;
        for (auto& context : contexts_)
            threads.emplace_back([&context] { context->run(); });
        for (auto& thread : threads)
            thread.join();
    }

private:
    std::vector<std::unique_ptr<boost::asio::io_context>> contexts_;
};

struct OpTally
{
    std::atomic<std::size_t> delivered = 0;
    std::atomic<std::size_t> refused = 0;
    std::atomic<std::size_t> strayed = 0; // resumed on another thread than their own
};

boost::asio::awaitable<void> deliver_many(storage::Mail& mail, AccountId account, unsigned seed, int count,
                                          boost::asio::io_context& home, OpTally& tally)
{
    for (int i = 0; i < count; ++i) {
        Delivery delivery;
        delivery.body = mail.new_spool();
        const auto size = (seed % 3 == 0) ? 500u : (seed % 3 == 1) ? 12'000u : 300'000u;
        static_cast<void>(delivery.body->append(text_of(size, seed * 1000 + unsigned(i))));
        delivery.copies.push_back({account, "Trace: x\r\n"});
        const auto delivered = co_await mail.deliver(std::move(delivery));
        ++(delivered ? tally.delivered : tally.refused);
        tally.strayed += !home.get_executor().running_in_this_thread();
        const auto found = co_await mail.mailboxes(account);
        tally.strayed += !found || !home.get_executor().running_in_this_thread();
    }
}

boost::asio::awaitable<void> read_and_remove(storage::Mail& mail, AccountId account, int rounds,
                                             OpTally& tally)
{
    for (int i = 0; i < rounds; ++i) {
        auto maildrop = co_await mail.open_maildrop(account);
        if (!maildrop) continue;
        auto entries = co_await (*maildrop)->entries();
        tally.strayed += !entries || entries->size() != (*maildrop)->count();
        if (!entries) continue;
        std::vector<MessageId> removed;
        for (const auto& entry : *entries) {
            // Others remove them meanwhile; what this maildrop shows stays readable.
            auto reader = co_await mail.open(entry.id);
            if (!reader) {
                ++tally.strayed;
                continue;
            }
            std::uint64_t octets = 0;
            while (true) {
                const auto piece = co_await (*reader)->next();
                if (!piece || piece->empty()) break;
                octets += piece->size();
            }
            tally.strayed += octets != entry.size;
            if (removed.size() < 3) removed.push_back(entry.id);
        }
        const auto expunged = co_await mail.expunge(account, removed);
        tally.strayed += !expunged;
    }
}

TEST_F(WriterTest, ServesManyReactorsAtOnce)
{
    Reactors reactors(4);
    reopen(); // so that the store goes before them
    const auto alice_id = account(alice);
    const auto bob = account("bob@example.org");
    OpTally tally;
    for (unsigned i = 0; i < 50; ++i) {
        auto& home = reactors[i];
        boost::asio::co_spawn(home, deliver_many(mail(), i % 2 ? alice_id : bob, i, 4, home, tally),
                              [](std::exception_ptr error) { EXPECT_FALSE(error); });
    }
    for (unsigned i = 0; i < 4; ++i) {
        boost::asio::co_spawn(reactors[i], read_and_remove(mail(), alice_id, 5, tally),
                              [](std::exception_ptr error) { EXPECT_FALSE(error); });
    }
    reactors.run();
    EXPECT_EQ(tally.delivered, 200u);
    EXPECT_EQ(tally.refused, 0u);
    EXPECT_EQ(tally.strayed, 0u);
    EXPECT_EQ(entries("bob@example.org").size(), 100u);
    for (const auto& entry : entries("bob@example.org"))
        EXPECT_EQ(read(entry.id)->size(), entry.size);
    core().upkeep->run_once();
    EXPECT_EQ(recorder_->errors(), 0u);
    close();
}

TEST_F(WriterTest, CountsTheQuotaOfEveryoneAtOnce)
{
    Reactors reactors(3);
    reopen();
    std::vector<NewAccount> small(1);
    small[0].address = "small@example.org";
    small[0].quota = 20 * (500 + 10);
    ASSERT_TRUE(run(accounts().add(small)));
    OpTally tally;
    for (unsigned i = 0; i < 50; ++i) {
        auto& home = reactors[i];
        boost::asio::co_spawn(home, deliver_many(mail(), account("small@example.org"), i * 3, 1, home, tally),
                              [](std::exception_ptr error) { EXPECT_FALSE(error); });
    }
    reactors.run();
    EXPECT_EQ(tally.delivered, 20u);
    EXPECT_EQ(tally.refused, 30u);
    EXPECT_EQ(run(accounts().find("small@example.org"))->octets, 20u * 510);
    close();
}

} // namespace
} // namespace pillarbox::storage
