#include "server/net/http_client.hpp"

#include "tests/support/listening.hpp"
#include "tests/support/run_task.hpp"
#include "tests/support/temporary_folder.hpp"
#include "tests/support/test_certificate.hpp"

#include <boost/asio/io_context.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <openssl/ssl.h>

#include <array>
#include <memory>
#include <string>
#include <thread>

namespace pillarbox::net {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

constexpr std::string_view body = "token=abc";

/// Takes one connection, reads a question and says what it was told to, whatever
/// that was. Then it ends, or waits for the client's end where `ends` is false.
class Server
{
public:
    Server(std::string answer, bool ends = true, TlsContext* tls = nullptr,
           in_addr_t address = INADDR_LOOPBACK)
        : listening_(address), answer_(std::move(answer)), ends_(ends), tls_(tls), thread_([this] {
              serve();
          })
    {}
    ~Server() { join(); }

    HttpUrl url(const char* host = "127.0.0.1") const
    {
        return {tls_ != nullptr, host, listening_.port(), "/i?x"};
    }

    /// What the client asked.
    const std::string& question()
    {
        join();
        return question_;
    }

private:
    void join()
    {
        listening_.stop(); // its client may never have come
        if (thread_.joinable()) thread_.join();
    }

    void serve()
    {
        const Descriptor client = listening_.accept();
        const std::unique_ptr<SSL, decltype(&SSL_free)> ssl(tls_ ? tls_->new_session() : nullptr, &SSL_free);
        if (ssl) {
            SSL_set_fd(ssl.get(), client.value());
            if (SSL_accept(ssl.get()) != 1) return;
        }
        std::array<char, 4096> room{};
        const auto read = [&] {
            return ssl ? SSL_read(ssl.get(), room.data(), room.size())
                       : static_cast<int>(::recv(client.value(), room.data(), room.size(), 0));
        };
        while (!question_.ends_with(body)) {
            const int got = read();
            if (got <= 0) return;
            question_.append(room.data(), static_cast<std::size_t>(got));
        }
        for (const char& octet : answer_) { // each in a segment of its own
            if (ssl)
                SSL_write(ssl.get(), &octet, 1);
            else
                ::send(client.value(), &octet, 1, MSG_NOSIGNAL);
        }
        if (!ends_)
            while (read() > 0) {
            }
        else if (ssl)
            SSL_shutdown(ssl.get());
    }

