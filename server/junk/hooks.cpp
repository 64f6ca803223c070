#include "server/junk/hooks.hpp"

#include "server/junk/milter.hpp"
#include "server/junk/rspamd.hpp"
#include "server/net/http_client.hpp"
#include "server/net/socket_stream.hpp"
#include "server/net/watchdog.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/this_coro.hpp>

#include <array>
#include <memory>
#include <utility>

namespace pillarbox::junk {

namespace asio = boost::asio;
using asio::awaitable;

namespace {

using Clock = std::chrono::steady_clock;

using Outcome = boost::system::result<HookAnswer, std::string>;

constexpr std::size_t longest_answer = std::size_t{256} << 10;

awaitable<Outcome> ask_rspamd(HookQuestion question, const net::TlsTrust& trust, Config::Junk terms)
{
    net::HttpQuestion post{.url = terms.rspamd,
                           .authorization = {},
                           .content_type = "message/rfc822",
                           .body = {},
                           .fields = rspamd::fields_of(question),
                           .patience = terms.hook_patience,
                           .longest_answer = longest_answer};
    post.body = std::move(question.message);
    if (post.url.target == "/") post.url.target = "/checkv2";
    const auto told = co_await net::ask(std::move(post), trust);
    if (!told) co_return "rspamd: " + told.error().why;
    if (told->status != 200) co_return "rspamd: its answer has status " + std::to_string(told->status);
    auto answer = rspamd::parse_answer(told->body, terms.limit);
    if (!answer) co_return std::string("rspamd: its answer is none of /checkv2");
    co_return std::move(*answer);
}

awaitable<net::result<std::unique_ptr<net::Stream>>> connect_to(Endpoint endpoint, Clock::time_point end)
{
    const auto executor = co_await asio::this_coro::executor;
    asio::ip::tcp::socket socket(executor);
    const asio::ip::tcp::endpoint to(asio::ip::make_address(endpoint.address), endpoint.port);
    const net::Watchdog watchdog(executor, end, [&socket] { socket.close(); });
    const auto [error] = co_await socket.async_connect(to, asio::as_tuple(asio::deferred));
    if (error) co_return error;
    auto& context = static_cast<asio::io_context&>(asio::query(executor, asio::execution::context));
    co_return net::make_socket_stream(context, net::Descriptor(socket.release()), to.address());
}

/// Says all of it to one milter, and hears it.
awaitable<Outcome> ask_milter(const HookQuestion& question, Endpoint endpoint, std::chrono::seconds patience)
{
    const auto who = "milter " + endpoint.address + ":" + std::to_string(endpoint.port) + ": ";
    const auto end = Clock::now() + patience;
    const auto connected = co_await connect_to(std::move(endpoint), end);
    if (!connected) co_return who + connected.error().message();
    net::Stream& stream = **connected;
    const auto executor = co_await asio::this_coro::executor;
    const net::Watchdog watchdog(executor, end, [&stream] { stream.cancel(); });
    MilterDialogue dialogue(question);
    std::array<char, 4096> room;
    while (!dialogue.done()) {
        const auto said = dialogue.next();
        const auto error = co_await stream.write(said);
        if (error) co_return who + error.message();
        if (dialogue.done()) break;
        const auto heard = co_await stream.read_some(room);
        if (!heard) co_return who + heard.error().message();
        dialogue.feed({room.data(), *heard});
    }
    if (!dialogue.fault().empty()) co_return who + dialogue.fault();
    const auto error = co_await stream.write(milter_quit());
    if (!error) co_await stream.close(); // else it has left first, having said all
    co_return dialogue.answer();
}

} // namespace

Hooks::Hooks(const Config::Junk& terms)
    : terms_(terms),
      // Of a plain connection nobody is asked who he is.
      trust_(terms.rspamd.tls && !terms.rspamd.host.empty() ? net::TlsTrust() : net::TlsTrust::anybody())
{}

awaitable<Outcome> Hooks::ask(HookQuestion question)
{
    HookAnswer all;
    for (const auto& endpoint : terms_.milters) {
        auto answer = co_await ask_milter(question, endpoint, terms_.hook_patience);
        if (!answer) co_return answer;
        for (auto& reason : answer->reasons) {
            reason.weight = terms_.limit; // quarantine: into Junk
            all.reasons.push_back(std::move(reason));
        }
        all.fields += answer->fields;
        all.refusal = answer->refusal;
        if (all.refusal) co_return all;
    }
    if (terms_.rspamd.host.empty()) co_return all;
    auto answer = co_await ask_rspamd(std::move(question), trust_, terms_);
    if (!answer) co_return answer;
    all.reasons.insert(all.reasons.end(), answer->reasons.begin(), answer->reasons.end());
    all.refusal = answer->refusal;
    co_return all;
}

} // namespace pillarbox::junk
