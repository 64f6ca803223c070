#include "tests/unit/api/site_test.hpp"

#include <boost/asio/co_spawn.hpp>

#include <optional>

namespace pillarbox::api {
namespace {

class EventsTest : public SiteTest
{
protected:
    using Listening = std::unique_ptr<http::Source>;

    static http::awaitable<http::Response> answer(const http::Site& site, http::Request request)
    {
        const Log log;
        http::Response response = co_await site.answer(std::move(request), log, false);
        co_return response;
    }

    http::Response ask_for_events(std::string_view who, const std::string& last = {})
    {
        auto request = as(who, "GET", "/api/v1/events");
        if (!last.empty()) request.fields.set("Last-Event-ID", last);
        return run(answer(*site_, std::move(request)));
    }

    Listening listen(std::string_view who, const std::string& last = {})
    {
        auto response = ask_for_events(who, last);
        EXPECT_EQ(response.status, 200u);
        EXPECT_EQ(response.fields.find("Content-Type"), "text/event-stream");
        EXPECT_TRUE(response.endless);
        return std::move(response.source);
    }

    std::string next(const Listening& source)
    {
        const auto piece = run(source->next());
        return piece ? std::string(*piece) : piece.error().message();
    }

    static std::string id_of(const std::string& text)
    {
        const auto at = text.rfind("id: ");
        return at == std::string::npos ? std::string() : text.substr(at + 4, text.size() - at - 6);
    }

    static constexpr std::string_view letter = "From: a@example.net\nSubject: news\n\ntext\n";
};

TEST_F(EventsTest, TellsWhatCameWithItsRow)
{
    const auto source = listen("alice");
    const auto hello = next(source);
    EXPECT_TRUE(hello.starts_with("event: hello\ndata: {\"state\":\"")) << hello;
    EXPECT_TRUE(hello.ends_with("\n\n"));
    deliver("alice@example.org", letter);
    const auto news = next(source);
    EXPECT_TRUE(news.starts_with("event: message\ndata: {\"op\":\"put\",")) << news;
    EXPECT_NE(news.find("\"subject\":\"news\""), std::string::npos) << news;
    EXPECT_NE(news.find("\n\nevent: mailbox\ndata: {"), std::string::npos) << news;
    EXPECT_NE(news.find("\"unread\":1"), std::string::npos) << news;
    EXPECT_NE(id_of(news), id_of(hello));
}

TEST_F(EventsTest, TellsWhatBecomesOfWhatIsSent)
{
    const auto send = [&](std::string_view key) {
        const auto draft = ask(
            as("alice", "POST", "/api/v1/drafts", R"({"to":[{"address":"bob@example.org"}],"text":"Hi"})"));
        auto request =
            as("alice", "POST", "/api/v1/drafts/" + std::string(draft.json().at("id").as_string()) + "/send");
        request.fields.set("Content-Type", "application/json");
        request.fields.set("Idempotency-Key", key);
        return std::string(ask(std::move(request)).json().at("id").as_string());
    };
    const auto undone = send("one");
    const auto sent = send("two");
    const auto hers = listen("alice");
    const auto his = listen("bob");
    next(hers);
    next(his);
    EXPECT_EQ(ask(as("alice", "DELETE", "/api/v1/submissions/" + undone)).status, 200u);
    const auto first = next(hers);
    EXPECT_NE(first.find("event: submission\ndata: {\"id\":\"" + undone + "\""), std::string::npos) << first;
    EXPECT_NE(first.find("\"state\":\"undone\""), std::string::npos) << first;

    const auto past =
        std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now()) - std::chrono::seconds{1};
    ASSERT_TRUE(run(store_->submissions().postpone(storage::SubmissionId(std::stoll(sent)), past)));
    run(outbox_->send_due());
    const auto second = next(hers);
    EXPECT_NE(second.find("event: submission\ndata: {\"id\":\"" + sent + "\""), std::string::npos) << second;
    EXPECT_NE(second.find("\"state\":\"sent\""), std::string::npos) << second;
    EXPECT_FALSE(id_of(second).empty());
    EXPECT_EQ(next(his).find("event: submission"), std::string::npos) << "it is not his";
}

TEST_F(EventsTest, TellsItToWhoWaits)
{
    const auto source = listen("alice");
    next(source);
    std::optional<std::string> told;
    boost::asio::co_spawn(context_, source->next(),
                          [&](std::exception_ptr error, storage::Result<std::string_view> piece) {
                              if (error) std::rethrow_exception(error);
                              told = piece ? std::string(*piece) : piece.error().message();
                          });
    std::vector<http::Request> writing;
    writing.push_back(as("alice", "POST", "/api/v1/drafts", "{}"));
    ask_together(std::move(writing)); // runs both to their end
    ASSERT_TRUE(told);
    EXPECT_TRUE(told->starts_with("event: message\n")) << *told;
}

TEST_F(EventsTest, WhoComesBackIsToldWhatHeMissed)
{
    const auto seen = id_of(next(listen("alice")));
    deliver("alice@example.org", letter);
    deliver("bob@example.org", letter);
    const auto again = listen("alice", seen);
    next(again);
    const auto missed = next(again);
    EXPECT_NE(missed.find("\"subject\":\"news\""), std::string::npos) << missed;
    EXPECT_EQ(missed.find("event: message"), missed.rfind("event: message")) << missed;
    // Never heard of that one.
    EXPECT_TRUE(next(listen("alice", "999999999")).starts_with("event: hello\n"));
    EXPECT_TRUE(next(listen("alice", "nonsense")).starts_with("event: hello\n"));
}

TEST_F(EventsTest, MoreThanCanBeToldIsLookedAtAgain)
{
    const auto seen = id_of(next(listen("alice")));
    for (int i = 0; i < 201; ++i)
        deliver("alice@example.org", letter);
    const auto source = listen("alice", seen);
    next(source);
    EXPECT_TRUE(next(source).starts_with("event: resync\ndata: {}\n"));
}

TEST_F(EventsTest, EndsWithTheServerAndIsNotForEverybody)
{
    EXPECT_EQ(ask(request("GET", "/api/v1/events")).status, 401u);
    std::vector<Listening> open;
    for (std::size_t i = 0; i < http::Streams::most_of_account; ++i)
        open.push_back(listen("alice"));
    next(open.front());
    open.push_back(listen("alice"));
    EXPECT_EQ(next(open.front()), "") << "the oldest makes room";
    next(open[1]);
    next(open.back());
    std::optional<std::string> told;
    boost::asio::co_spawn(context_, open.back()->next(),
                          [&](std::exception_ptr error, storage::Result<std::string_view> piece) {
                              if (error) std::rethrow_exception(error);
                              told = piece ? std::string(*piece) : piece.error().message();
                          });
    site_->streams().drain();
    context_.restart();
    context_.run();
    ASSERT_TRUE(told);
    EXPECT_EQ(*told, "");
    EXPECT_EQ(ask_for_events("bob").status, 503u);
}

} // namespace
} // namespace pillarbox::api