    test::Listening listening_;
    const std::string answer_;
    const bool ends_;
    TlsContext* const tls_;
    std::string question_;
    std::thread thread_; // last: it uses the others
};

boost::system::result<HttpAnswer, HttpFailure> post(const HttpUrl& url, const TlsTrust& trust,
                                                    std::chrono::milliseconds patience = 60s)
{
    boost::asio::io_context loop{1};
    HttpQuestion question{.url = url,
                          .authorization = "Basic eDp5",
                          .content_type = "text/plain",
                          .body = std::string(body),
                          .patience = patience,
                          .longest_answer = 1000};
    return test::run_task(loop, ask(std::move(question), trust));
}

std::string failure(const HttpUrl& url, const TlsTrust& trust, std::chrono::milliseconds patience = 60s)
{
    const auto answer = post(url, trust, patience);
    return answer ? "status " + std::to_string(answer->status) : answer.error().why;
}

TEST(HttpClient, AsksAndHears)
{
    const TlsTrust trust;
    struct Case
    {
        const char* answer;
        unsigned status;
        const char* text;
        bool ends = true;
    };
    for (const Case& c : {
             Case{"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello", 200, "hello", false},
             Case{"HTTP/1.1 401 No\r\nContent-Length: 0\r\n\r\n", 401, "", false},
             Case{"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nhel\r\n2\r\nlo\r\n0\r\n\r\n",
                  200, "hello", false},
             Case{"HTTP/1.1 200 OK\r\n\r\nhello", 200, "hello"},
             Case{"HTTP/1.0 503 Busy\r\n\r\n", 503, ""},
             Case{"HTTP/1.1 302 There\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n", 302, "",
                  false},
         }) {
        Server server(c.answer, c.ends);
        const auto answer = post(server.url(), trust);
        ASSERT_TRUE(answer) << c.answer << answer.error().why;
        EXPECT_EQ(answer->status, c.status) << c.answer;
        EXPECT_EQ(answer->body, c.text) << c.answer;
        const std::string host = "Host: 127.0.0.1:" + std::to_string(server.url().port) + "\r\n";
        for (const std::string& line :
             {std::string("POST /i?x HTTP/1.1\r\n"), host, std::string("Authorization: Basic eDp5\r\n"),
              std::string("Content-Length: 9\r\n"), std::string("Content-Type: text/plain\r\n"),
              std::string("Connection: close\r\n")})
            EXPECT_THAT(server.question(), HasSubstr(line));
    }
}

TEST(HttpClient, SaysWhatIsWrongWithAnAnswer)
{
    const TlsTrust trust;
    struct Case
    {
        std::string answer;
        const char* why;
    };
    for (const Case& c : {
             Case{"", "without an answer"},
             Case{"H", "not HTTP"},
             Case{"220 mail.example.test ESMTP\r\n", "not HTTP"},
             Case{"HTTP/1.1 200 OK\r\nContent-Le", "not HTTP"},
             Case{"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhell", "not HTTP"},
             Case{"HTTP/1.1 200 OK\r\nContent-Length: 1001\r\n\r\n", "too long"},
             Case{"HTTP/1.1 200 OK\r\n\r\n" + std::string(1001, 'x'), "too long"},
             Case{"HTTP/1.1 200 OK\r\nX: " + std::string(9000, 'x'), "too long"},
         }) {
        Server server(c.answer);
        EXPECT_THAT(failure(server.url(), trust), HasSubstr(c.why)) << c.answer.substr(0, 100);
    }
}

TEST(HttpClient, HasPatienceAndNoMore)
{
    const TlsTrust trust;
    Server silent("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhell", false);
    EXPECT_THAT(failure(silent.url(), trust, 50ms), HasSubstr("it took too long"));
    test::Listening closed;
    const HttpUrl nowhere{false, "127.0.0.1", closed.port(), "/"};
    closed.close();
    EXPECT_THAT(failure(nowhere, trust), HasSubstr("no connection: "));
}

TEST(HttpClient, AsksOnlyWhoItTrusts)
{
    const test::TemporaryFolder folder;
    const auto certificate = folder.path() / "c.pem";
    const auto key = folder.path() / "k.pem";
    ensure_self_signed(certificate, key, "localhost");
    TlsContext context({certificate, key, true});
    const TlsTrust known(certificate);
    const TlsTrust others(test::TestCertificate().certificate());
    const std::string answer = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello";
    {
        Server server(answer, false, &context);
        const auto heard = post(server.url("localhost"), known);
        ASSERT_TRUE(heard) << heard.error().why;
        EXPECT_EQ(heard->body, "hello");
        EXPECT_THAT(server.question(), HasSubstr("Basic eDp5"));
    }
    struct Case
    {
        const char* host;
        in_addr_t address;
        const TlsTrust* trust;
    };
    for (const Case& c : {Case{"localhost", INADDR_LOOPBACK, &others},
                          Case{"127.0.0.2", INADDR_LOOPBACK + 1, &known}}) { // no name of the certificate
        Server server(answer, false, &context, c.address);
        EXPECT_THAT(failure(server.url(c.host), *c.trust), HasSubstr("certificate verify failed")) << c.host;
        EXPECT_EQ(server.question(), "") << "nothing was said";
    }
    Server plain(answer);
    HttpUrl url = plain.url("localhost");
    url.tls = true;
    EXPECT_THAT(failure(url, known, 50ms), HasSubstr("it took too long"));
}

} // namespace
} // namespace pillarbox::net
