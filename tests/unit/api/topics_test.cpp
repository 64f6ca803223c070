#include "web/api/topics.hpp"

#include "server/base/log.hpp"
#include "server/base/log_tail.hpp"
#include "tests/unit/api/admin_test.hpp"

#include <gmock/gmock.h>

namespace pillarbox::api {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::Not;

class TopicsTest : public AdminTest
{
protected:
    static http::awaitable<http::Response> answer(const http::Site& site, http::Request request)
    {
        const Log log;
        http::Response response = co_await site.answer(std::move(request), log, false);
        co_return response;
    }

    std::unique_ptr<http::Source> listen(std::string_view topics)
    {
        auto response =
            run(answer(*site_, as("alice", "GET", "/api/v1/events?topics=" + std::string(topics))));
        EXPECT_EQ(response.status, 200u);
        return std::move(response.source);
    }

    std::string next(const std::unique_ptr<http::Source>& source)
    {
        const auto piece = run(source->next());
        return piece ? std::string(*piece) : piece.error().message();
    }

    void queue_mail()
    {
        storage::Delivery delivery;
        delivery.body = store_->mail().new_spool();
        ASSERT_TRUE(delivery.body->append("Subject: x\r\n\r\ntext\r\n"));
        delivery.forward_to = {{.recipient = "a@example.net"}};
        ASSERT_TRUE(run(store_->mail().deliver(std::move(delivery))));
    }

    std::shared_ptr<http::Stream> stream() { return std::make_shared<http::Stream>(context_.get_executor()); }
};

TEST_F(TopicsTest, AreNames)
{
    EXPECT_EQ(Topics::parse("queue"), http::topic::queue);
    EXPECT_EQ(Topics::parse("log,queue"), http::topic::queue | http::topic::log);
    for (const auto* wrong : {"", "mail", "queue,", ",log", "queue, log", "QUEUE"})
        EXPECT_EQ(Topics::parse(wrong), std::nullopt) << wrong;
}

TEST_F(TopicsTest, AreForAdministrators)
{
    const auto unknown = get("alice", "/api/v1/events?topics=mail");
    EXPECT_EQ(unknown.status, 400u);
    EXPECT_EQ(unknown.problem(), "invalid");
    EXPECT_EQ(pointer(unknown), "/topics");
    const auto refused = get("bob", "/api/v1/events?topics=queue");
    EXPECT_EQ(refused.status, 403u);
    EXPECT_EQ(refused.problem(), "forbidden");
}

TEST_F(TopicsTest, TellThatTheQueueHasChanged)
{
    const auto source = listen("queue");
    const auto hello = next(source);
    EXPECT_THAT(hello, HasSubstr("event: hello\n"));
    EXPECT_THAT(hello, HasSubstr("event: queue\ndata: {}\n")) << "whoever comes back has missed something";
    queue_mail();
    EXPECT_THAT(next(source), HasSubstr("event: queue\n"));
    ASSERT_TRUE(run(store_->queue().change(std::nullopt, storage::QueueChange::hold)));
    EXPECT_THAT(next(source), HasSubstr("event: queue\n"));
}

TEST_F(TopicsTest, TellOfTheQueueOnceASecond)
{
    const auto open = stream();
    Topics topics(http::topic::queue, store_->queue(), open);
    const auto start = Topics::Clock::now();
    EXPECT_EQ(topics.take(start).size(), 1u);
    EXPECT_FALSE(topics.next(start));
    open->note(http::topic::queue);
    open->note(http::topic::queue);
    EXPECT_EQ(topics.take(start + 100ms).size(), 0u);
    EXPECT_EQ(topics.next(start + 100ms), 900ms);
    EXPECT_EQ(topics.take(start + 1s).size(), 1u);
    EXPECT_EQ(topics.take(start + 5s).size(), 0u) << "once for all that happened";
}

TEST_F(TopicsTest, TellWhatTheLogSays)
{
    const Log log;
    log.error("test.before", {{"note", "a \"quoted\" one"}});
    const auto source = listen("log");
    EXPECT_THAT(next(source), HasSubstr("test.before"));
    log.error("test.after");
    const auto told = next(source);
    EXPECT_THAT(told, HasSubstr("event: log\ndata: {\"number\":"));
    EXPECT_THAT(told, HasSubstr("\"level\":\"error\""));
    EXPECT_THAT(told, HasSubstr("test.after"));
    EXPECT_THAT(told, Not(HasSubstr("test.before")));
}

TEST_F(TopicsTest, SayHowManyLinesAreLost)
{
    const auto open = stream();
    Topics topics(http::topic::log, store_->queue(), open);
    const auto now = Topics::Clock::now();
    while (topics.next(now) || open->has_news())
        static_cast<void>(topics.take(now));
    for (std::size_t i = 0; i < LogTail::most_lines + 7; ++i)
        LogTail::of_process().add(Log::Level::info, "test.flood");
    const auto events = topics.take(now);
    ASSERT_FALSE(events.empty());
    EXPECT_EQ(events.front().second.at("lost").as_uint64(), 7u);
    EXPECT_FALSE(events.at(1).second.contains("lost"));
    EXPECT_EQ(topics.next(now), 0s) << "there is more";
}

} // namespace
} // namespace pillarbox::api
