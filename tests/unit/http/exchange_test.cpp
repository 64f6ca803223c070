#include "web/http/exchange.hpp"

#include "server/net/error.hpp"
#include "server/net/reactor.hpp"
#include "server/net/session.hpp"
#include "tests/support/memory_stream.hpp"
#include "web/http/problem.hpp"

#include <boost/system/system_error.hpp>

#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <vector>

namespace pillarbox::http {
namespace {

using test::MemoryPeer;

/// Octets made up on the way, in two pieces.
class TwoPieces : public Source
{
public:
    explicit TwoPieces(bool broken = false) : broken_(broken) {}

    awaitable<storage::Result<std::string_view>> next() override
    {
        ++count_;
        if (broken_ && count_ == 2) co_return make_error_code(storage::Errc::not_found);
        co_return count_ == 1 ? std::string_view("abc")
        : count_ == 2         ? std::string_view("defg")
                              : std::string_view{};
    }

private:
    bool broken_;
    int count_ = 0;
};

class MemorySpool : public storage::Spool
{
public:
    storage::Result<void> append(std::string_view octets) override
    {
        octets_ += octets;
        return boost::system::in_place_value;
    }
    std::uint64_t size() const override { return octets_.size(); }
    storage::Result<std::string> read(std::uint64_t offset, std::size_t length) const override
    {
        return octets_.substr(offset, length);
    }

private:
    std::string octets_;
};

/// As a site that takes files at one place, from who says who he is.
awaitable<Reception> receive_files(const Request& request)
{
    Reception reception;
    if (request.path != "/file") co_return reception;
    if (request.field("Cookie").empty()) {
        reception.answer = problem(request, 401, "Sign in first.");
        co_return reception;
    }
    reception.most = 2 * largest_body;
    reception.spool = std::make_unique<MemorySpool>();
    co_return reception;
}

/// Answers every request with what was understood of it.
struct Echo
{
    net::Reactor reactor;
    MemoryPeer peer{reactor};
    std::vector<Request> requests;

    Echo() { reactor.spawn("echo", serve(*this)); }

    static awaitable<void> serve(Echo& self)
    {
        net::Connection connection(self.reactor, self.peer.stream(), {});
        std::function<awaitable<void>()> dialogue = [&] { return converse(self, connection); };
        std::function<std::string(net::Errc)> farewell = [](net::Errc) { return std::string{}; };
        co_await net::run_session(connection, Log(), dialogue, farewell);
    }

    static awaitable<void> converse(Echo& self, net::Connection& connection)
    {
        for (;;) {
            co_await connection.idle(idle_patience);
            Incoming incoming = co_await read_request(connection, receive_files);
            self.requests.push_back(incoming.request);
            Response response;
            if (incoming.answer) {
                incoming.request.keep_alive = false;
                response = std::move(*incoming.answer);
            } else if (incoming.refusal) {
                incoming.request.keep_alive = false;
                response = problem(incoming.request, incoming.refusal->status, incoming.refusal->detail);
            } else if (incoming.request.upload) {
                response.body = "file of " + std::to_string(incoming.request.upload->size());
            } else if (incoming.request.path == "/source") {
                response.source = std::make_unique<TwoPieces>();
                response.source_size = incoming.request.query == "short" ? 100 : 6;
            } else if (incoming.request.path == "/endless") {
                response.source = std::make_unique<TwoPieces>(incoming.request.query == "broken");
                response.endless = true;
                incoming.request.keep_alive = false;
            } else {
                response.body =
                    incoming.request.method + " " + incoming.request.path + " " + incoming.request.body;
            }
            co_await write_response(connection, incoming.request, std::move(response));
            if (!incoming.request.keep_alive) break;
        }
        co_await connection.flush();
    }

