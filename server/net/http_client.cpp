#include "server/net/http_client.hpp"

#include "server/net/socket_stream.hpp"
#include "server/net/watchdog.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/beast/core/buffers_range.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/serializer.hpp>
#include <boost/beast/http/string_body.hpp>

#include <array>
#include <memory>
#include <utility>

namespace pillarbox::net {

namespace asio = boost::asio;
namespace beast = boost::beast::http;

namespace {

using Clock = std::chrono::steady_clock;
using Outcome = result<HttpAnswer, HttpFailure>;

/// For one of several addresses, so that the next has its turn.
constexpr std::chrono::seconds connect_patience{4};

/// A look-up that may be left behind: the system's resolver cannot be interrupted.
struct Lookup
{
    Lookup(const asio::any_io_executor& executor, Clock::time_point end)
        : resolver(executor), done(executor, end)
    {}

    asio::ip::tcp::resolver resolver;
    asio::steady_timer done;
    bool finished = false;
    error_code error;
    asio::ip::tcp::resolver::results_type found;
};

HttpFailure failure_of(const error_code& error, std::string_view what)
{
    if (error == asio::error::operation_aborted) return HttpFailure(std::string(what) + ": it took too long");
    return HttpFailure(std::string(what) + ": " + error.message(), certificate_refused(error));
}

awaitable<result<asio::ip::tcp::resolver::results_type>> look_up(std::string host, std::uint16_t port,
                                                                 Clock::time_point end)
{
    const auto executor = co_await asio::this_coro::executor;
    const auto lookup = std::make_shared<Lookup>(executor, end);
    lookup->resolver.async_resolve(host, std::to_string(port), [lookup](error_code error, auto found) {
        lookup->finished = true;
        lookup->error = error;
        lookup->found = std::move(found);
        lookup->done.cancel();
    });
    [[maybe_unused]] const auto waited = co_await lookup->done.async_wait(asio::as_tuple(asio::deferred));
    if (!lookup->finished) co_return asio::error::operation_aborted;
    if (lookup->error) co_return lookup->error;
    co_return std::move(lookup->found);
}

/// A connection to the first address that answers.
awaitable<result<std::unique_ptr<Stream>>> connect(const HttpUrl& url,
                                                   std::vector<asio::ip::address> addresses,
                                                   const TlsTrust& trust, Clock::time_point end)
{
    const auto executor = co_await asio::this_coro::executor;
    if (addresses.empty()) {
        const auto found = co_await look_up(url.host, url.port, end);
        if (!found) co_return found.error();
        for (const auto& entry : *found)
            addresses.push_back(entry.endpoint().address());
    }
    error_code error = asio::error::host_not_found;
    for (const auto& address : addresses) {
        if (Clock::now() >= end) break;
        asio::ip::tcp::socket socket(executor);
        const Watchdog watchdog(executor, std::min(end, Clock::now() + connect_patience),
                                [&socket] { socket.close(); });
        const asio::ip::tcp::endpoint endpoint(address, url.port);
        auto [failed] = co_await socket.async_connect(endpoint, asio::as_tuple(asio::deferred));
        error = failed;
        if (error) continue;
        auto& context = static_cast<asio::io_context&>(asio::query(executor, asio::execution::context));
        Descriptor descriptor(socket.release());
        if (url.tls)
            co_return make_tls_client_stream(context, std::move(descriptor), address, trust, url.host);
        co_return make_socket_stream(context, std::move(descriptor), address);
    }
    co_return error;
}

std::string octets_of(const HttpQuestion& question)
{
    const bool posts = question.method == HttpQuestion::Method::post;
    beast::request<beast::string_body> request(posts ? beast::verb::post : beast::verb::get,
                                               question.url.target, 11);
    request.set(beast::field::host, question.url.authority());
    request.set(beast::field::user_agent, "Pillarbox");
    request.set(beast::field::accept, question.accept);
    if (posts) request.set(beast::field::content_type, question.content_type);
    request.set(beast::field::connection, "close");
    if (!question.authorization.empty()) request.set(beast::field::authorization, question.authorization);
    for (const auto& [name, value] : question.fields)
        request.insert(name, value);
    request.body() = question.body;
    request.prepare_payload();

    std::string octets;
    beast::request_serializer<beast::string_body> serializer(request);
    while (!serializer.is_done()) {
        error_code error;
        serializer.next(error, [&](error_code&, const auto& buffers) {
            std::size_t size = 0;
            for (const auto buffer : boost::beast::buffers_range_ref(buffers)) {
                octets.append(static_cast<const char*>(buffer.data()), buffer.size());
                size += buffer.size();
            }
            serializer.consume(size);
        });
        if (error) return {}; // a string's serializer has no errors
    }
    return octets;
}

awaitable<Outcome> read_answer(Stream& stream, std::size_t longest)
{
    beast::response_parser<beast::string_body> parser;
    parser.eager(true);
    parser.body_limit(longest);
    std::array<char, 4096> room;
    std::string unread;
    while (!parser.is_done()) {
        const auto got = co_await stream.read_some(room);
        error_code error;
        if (got) {
            unread.append(room.data(), *got);
            unread.erase(0, parser.put(asio::buffer(unread), error));
        } else if (got.error() == asio::error::eof && !parser.got_some()) {
            co_return HttpFailure("it ended the connection without an answer");
        } else if (got.error() == asio::error::eof) {
            parser.put_eof(error); // the end of an answer that does not say how long it is
        } else {
            co_return failure_of(got.error(), "its answer");
        }
        if (error == beast::error::body_limit) co_return HttpFailure("its answer is too long");
        if (error && error != beast::error::need_more)
            co_return HttpFailure("its answer is not HTTP: " + error.message());
        if (unread.size() > longest) co_return HttpFailure("its answer is too long");
        if (!got && !parser.is_done()) co_return HttpFailure("its answer ends too early");
    }
    auto& message = parser.get();
    co_return HttpAnswer{message.result_int(), std::string(message[beast::field::content_type]),
                         std::move(message.body())};
}

} // namespace

awaitable<Outcome> ask(HttpQuestion question, const TlsTrust& trust)
{
    const auto executor = co_await asio::this_coro::executor;
    const auto end = Clock::now() + question.patience;
    const auto connected = co_await connect(question.url, question.addresses, trust, end);
    if (!connected) co_return failure_of(connected.error(), "no connection");
    Stream& stream = **connected;
    const Watchdog watchdog(executor, end, [&stream] { stream.cancel(); });
    const std::string octets = octets_of(question);
    const error_code error = co_await stream.write(octets);
    if (error) co_return failure_of(error, "it did not take the question");
    auto answer = co_await read_answer(stream, question.longest_answer);
    if (answer) co_await stream.close();
    co_return answer;
}

} // namespace pillarbox::net
