#include "server/mailflow/held_mail.hpp"

#include "server/mailflow/lookup.hpp"
#include "server/mime/header.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <chrono>
#include <exception>
#include <utility>

namespace pillarbox::mailflow {

namespace asio = boost::asio;

namespace {

using namespace std::chrono_literals;

constexpr std::chrono::minutes longest_pause = 1min;
constexpr std::chrono::hours longest_trying = 5 * 24h; // RFC 5321 §4.5.4.1

storage::Time clock_time()
{
    return std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
}

RecipientReport failure(std::string recipient, const storage::RcptParameters& parameters,
                        std::string_view status, std::string explanation)
{
    RecipientReport report;
    report.recipient = std::move(recipient);
    report.original = parameters.original_recipient;
    report.status = status;
    report.explanation = std::move(explanation);
    return report;
}

/// Whether the sender wants to hear of a failure, RFC 3461 §4.1.
bool told_of_failure(const storage::RcptParameters& parameters)
{
    return parameters.notify == 0 || (parameters.notify & storage::notify::failure) != 0;
}

} // namespace

HeldMail::HeldMail(asio::any_io_executor executor, storage::Store& store, Intake& intake, Log log)
    : executor_(executor), store_(store), intake_(intake), log_(std::move(log)), timer_(executor)
{}

void HeldMail::start()
{
    intake_.on_held([this] { wake(); });
    asio::co_spawn(executor_, run(), [](const std::exception_ptr& error) {
        if (error) std::rethrow_exception(error);
    });
}

void HeldMail::stop()
{
    stopping_ = true;
    timer_.cancel();
}

awaitable<void> HeldMail::run()
{
    while (!stopping_) {
        co_await send_due(clock_time());
        co_await pause();
    }
}

/// There is more. Any thread.
void HeldMail::wake()
{
    asio::post(executor_, [this] {
        woken_ = true;
        timer_.cancel();
    });
}

awaitable<void> HeldMail::pause()
{
    const auto next = co_await store_.later().next(clock_time());
    if (!next) log_.error("held.not_listed", {{"reason", next.error().message()}});
    auto until = clock_time() + longest_pause;
    if (next && *next) until = std::min(until, **next);
    if (!woken_ && !stopping_) {
        timer_.expires_at(until);
        co_await timer_.async_wait(asio::as_tuple(asio::use_awaitable));
    }
    woken_ = false;
}

awaitable<void> HeldMail::send_due(storage::Time now)
{
    storage::QueueId after{};
    while (!stopping_) {
        auto due = co_await store_.later().due(now, after);
        if (!due) co_return log_.error("held.not_listed", {{"reason", due.error().message()}});
        if (!*due) co_return;
        after = (*due)->recipients.back().id;
        const bool sent = co_await send(std::move(**due), now);
        if (!sent) log_.warning("held.waits_longer", {{"id", std::int64_t(after)}});
    }
}

/// False when it stays, to be tried again.
awaitable<bool> HeldMail::send(storage::Waiting waiting, storage::Time now)
{
    auto body = co_await copy(waiting.recipients.front().id);
    if (!body) co_return false;
    auto head = body->read(0, mime::most_header_octets);
    if (!head) co_return false;

    std::vector<Recipient> recipients;
    std::vector<RecipientReport> failed;
    std::vector<storage::QueueId> entries;
    std::string id; // of the message, once it is accepted
    const bool late = waiting.mail.deliver_by && waiting.mail.deliver_by->over(now); // RFC 2852 §4
    for (const auto& to : waiting.recipients) {
        entries.push_back(to.id);
        if (late) {
            if (told_of_failure(to.parameters))
                failed.push_back(failure(to.forward_path, to.parameters, "5.4.7",
                                         "It could not be delivered by the time that you set."));
            continue;
        }
        auto route = co_await find_route(store_.accounts(), to.forward_path);
        if (route) {
            recipients.push_back({to.forward_path, std::move(*route), to.parameters});
        } else if (route.error() == storage::Errc::not_found || route.error() == storage::Errc::alias_loop) {
            if (told_of_failure(to.parameters))
                failed.push_back(
                    failure(to.forward_path, to.parameters, "5.1.1", "There is no such mailbox any more."));
        } else {
            co_return false;
        }
    }
    if (!recipients.empty()) {
        Origin origin;
        origin.kind = Origin::Kind::submission;
        origin.account = waiting.submitter;
        Sender sender{waiting.reverse_path, waiting.mail};
        sender.parameters.release_at.reset();
        const auto verdict =
            co_await intake_.accept(std::move(origin), std::move(sender), recipients, std::move(body));
        if (!verdict.accepted() && verdict.code < 500 && now - *waiting.mail.release_at < longest_trying)
            co_return false;
        for (const Recipient& to : recipients)
            if (!verdict.accepted() && told_of_failure(to.parameters))
                failed.push_back(failure(to.forward_path, to.parameters,
                                         verdict.code < 500 ? "4.4.7" : verdict.status, verdict.text));
        id = verdict.id;
    }
    if (!failed.empty()) co_await report(waiting, std::move(failed), std::move(*head));
    const auto removed = co_await store_.later().remove(std::move(entries));
    if (!removed) log_.error("held.not_removed", {{"reason", removed.error().message()}});
    if (removed && !id.empty()) log_.info("held.sent", {{"id", id}, {"from", waiting.reverse_path}});
    co_return removed.has_value();
}

awaitable<std::unique_ptr<storage::Spool>> HeldMail::copy(storage::QueueId entry)
{
    const auto reader = co_await store_.queue().open(entry);
    if (!reader) co_return nullptr;
    auto spool = store_.mail().new_spool();
    for (;;) {
        const auto piece = co_await (*reader)->next();
        if (!piece) co_return nullptr;
        if (piece->empty()) co_return spool;
        const auto kept = spool->append(*piece);
        if (!kept) co_return nullptr;
    }
}

awaitable<void> HeldMail::report(storage::Waiting waiting, std::vector<RecipientReport> failed,
                                 std::string head)
{
    if (waiting.reverse_path.empty()) co_return; // RFC 3461 §6.1
    Report report;
    report.to = waiting.reverse_path;
    report.envelope_id = waiting.mail.envelope_id;
    if (waiting.mail.deliver_by) report.deliver_by = waiting.mail.deliver_by->at;
    report.arrival = waiting.queued;
    report.recipients = std::move(failed);
    report.original = std::move(head);
    report.smtputf8 = waiting.mail.smtputf8;
    report.require_tls = waiting.mail.tls == storage::TlsWish::required;
    const auto verdict = co_await intake_.send_report(std::move(report));
    if (!verdict.accepted())
        log_.warning("held.report_not_sent", {{"to", waiting.reverse_path}, {"reason", verdict.text}});
}

} // namespace pillarbox::mailflow
