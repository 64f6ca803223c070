#include "web/api/json.hpp"
#include "web/api/resources.hpp"
#include "web/api/rows.hpp"
#include "web/api/topics.hpp"
#include "web/http/problem.hpp"
#include "web/http/streams.hpp"

#include "server/base/ascii.hpp"

#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/json/serialize.hpp>

#include <chrono>
#include <memory>
#include <optional>
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
constexpr auto between_checks = 20s;      // whether the client may go on
constexpr std::size_t most_changes = 200; // told one by one
constexpr std::size_t most_rows = 50;     // of one mailbox that come with theirs

/// Who listens, as it is asked for again.
struct Listener
{
    storage::WebSession session;
    storage::ApiToken token; // of a program, which has no session
};

/// Server-sent events of one account, from a change counter on: a counter is
/// the id of what led to it, and who comes back says which he saw last.
class EventSource : public http::Source
{
public:
    EventSource(storage::Store& store, Listener listener, std::shared_ptr<http::Stream> stream,
                unsigned topics, std::uint64_t seen)
        : store_(store),
          listener_(std::move(listener)),
          stream_(std::move(stream)),
          watch_(store.changes().watch(listener_.session.account)),
          topics_(topics, store.queue(), stream_),
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
            // However much there is to tell: somebody may be signed out meanwhile.
            if (std::chrono::steady_clock::now() >= check_at_) {
                const auto may = co_await may_go_on();
                if (!may) co_return may.error();
            }
            for (const auto& event : stream_->take())
                append(event);
            for (const auto& [kind, data] : topics_.take(std::chrono::steady_clock::now()))
                add(kind, data);
            if (text_.empty()) {
                const auto looked = co_await look();
                if (!looked) co_return looked.error();
            }
            if (!text_.empty()) {
                piece_ = std::exchange(text_, {}) + "id: " + std::to_string(seen_) + "\n\n";
                co_return std::string_view(piece_);
            }
            const auto now = std::chrono::steady_clock::now();
            const auto patience = topics_.next(now).value_or(between_comments);
            const auto pause = std::chrono::ceil<std::chrono::milliseconds>(patience);
            const auto woken = co_await (watch_->above(seen_) || stream_->pause(pause));
            if (woken.index() == 0) {
                const auto& counter = std::get<0>(woken);
                if (!counter) co_return counter.error();
                continue;
            }
            if (stream_->ended()) break;
            if (stream_->told() || stream_->has_news() || topics_.next(now)) continue;
            const auto may = co_await may_go_on();
            if (!may) co_return may.error();
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
        append("event: " + std::string(kind) + "\ndata: " + json::serialize(data) + "\n");
    }

    void append(const std::string& event)
    {
        if (!text_.empty()) text_ += "\n";
        text_ += event;
    }

    /// Signed out meanwhile, here or by an administrator? A token taken away, or no
    /// administrator any more?
    awaitable<Result<void>> may_go_on()
    {
        check_at_ = std::chrono::steady_clock::now() + between_checks;
        const auto& [session, token] = listener_;
        if (token.digest.empty()) {
            const auto found = co_await store_.sessions().find(session.digest);
            if (!found) co_return found.error();
        } else {
            const auto found = co_await store_.api_tokens().find(token.digest);
            if (!found) co_return found.error();
        }
        if (!topics_.any()) co_return Result<void>{};
        const auto account = co_await store_.accounts().find(session.account);
        if (!account) co_return account.error();
        if (!account->admin) co_return make_error_code(storage::Errc::not_found);
        co_return Result<void>{};
    }

    awaitable<Result<void>> look()
    {
        const auto feed = co_await store_.changes().since(listener_.session.account, seen_, most_changes);
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
                const auto row = co_await store_.mail().find(listener_.session.account, changed.id);
                if (!row && row.error() == storage::Errc::not_found) continue; // gone again
                if (!row) co_return row.error();
                event["row"] = describe_message(*row);
            }
            add("message", event);
        }
        add("mailbox", describe_mailbox(changes.mailbox));
        co_return boost::system::in_place_value;
    }

    storage::Store& store_;
    const Listener listener_;
    std::shared_ptr<http::Stream> stream_;
    std::unique_ptr<storage::Watch> watch_;
    Topics topics_;
    std::chrono::steady_clock::time_point check_at_ = std::chrono::steady_clock::now() + between_checks;
    std::uint64_t seen_;
    std::string text_;  // events that are ready
    std::string piece_; // the last that was given out
};

/// The topics that are asked for; a refusal when the caller does not get them.
awaitable<std::optional<Response>> find_topics(const http::Services& services, const Context& context,
                                               unsigned& topics)
{
    const auto& request = context.request;
    const auto query = http::parse_query(request.query);
    if (!query) co_return http::problem(request, 400, "The query is malformed.");
    const auto names = parameter(*query, "topics");
    if (!names) co_return std::nullopt;
    const auto known = Topics::parse(*names);
    constexpr std::string_view unknown = "There is no such topic. There are queue and log.";
    if (!known)
        co_return http::problem(request, 400, "invalid", unknown, {{"/topics", std::string(unknown)}});
    topics = *known;
    constexpr std::string_view not_yours = "These topics are for administrators.";
    const bool program = !context.token.digest.empty();
    if (program && (context.token.scopes & storage::scope::admin) == 0)
        co_return http::problem(request, 403, not_yours);
    const auto account = co_await services.store.accounts().find(context.account());
    if (!account) co_return http::problem(request, account.error());
    if (!account->admin) co_return http::problem(request, 403, not_yours);
    co_return std::nullopt;
}

awaitable<Response> listen(const http::Site& site, const Context& context)
{
    const auto& request = context.request;
    auto& store = site.services().store;
    unsigned topics = 0;
    auto refused = co_await find_topics(site.services(), context, topics);
    if (refused) co_return std::move(*refused);
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
    response.source = std::make_unique<EventSource>(store, Listener{context.session, context.token},
                                                    std::move(stream), topics, seen);
    co_return response;
}

} // namespace

void add_events(http::Router& router, const http::Site& site)
{
    router.add("GET", "/api/v1/events", http::Access::signed_in,
               [&site](const Context& c) { return listen(site, c); });
}

} // namespace pillarbox::api
