#include "server/mailflow/outbox.hpp"

#include "server/mailflow/letter.hpp"
#include "server/mailflow/submission_header.hpp"
#include "server/mime/header.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/post.hpp>

#include <algorithm>
#include <utility>

namespace pillarbox::mailflow {

namespace asio = boost::asio;

namespace {

using namespace std::chrono_literals;
using storage::Result;
using storage::Submission;

constexpr std::size_t letters_at_once = 100;
constexpr auto longest_outbox_wait = 60s;  // the clock may be set, and the store recover
constexpr unsigned most_outbox_tries = 20; // some three hours
constexpr auto longest_delay = 600s;       // between two of them
// Who finds his mail still a draft after so long wants to look at it again.
constexpr auto too_late = std::chrono::hours{24};

std::chrono::seconds delay_after(unsigned tries)
{
    return std::min<std::chrono::seconds>(30s * (1U << std::min(tries, 5U)), longest_delay);
}

/// A draft on its way out.
struct Letter
{
    std::string head; // as the draft has it, with Bcc
    std::unique_ptr<storage::Spool> body;
};

/// The draft's message without Bcc, RFC 5322 §3.6.3.
awaitable<Result<Letter>> read_letter(storage::Mail& mail, storage::MessageId message)
{
    const auto reader = co_await mail.open(message);
    if (!reader) co_return reader.error();
    Letter letter;
    letter.body = mail.new_spool();
    SubmissionHeader header({.from = {}, .message_id = {}, .time = storage::now()});
    std::string out;
    while (true) {
        const auto piece = co_await (*reader)->next();
        if (!piece) co_return piece.error();
        if (piece->empty()) break;
        if (letter.head.size() <= mime::most_header_octets) letter.head += *piece;
        header.feed(*piece, out);
        const auto appended = letter.body->append(out);
        if (!appended) co_return appended.error();
        out.clear();
    }
    header.finish(out);
    const auto appended = letter.body->append(out);
    if (!appended) co_return appended.error();
    co_return letter;
}

std::string told(const std::vector<LetterFault>& faults)
{
    std::string text;
    for (const auto& fault : faults)
        text += (text.empty() ? "" : " ") + fault.detail;
    return text;
}

} // namespace

Outbox::Outbox(asio::any_io_executor executor, storage::Store& store, Intake& intake, Options options)
    : store_(store), intake_(intake), options_(std::move(options)), timer_(std::move(executor))
{}

void Outbox::wake()
{
    asio::post(timer_.get_executor(), [this] {
        woken_ = true;
        timer_.cancel();
    });
}

void Outbox::stop()
{
    asio::post(timer_.get_executor(), [this] {
        stopped_ = true;
        timer_.cancel();
    });
}

awaitable<void> Outbox::run()
{
    while (!stopped_) {
        woken_ = false;
        const auto idle = co_await send_due();
        if (woken_ || stopped_) continue;
        timer_.expires_after(idle);
        [[maybe_unused]] const auto waited = co_await timer_.async_wait(asio::as_tuple(asio::deferred));
    }
}

awaitable<std::chrono::seconds> Outbox::send_due()
{
    while (!stopped_) {
        const auto pending = co_await store_.submissions().pending(letters_at_once);
        if (!pending) co_return longest_outbox_wait;
        for (const auto& submission : *pending) {
            if (submission.send_at > storage::now())
                co_return std::clamp<std::chrono::seconds>(submission.send_at - storage::now(), 1s,
                                                           longest_outbox_wait);
            const auto sent = co_await send(submission);
            if (!sent) co_return longest_outbox_wait; // the store's trouble is everybody's
        }
        if (pending->empty()) break;
    }
    co_return longest_outbox_wait;
}

awaitable<Result<void>> Outbox::send(Submission submission)
{
    constexpr auto gone = "The draft was deleted before it was sent.";
    if (storage::now() - submission.send_at > too_late) {
        const auto failed = co_await fail(
            std::move(submission),
            "The server was not running when this was to be sent. Look at it and send it again.");
        co_return failed;
    }
    const auto account = co_await store_.accounts().find(submission.account);
    if (!account) co_return account.error();
    if (!account->enabled) {
        const auto failed = co_await fail(std::move(submission), "The account has been disabled.");
        co_return failed;
    }
    auto letter = co_await read_letter(store_.mail(), submission.message);
    if (!letter && letter.error() == storage::Errc::not_found) {
        const auto failed = co_await fail(std::move(submission), gone);
        co_return failed;
    }
    if (!letter) co_return letter.error();
    auto envelope =
        co_await envelope_of(store_.accounts(), submission.account, letter->head, options_.most_recipients);
    if (!envelope) co_return envelope.error();
    if (!envelope->faults.empty()) {
        const auto failed = co_await fail(std::move(submission), told(envelope->faults));
        co_return failed;
    }
    Origin origin;
    origin.kind = Origin::Kind::submission;
    origin.user = account->address;
    origin.account = submission.account;
    origin.submission = submission.id;
    Sender sender{envelope->reverse_path, {}};
    auto verdict = co_await intake_.accept(std::move(origin), std::move(sender),
                                           std::move(envelope->recipients), std::move(letter->body));
    const auto settled =
        co_await settle(std::move(submission), std::move(verdict), std::move(envelope->people));
    co_return settled;
}

awaitable<Result<void>> Outbox::settle(Submission submission, Verdict verdict,
                                       std::vector<storage::Contact> people)
{
    const auto id = static_cast<std::int64_t>(submission.id);
    if (verdict.accepted()) {
        log_.info("mailflow.sent", {{"submission", id}, {"id", verdict.id}});
        // After the commit: a crash in between costs one in a count.
        const auto counted = co_await store_.contacts().wrote_to(submission.account, std::move(people));
        report(std::move(submission), Submission::State::sent);
        co_return counted;
    }
    log_.info("mailflow.not_sent", {{"submission", id}, {"code", verdict.code}, {"reason", verdict.text}});
    // One that was undone meanwhile is not touched by either.
    if (verdict.code < 500 && submission.tries + 1 < most_outbox_tries) {
        submission.send_at = storage::now() + delay_after(submission.tries);
        const auto later = co_await store_.submissions().postpone(submission.id, submission.send_at);
        if (later) report(std::move(submission), Submission::State::pending);
        co_return later;
    }
    const auto failed = co_await fail(std::move(submission), "It could not be sent: " + verdict.text + ".");
    co_return failed;
}

awaitable<Result<void>> Outbox::fail(Submission submission, std::string detail)
{
    submission.detail = detail;
    const auto failed = co_await store_.submissions().fail(submission.id, std::move(detail));
    if (failed) report(std::move(submission), Submission::State::failed);
    co_return failed;
}

void Outbox::report(Submission submission, Submission::State state) const
{
    if (!report_) return;
    submission.state = state;
    report_(submission);
}

} // namespace pillarbox::mailflow