    /// All answers to these octets, sent in pieces of a size.
    static std::string answers(std::string_view octets, std::size_t piece)
    {
        Echo echo;
        echo.peer.send_in_pieces(octets, piece);
        echo.peer.close();
        echo.peer.settle();
        return echo.peer.take_output();
    }
};

std::string post(std::string_view fields, std::string_view body)
{
    return "POST /a HTTP/1.1\r\nHost: localhost\r\n" + std::string(fields) + "\r\n" + std::string(body);
}

TEST(Exchange, AnswersHoweverTheRequestIsCut)
{
    struct Case
    {
        std::string request;
        std::string answer; // the end of it
    };
    const std::vector<Case> cases{
        {"GET /a?b=c HTTP/1.1\r\nHost: localhost\r\n\r\n", "GET /a "},
        {post("Content-Length: 5\r\n", "hello"), "POST /a hello"},
        {post("Transfer-Encoding: chunked\r\n", "3\r\nhel\r\n2;x=y\r\nlo\r\n0\r\n\r\n"), "POST /a hello"},
        {post("Transfer-Encoding: chunked\r\n", "5\r\nhello\r\n0\r\nTrailer: x\r\n\r\n"), "POST /a hello"},
        {post("Content-Length: 0\r\n", ""), "POST /a "},
        {"GET http://Other:8080/b HTTP/1.1\r\nHost: localhost\r\n\r\n", "GET /b "},
        {"GET https://other HTTP/1.1\r\nHost: localhost\r\n\r\n", "GET / "},
        {"GET /source HTTP/1.1\r\nHost: localhost\r\n\r\n", "\r\nContent-Length: 6\r\n\r\nabcdef"},
    };
    for (const auto& [request, answer] : cases) {
        for (const std::size_t piece : {request.size(), std::size_t{1}, std::size_t{3}}) {
            const auto all = Echo::answers(request, piece);
            EXPECT_TRUE(all.starts_with("HTTP/1.1 200 OK\r\n")) << request << "\n" << all;
            EXPECT_TRUE(all.ends_with(answer)) << "in pieces of " << piece << "\n" << request << "\n" << all;
        }
    }
}

TEST(Exchange, FilesGoToASpoolIfTheirSenderMaySendThem)
{
    const std::string octets(largest_body + 1, 'x');
    const auto length = "Content-Length: " + std::to_string(octets.size()) + "\r\n";
    const auto file = [](const std::string& fields) {
        return "POST /file HTTP/1.1\r\nHost: localhost\r\n" + fields + "\r\n";
    };
    for (const std::size_t piece : {octets.size(), std::size_t{1000}}) {
        const auto next = "GET /next HTTP/1.1\r\nHost: localhost\r\n\r\n";
        const auto all = Echo::answers(file(length + "Cookie: x\r\n") + octets + next, piece);
        EXPECT_NE(all.find("file of 262145"), std::string::npos) << all.substr(0, 300);
        EXPECT_TRUE(all.ends_with("GET /next ")) << all.substr(0, 300);
    }
    EXPECT_TRUE(Echo::answers(file("Cookie: x\r\nContent-Length: 0\r\n"), 100).ends_with("file of 0"));
    const auto stranger = Echo::answers(file(length), 100);
    EXPECT_TRUE(stranger.starts_with("HTTP/1.1 401 ")) << stranger;
    EXPECT_NE(stranger.find("Connection: close"), std::string::npos) << stranger;
    const auto large = Echo::answers(file("Cookie: x\r\nContent-Length: 999999999999999\r\n"), 100);
    EXPECT_TRUE(large.starts_with("HTTP/1.1 413 ")) << large;
    const auto chunked = Echo::answers(
        file("Cookie: x\r\nTransfer-Encoding: chunked\r\n") + "100000\r\n" + octets, octets.size());
    EXPECT_TRUE(chunked.starts_with("HTTP/1.1 413 ")) << chunked;
}

TEST(Exchange, AnswersPipelinedRequestsInTheirOrder)
{
    const std::string request =
        post("Content-Length: 2\r\n", "ab") + "GET /b HTTP/1.1\r\nHost: x\r\n\r\n" +
        post("Transfer-Encoding: chunked\r\n", "1\r\nz\r\n0\r\n\r\n") +
        "GET /c HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\nGET /never HTTP/1.1\r\n";
    for (const std::size_t piece : {request.size(), std::size_t{1}, std::size_t{5}}) {
        const auto all = Echo::answers(request, piece);
        const auto first = all.find("POST /a ab");
        const auto second = all.find("GET /b ");
        const auto third = all.find("POST /a z");
        const auto fourth = all.find("GET /c ");
        EXPECT_TRUE(first < second && second < third && third < fourth && fourth != std::string::npos) << all;
        EXPECT_EQ(all.find("never"), std::string::npos);
        EXPECT_NE(all.find("Connection: close\r\n"), std::string::npos);
    }
}

TEST(Exchange, WithoutALengthTheEndIsTold)
{
    const auto whole = Echo::answers("GET /endless HTTP/1.1\r\nHost: x\r\n\r\n", 100);
    EXPECT_NE(whole.find("Transfer-Encoding: chunked\r\n"), std::string::npos) << whole;
    EXPECT_TRUE(whole.ends_with("\r\n\r\n3\r\nabc\r\n4\r\ndefg\r\n0\r\n\r\n")) << whole;
    const auto broken = Echo::answers("GET /endless?broken HTTP/1.1\r\nHost: x\r\n\r\n", 100);
    EXPECT_TRUE(broken.ends_with("\r\n\r\n3\r\nabc\r\n")) << broken;
    const auto old = Echo::answers("GET /endless HTTP/1.0\r\nHost: x\r\n\r\n", 100);
    EXPECT_EQ(old.find("Transfer-Encoding"), std::string::npos) << old;
    EXPECT_TRUE(old.ends_with("\r\n\r\nabcdefg")) << old;
    const auto head = Echo::answers("HEAD /endless HTTP/1.1\r\nHost: x\r\n\r\n", 100);
    EXPECT_TRUE(head.ends_with("\r\n\r\n") && !head.ends_with("0\r\n\r\n")) << head;
}

TEST(Exchange, HeadHasLengthButNoBody)
{
    const auto all = Echo::answers("HEAD /source HTTP/1.1\r\nHost: x\r\n\r\n", 100);
    EXPECT_TRUE(all.ends_with("Content-Length: 6\r\n\r\n")) << all;
}

TEST(Exchange, OldClientsCloseUnlessTheyAskNotTo)
{
    EXPECT_NE(Echo::answers("GET / HTTP/1.0\r\nHost: x\r\n\r\n", 100).find("Connection: close"),
              std::string::npos);
    EXPECT_NE(Echo::answers("GET / HTTP/1.0\r\nHost: x\r\nConnection: keep-alive\r\n\r\n", 100)
                  .find("Connection: keep-alive"),
              std::string::npos);
}

TEST(Exchange, TellsTheClientToGoOn)
{
    Echo echo;
    echo.peer.send("POST /a HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n");
    echo.peer.settle();
    EXPECT_EQ(echo.peer.take_output(), "HTTP/1.1 100 Continue\r\n\r\n");
    echo.peer.send("ok");
    echo.peer.settle();
    EXPECT_TRUE(echo.peer.take_output().ends_with("POST /a ok"));
}

TEST(Exchange, RefusesOnceAndCloses)
{
    const std::string big(largest_body + 1, 'x');
    const std::vector<std::pair<std::string, unsigned>> cases{
        {"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\nGET /b HTTP/1.1\r\nHost: x\r\n\r\n", 400},
        {"GET b HTTP/1.1\r\nHost: a\r\n\r\n", 400},
        {"GET /#x HTTP/1.1\r\nHost: a\r\n\r\n", 400},
        {post("Content-Length: 262145\r\n", ""), 413},
        {post("Content-Length: 262145\r\nExpect: 100-continue\r\n", ""), 413},
        {post("Transfer-Encoding: chunked\r\n", "40001\r\n" + big), 413},
        {post("Transfer-Encoding: chunked\r\n", "xyz\r\n"), 400},
        {post("Transfer-Encoding: chunked\r\n", "3\r\nabcd\r\n0\r\n\r\n"), 400},
        {post("Transfer-Encoding: chunked\r\n", "-3\r\nabc\r\n"), 400},
        {post("Transfer-Encoding: chunked\r\n", "ffffffffffffffffff\r\nabc\r\n"), 400},
    };
    for (const auto& [request, status] : cases) {
        const auto all = Echo::answers(request, 4096);
        EXPECT_TRUE(all.starts_with("HTTP/1.1 " + std::to_string(status) + " "))
            << request.substr(0, 200) << "\n"
            << all;
        EXPECT_NE(all.find("Connection: close"), std::string::npos);
        EXPECT_EQ(all.find("HTTP/1.1", 5), std::string::npos) << "one answer:\n" << all;
    }
}

TEST(Exchange, TakesTheLargestBody)
{
    const std::string body(largest_body, 'x');
    const auto all = Echo::answers(post("Content-Length: 262144\r\n", body), 8000);
    EXPECT_TRUE(all.ends_with("POST /a " + body));
}

TEST(Exchange, BreaksOffABodyThatIsShorterThanPromised)
{
    Echo echo;
    echo.peer.send("GET /source?short HTTP/1.1\r\nHost: x\r\n\r\nGET /b HTTP/1.1\r\nHost: x\r\n\r\n");
    echo.peer.settle();
    EXPECT_TRUE(echo.peer.ended());
    EXPECT_EQ(echo.peer.take_output().find("GET /b"), std::string::npos);
}

TEST(Exchange, TakesTheAuthorityOfAnAbsoluteTarget)
{
    Echo echo;
    echo.peer.send("GET http://Other:80/b?q HTTP/1.1\r\nHost: LOCALHOST\r\n\r\nGET / HTTP/1.1\r\nHost: "
                   "LocalHost\r\n\r\n");
    echo.peer.settle();
    ASSERT_EQ(echo.requests.size(), 2u);
    EXPECT_EQ(echo.requests[0].authority, "other:80");
    EXPECT_EQ(echo.requests[0].query, "q");
    EXPECT_EQ(echo.requests[1].authority, "localhost");
}

} // namespace
} // namespace pillarbox::http
