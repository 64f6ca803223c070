#include "server/outbound/runner.hpp"

#include "server/mailflow/srs.hpp"
#include "server/net/reactor.hpp"
#include "storage/store.hpp"
#include "tests/support/run_task.hpp"
#include "tests/support/temporary_folder.hpp"
#include "tests/unit/outbound/crowded_hop.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <future>
#include <memory>
#include <string>
#include <thread>
#include <vector>

namespace pillarbox::outbound {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::SizeIs;

storage::Time now()
{
    return std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
}

/// A store with a queue, and a runner on a loop of its own that sends it to one server,
/// by a route for each domain.
class RunnerTest : public testing::Test
{
public:
    RunnerTest()
    {
        storage::Options options;
        options.directory = folder_.path() / "store";
        options.disk_reserve = 0;
        store_ = storage::open(options);
        config_.hostname = "mail.example.test";
        config_.dns.servers = {{"127.0.0.1", 9}}; // nobody is asked
        add_route("slow.example");
        add_route("quick.example");
    }

    ~RunnerTest() override
    {
        stop();
        store_.reset(); // what it has under way ends at the loop, which therefore goes last
    }

    void add_route(const std::string& domain, std::uint16_t port = 0,
                   std::optional<std::uint32_t> pace = std::nullopt)
    {
        const std::uint16_t of_hop = hop_.port();
        config_.outbound.routes.push_back(
            {.domain = domain,
             .to = {.tls = false, .user = {}, .host = "127.0.0.1", .port = port == 0 ? of_hop : port},
             .messages_per_minute = pace});
    }

    void start()
    {
        runner_ = std::make_unique<Runner>(reactor_, *store_, config_, mailflow::Srs(std::string(32, 'k')));
        runner_->start();
        thread_ = std::thread([this] { reactor_.run(); });
    }

    /// What is found out on the loop, between its turns.
    template <class Ask>
    auto on_loop(Ask ask)
    {
        std::promise<decltype(ask())> answered;
        reactor_.post([&] { answered.set_value(ask()); });
        return answered.get_future().get();
    }

    void stop()
    {
        if (!thread_.joinable()) return;
        runner_->drain();
        reactor_.drain();
        reactor_.cancel_all();
        // A courier settles what it has, which needs the loop.
        for (const auto latest = std::chrono::steady_clock::now() + 20s;
             on_loop([this] { return runner_->couriers(); }) > 0;)
            ASSERT_LT(std::chrono::steady_clock::now(), latest);
        reactor_.stop();
        thread_.join();
        runner_.reset();
    }

    void queue_mail(const std::string& recipient)
    {
        storage::Delivery delivery;
        delivery.reverse_path = ""; // nobody is told of failures
        delivery.forward_to.push_back({recipient});
        delivery.body = store_->mail().new_spool();
        EXPECT_TRUE(delivery.body->append("Subject: hi\r\n\r\ntext\r\n"));
        EXPECT_TRUE(run(store_->mail().deliver(std::move(delivery))));
    }

    template <class Value>
    Value run(boost::asio::awaitable<Value> task)
    {
        return test::run_task(context_, std::move(task));
    }

    std::vector<storage::Queued> queued() { return run(store_->queue().list(1000)).value(); }

    /// Asks the queue until it is as it should be: the rows follow what the server was told.
    template <class Done>
    bool queue_becomes(Done done)
    {
        for (const auto latest = std::chrono::steady_clock::now() + 20s;
             std::chrono::steady_clock::now() < latest;)
            if (done(queued())) return true;
        return false;
    }

    void change(storage::QueueChange what) { EXPECT_TRUE(run(store_->queue().change(std::nullopt, what))); }

