#include "web/api/json.hpp"
#include "web/api/resources.hpp"
#include "web/api/rows.hpp"
#include "web/http/problem.hpp"
#include "web/http/streams.hpp"

#include "server/base/ascii.hpp"

#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/json/serialize.hpp>

#include <chrono>
#include <memory>
#include <string>
#include <utility>

namespace pillarbox::api {

namespace json = boost::json;

using http::awaitable;
using http::Context;
using http::Response;

namespace {

using namespace std::chrono_literals;
using namespace boost::asio::experimental::awaitable_operators;
using storage::Result;

constexpr auto between_comments = 20s;    // so that both sides notice when the other has gone
constexpr std::size_t most_changes = 200; // told one by one
constexpr std::size_t most_rows = 50;     // of one mailbox that come with theirs

/// Server-sent events of one account, from a change counter on: a counter is
/// the id of what led to it, and who comes back says which he saw last.
class EventSource : public http::Source
{
public:
    EventSource(storage::Store& store, storage::WebSession session, std::shared_ptr<http::Stream> stream,
                std::uint64_t seen)
        : store_(store),
          session_(std::move(session)),
          stream_(std::move(stream)),
          watch_(store.changes().watch(session_.account)),
          seen_(seen)
    {
        json::object hello;
        hello["state"] = std::to_string(seen_);
        add("hello", hello);
    }

    awaitable<Result<std::string_view>> next() override
    {
        piece_.clear();
        while (!stream_->ended()) {
            if (text_.empty()) {
                const auto looked = co_await look();
                if (!looked) co_return looked.error();
            }
            if (!text_.empty()) {
                piece_ = std::exchange(text_, {}) + "id: " + std::to_string(seen_) + "\n\n";
                co_return std::string_view(piece_);
            }
            const auto woken = co_await (watch_->above(seen_) || stream_->pause(between_comments));
            if (woken.index() == 0) {
                const auto& counter = std::get<0>(woken);
                if (!counter) co_return counter.error();
                continue;
            }
            if (stream_->ended()) break;
            // Signed out meanwhile, here or by an administrator?
            const auto session = co_await store_.sessions().find(session_.digest);
            if (!session) co_return session.error();
            piece_ = ":\n\n";
            co_return std::string_view(piece_);
        }
        co_return std::string_view{};
    }

private:
    /// An event without the empty line that sends it off: the last gets the id,
    /// for a client that loses half of them must be told all again.
    void add(std::string_view kind, const json::object& data)
    {
        if (!text_.empty()) text_ += "\n";
        text_.append("event: ").append(kind).append("\ndata: ").append(json::serialize(data)).append("\n");
    }

    awaitable<Result<void>> look()
    {
        const auto feed = co_await store_.changes().since(session_.account, seen_, most_changes);
        if (!feed) co_return feed.error();
        const bool news = feed->modseq != seen_;
        seen_ = feed->modseq;
        if (feed->everything && news) add("resync", {});
        for (const auto& mailbox : feed->mailboxes) {
            const auto told = co_await tell(mailbox);
            if (!told) co_return told;
        }
        co_return boost::system::in_place_value;
    }

    awaitable<Result<void>> tell(const storage::MailboxChanges& changes)
    {
        std::size_t rows = 0;
        for (const auto& changed : changes.changed) {
            json::object event;
            event["op"] = "put";
            event["mailbox"] = format_id(changes.mailbox.id);
            event["id"] = format_id(changed.id);
            if (rows++ < most_rows) {
                const auto row = co_await store_.mail().find(session_.account, changed.id);
                if (!row && row.error() == storage::Errc::not_found) continue; // gone again
                if (!row) co_return row.error();
                event["row"] = describe(*row);
            }
            add("message", event);
        }
        add("mailbox", describe(changes.mailbox));
        co_return boost::system::in_place_value;
    }

    storage::Store& store_;
    storage::WebSession session_;
    std::shared_ptr<http::Stream> stream_;
    std::unique_ptr<storage::Watch> watch_;
    std::uint64_t seen_;
    std::string text_;  // events that are ready
    std::string piece_; // the last that was given out
};

awaitable<Response> listen(const http::Site& site, const Context& context)
{
    const auto& request = context.request;
    auto& store = site.services().store;
    const auto now = co_await store.changes().since(context.account(), 0, 1);
    if (!now) co_return http::problem(request, now.error());
    const auto last = ascii::parse_number<std::uint64_t>(request.field("Last-Event-ID"));
    const auto executor = co_await boost::asio::this_coro::executor;
    auto stream = site.streams().open(context.account(), executor);
    if (!stream) {
        auto response = http::problem(request, 503, "The server is just ending. Try again in a moment.");
        response.fields.set("Retry-After", "30");
        co_return response;
    }
    Response response;
    response.fields.set("Content-Type", "text/event-stream");
    response.fields.set("Cache-Control", "no-store");
    response.endless = true;
    const auto seen = last && *last <= now->modseq ? *last : now->modseq;
    response.source = std::make_unique<EventSource>(store, context.session, std::move(stream), seen);
    co_return response;
}

} // namespace

void add_events(http::Router& router, const http::Site& site)
{
    router.add("GET", "/api/v1/events", http::Access::signed_in,
               [&site](const Context& c) { return listen(site, c); });
}

} // namespace pillarbox::api