    CrowdedHop hop_;
    Config config_;

private:
    boost::asio::io_context context_{1};
    test::TemporaryFolder folder_;
    net::Reactor reactor_;
    std::unique_ptr<storage::Store> store_;
    std::unique_ptr<Runner> runner_;
    std::thread thread_;
};

TEST_F(RunnerTest, HasSoManyConversationsAtADestinationAndTheOthersDoNotWait)
{
    hop_.hold_up("slow.example");
    for (int i = 0; i < 12; ++i)
        queue_mail("bob@slow.example");
    start();
    ASSERT_TRUE(hop_.wait_for_held_up("slow.example", 5));
    for (int i = 0; i < 3; ++i)
        queue_mail("eve@quick.example");
    ASSERT_TRUE(hop_.wait_for_taken(3)) << "these are not behind those of the other domain";
    EXPECT_THAT(hop_.taken(), ElementsAre("eve@quick.example", "eve@quick.example", "eve@quick.example"));
    hop_.let_go();
    ASSERT_TRUE(hop_.wait_for_taken(15));
    EXPECT_EQ(hop_.most_at("slow.example"), 5u);
    EXPECT_TRUE(queue_becomes([](const auto& all) { return all.empty(); }));
}

TEST_F(RunnerTest, GivesEachDestinationItsTurn)
{
    constexpr int domains = 6, each = 8; // more than there may be conversations with each
    for (int domain = 0; domain < domains; ++domain)
        add_route(fmt::format("d{}.example", domain));
    for (int domain = 0; domain < domains; ++domain)
        for (int i = 0; i < each; ++i)
            queue_mail(fmt::format("bob@d{}.example", domain));
    start();
    ASSERT_TRUE(hop_.wait_for_taken(domains * each));
    for (int domain = 0; domain < domains; ++domain) {
        EXPECT_LE(hop_.most_at(fmt::format("d{}.example", domain)), 5u);
        EXPECT_GE(hop_.most_at(fmt::format("d{}.example", domain)), 1u);
    }
    EXPECT_TRUE(queue_becomes([](const auto& all) { return all.empty(); }));
}

TEST_F(RunnerTest, TriesAgainLaterWhatIsNotTakenNow)
{
    hop_.answer("slow.example", "450 4.2.1 not now");
    queue_mail("bob@slow.example");
    start();
    const auto deferred_after = [&](unsigned attempts) {
        return queue_becomes([&](const auto& all) {
            return all.size() == 1 && !all.front().claimed && all.front().attempts == attempts &&
                   all.front().reply == "450 4.2.1 not now";
        });
    };
    ASSERT_TRUE(deferred_after(1));
    const auto first = queued().front().due - now();
    EXPECT_GE(first, 4min - 2s);
    EXPECT_LE(first, 6min + 2s);
    change(storage::QueueChange::retry);
    ASSERT_TRUE(deferred_after(2));
    EXPECT_GE(queued().front().due - now(), 8min - 2s) << "and after that, after twice the time";
    hop_.answer("slow.example", "");
    change(storage::QueueChange::retry);
    ASSERT_TRUE(hop_.wait_for_taken(1));
    EXPECT_TRUE(queue_becomes([](const auto& all) { return all.empty(); }));
}

TEST_F(RunnerTest, LeavesADestinationAloneThatIsNotThere)
{
    test::Listening nobody;
    const auto port = nobody.port();
    nobody.close();
    add_route("gone.example", port);
    for (int i = 0; i < 20; ++i)
        queue_mail("bob@gone.example");
    start();
    queue_mail("eve@quick.example");
    ASSERT_TRUE(hop_.wait_for_taken(1));
    // As many as there may be conversations have tried; the others wait with them.
    ASSERT_TRUE(queue_becomes([](const auto& all) {
        return std::ranges::any_of(all, [](const auto& one) { return one.attempts == 1 && !one.claimed; });
    }));
    queue_mail("tom@quick.example");
    ASSERT_TRUE(hop_.wait_for_taken(2));
    ASSERT_TRUE(
        queue_becomes([](const auto& all) { return std::ranges::none_of(all, &storage::Queued::claimed); }));
    const auto waiting = queued();
    ASSERT_THAT(waiting, SizeIs(20));
    EXPECT_LE(std::ranges::count_if(waiting, [](const auto& one) { return one.attempts > 0; }), 5);
    for (const auto& one : waiting)
        EXPECT_LE(one.attempts, 1u);
}

TEST_F(RunnerTest, WhatIsHeldDuringARunStaysAndGoesOnceItIsReleased)
{
    hop_.hold_up("slow.example");
    for (int i = 0; i < 8; ++i)
        queue_mail("bob@slow.example");
    start();
    ASSERT_TRUE(hop_.wait_for_held_up("slow.example", 5));
    change(storage::QueueChange::hold);
    hop_.let_go();
    ASSERT_TRUE(hop_.wait_for_taken(5)) << "what was being tried is not disturbed";
    ASSERT_TRUE(hop_.wait_for_quiet());
    ASSERT_TRUE(queue_becomes([](const auto& all) { return all.size() == 3; }));
    for (const auto& one : queued()) {
        EXPECT_TRUE(one.held);
        EXPECT_EQ(one.attempts, 0u);
    }
    queue_mail("eve@quick.example");
    ASSERT_TRUE(hop_.wait_for_taken(6));
    EXPECT_EQ(hop_.taken().back(), "eve@quick.example");
    change(storage::QueueChange::release);
    ASSERT_TRUE(hop_.wait_for_taken(9));
    EXPECT_TRUE(queue_becomes([](const auto& all) { return all.empty(); }));
}

TEST_F(RunnerTest, KeepsThePaceOfADestinationWhileTheOthersGo)
{
    add_route("paced.example", 0, 1);
    for (int i = 0; i < 3; ++i)
        queue_mail("bob@paced.example");
    start();
    ASSERT_TRUE(hop_.wait_for_taken(1));
    ASSERT_TRUE(hop_.wait_for_quiet()) << "no connection is kept for a minute";
    for (int i = 0; i < 5; ++i)
        queue_mail("eve@quick.example");
    ASSERT_TRUE(hop_.wait_for_taken(6));
    ASSERT_TRUE(queue_becomes([](const auto& all) { return all.size() == 2; }));
    for (const auto& one : queued())
        EXPECT_EQ(one.attempts, 0u);
}

} // namespace
} // namespace pillarbox::outbound
