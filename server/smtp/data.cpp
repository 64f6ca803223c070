#include "server/base/random.hpp"
#include "server/net/networks.hpp"
#include "server/smtp/data_reader.hpp"
#include "server/smtp/session.hpp"

#include <algorithm>
#include <utility>

namespace pillarbox::smtp {

namespace {

using namespace std::chrono_literals;

constexpr std::chrono::seconds block_patience = 3min; // RFC 5321 §4.5.3.2.5

constexpr Reply data_takes_none{501, "5.5.4", "DATA takes no argument: write DATA alone"};
constexpr Reply chunks_begun{503, "5.5.1", "BDAT has begun this message: go on with BDAT, or RSET"};
constexpr Reply needs_chunks{503, "5.5.1", "BODY=BINARYMIME needs BDAT, not DATA: send chunks, or RSET"};
constexpr Reply go_ahead{354, "", "go ahead, end with CR LF . CR LF"};
constexpr Reply took_too_long{554, "5.4.7", "the time that BY set is over: send it again with a longer one"};
constexpr Reply message_too_slow{
    421, "4.4.2", "the message took longer than 30 minutes; closing: send it again, faster or in parts"};

mailflow::Verdict verdict_of(const Reply& reply)
{
    return {.code = reply.code, .status = reply.status, .text = std::string(reply.text), .id = {}};
}

} // namespace

awaitable<void> Session::data(Command command)
{
    if (!command.argument.empty()) co_return say(data_takes_none);
    if (const auto refusal = no_text_yet()) co_return say(*refusal);
    if (transaction_->chunks) co_return say(chunks_begun); // RFC 3030 §2
    if (transaction_->binary) co_return say(needs_chunks); // RFC 3030 §3
    Transaction transaction = std::move(*transaction_);
    transaction_.reset(); // DATA uses it up, whatever comes of it: RFC 5321 §4.1.1.4

    Incoming message = begin_message();
    say(go_ahead);
    const bool in_time = co_await receive_text(&message);
    if (!in_time) co_return leave(message_too_slow);
    co_await accept(std::move(transaction), std::move(message));
}

awaitable<void> Session::bdat(Command command)
{
    const auto chunk = parse_bdat(command.argument);
    // A chunk may follow, of nobody knows how many octets, and none of them is
    // to be taken for a command.
    if (!chunk) co_return leave(chunk.error());
    if (chunk->octets == 0 && !chunk->last) {
        const bool answered = co_await without_effect();
        if (!answered) co_return;
    }
    const std::optional<Reply> refusal = no_text_yet();
    Chunks* const chunks = refusal ? nullptr : &begin_chunks();
    if (chunks) chunks->message.announce(chunk->octets);
    const bool in_time = co_await receive_chunk(chunks, chunk->octets);
    if (!in_time) co_return leave(message_too_slow);
    if (refusal) co_return say(*refusal);
    if (!chunk->last) co_return say_received(*chunks, chunk->octets);

    std::string rest;
    chunks->reader.finish(rest);
    chunks->message.take(0, rest, chunks->reader.fault());
    Incoming message = std::move(chunks->message);
    Transaction transaction = std::move(*transaction_);
    transaction_.reset();
    co_await accept(std::move(transaction), std::move(message));
}

/// Why the text of a message cannot come now, if so.
std::optional<Reply> Session::no_text_yet() const
{
    if (!hello_ || !transaction_) return mail_first;
    if (!transaction_->recipients.empty()) return std::nullopt;
    return no_recipients(*transaction_);
}

Incoming Session::begin_message()
{
    ++messages_;
    without_effect_ = 0;
    std::optional<mailflow::SubmissionHeader::Fill> fill;
    if (identity_) {
        const std::string message_id = "<" + random_name(20) + "@" + services_.config->hostname + ">";
        const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
        fill = {identity_->address, message_id, now};
    }
    auto arriving = from_elsewhere() ? services_.intake.arriving(services_.config) : nullptr;
    return {services_.mail.new_spool(), services_.config->smtp.max_message_size, std::move(fill),
            std::move(arriving)};
}

/// Whether another server brings the message, one that we know and do not vouch for.
bool Session::from_elsewhere() const
{
    return services_.kind == Services::Kind::relay && !exempt_ && !peer_.is_unspecified() &&
           !net::NetworkSet(services_.config->verify.except).contains(peer_);
}

/// The chunks of this transaction, which the first BDAT begins.
Session::Chunks& Session::begin_chunks()
{
    auto& chunks = transaction_->chunks;
    if (!chunks) {
        Incoming message = begin_message();
        const auto bare_line_feed = message.bare_line_feed();
        chunks.emplace(Chunks{ChunkReader(bare_line_feed, transaction_->binary), std::move(message)});
    }
    return *chunks;
}

/// DATA's text up to its end; what a refused message still sends is read and
/// dropped. False when it took too long.
awaitable<bool> Session::receive_text(Incoming* message)
{
    DataReader reader(message->bare_line_feed());
    std::string text;
    net::Passing passing(connection_.transcript(), net::Passing::From::client, "message");
    while (!reader.done()) {
        const std::chrono::seconds left = time_left(message->deadline());
        if (left <= 0s) co_return false;
        const std::string_view arrived = co_await connection_.read_some(left);
        text.clear();
        connection_.consume(reader.feed(arrived, text));
        passing.count(text.size());
        message->take(text.size(), text, reader.fault());
    }
    co_return true;
}

/// One chunk. Without `chunks`, where none may come, it is read and dropped,
/// so that nothing in it is taken for a command. False when it took too long.
awaitable<bool> Session::receive_chunk(Chunks* chunks, std::uint64_t octets)
{
    if (octets == 0) co_return true;
    const auto deadline = chunks ? chunks->message.deadline() : Incoming::latest();
    std::string text;
    net::Passing passing(connection_.transcript(), net::Passing::From::client, "chunk");
    while (octets > 0) {
        const std::chrono::seconds left = time_left(deadline);
        if (left <= 0s) co_return false;
        const std::string_view arrived = co_await connection_.read_some(left);
        const std::string_view part = arrived.substr(0, octets);
        octets -= part.size();
        passing.count(part.size());
        if (chunks) {
            text.clear();
            chunks->reader.feed(part, text);
            chunks->message.take(part.size(), text, chunks->reader.fault());
        }
        connection_.consume(part.size());
    }
    co_return true;
}

/// Until when the next octets are waited for.
std::chrono::seconds Session::time_left(Incoming::Clock::time_point deadline)
{
    const auto left = std::chrono::ceil<std::chrono::seconds>(deadline - Incoming::Clock::now());
    return std::min(left, block_patience);
}

void Session::say_received(const Chunks& chunks, std::uint64_t octets)
{
    if (chunks.message.refusal()) return say(*chunks.message.refusal());
    const std::string text = std::to_string(octets) + " octets received";
    say({250, "2.0.0", text});
}

awaitable<void> Session::accept(Transaction transaction, Incoming message)
{
    message.finish();
    if (message.refusal()) {
        log_.info("smtp.message_refused", {{"code", message.refusal()->code},
                                           {"status", message.refusal()->status},
                                           {"size", message.octets()}});
        services_.intake.refused(origin(transaction.parameters.smtputf8), transaction.reverse_path,
                                 transaction.recipients, verdict_of(*message.refusal()));
        co_return answer(transaction.recipients.size(), *message.refusal());
    }
    if (identity_) {
        const bool allowed = co_await authors_allowed(*identity_, message.head());
        if (!allowed) co_return;
    }
    const auto& by = transaction.parameters.deliver_by;
    if (by && by->over(std::chrono::system_clock::now())) { // RFC 2852 §4
        services_.intake.refused(origin(transaction.parameters.smtputf8), transaction.reverse_path,
                                 transaction.recipients, verdict_of(took_too_long));
        co_return say(took_too_long);
    }
    co_await hand_over(std::move(transaction), std::move(message));
}

/// Stores the message, and says what became of it.
awaitable<void> Session::hand_over(Transaction transaction, Incoming message)
{
    auto body = message.text();
    if (lmtp()) { // who is in front has verified it
        co_await hand_over_apart(std::move(transaction), std::move(body));
        co_return;
    }
    auto arriving = message.arriving();
    const std::size_t recipients = transaction.recipients.size();
    const std::uint64_t octets = body->size();
    mailflow::Sender from;
    from.reverse_path = transaction.reverse_path;
    from.parameters = transaction.parameters;
    const auto verdict = co_await services_.intake.accept(origin(transaction.parameters.smtputf8),
                                                          std::move(from), std::move(transaction.recipients),
                                                          std::move(body), std::move(arriving));
    log_verdict(verdict, transaction.reverse_path, recipients, octets);
    say({verdict.code, verdict.status, verdict.text});
}

/// For those who ask later what became of it.
void Session::refused(storage::EventKind kind, std::string reverse_path, std::string forward_path,
                      const Reply& reply) const
{
    services_.intake.refused(origin(), {.kind = kind,
                                        .sender = std::move(reverse_path),
                                        .recipient = std::move(forward_path),
                                        .code = reply.code,
                                        .text = std::string(reply.status) + " " + std::string(reply.text)});
}

mailflow::Origin Session::origin(bool utf8) const
{
    mailflow::Origin origin;
    origin.kind = submission() ? mailflow::Origin::Kind::submission : mailflow::Origin::Kind::peer;
    origin.client = peer_;
    if (hello_) origin.helo = hello_->name;
    if (identity_) {
        origin.user = identity_->address;
        origin.account = identity_->account;
    }
    origin.protocol = "SMTP";
    if (hello_ && hello_->extended) { // RFC 3848
        origin.protocol = spoken(utf8);
        if (connection_.secure()) origin.protocol += 'S';
        if (identity_) origin.protocol += 'A';
    }
    origin.tls = connection_.tls_description();
    if (connection_.transcript()) origin.session = connection_.transcript()->session();
    return origin;
}

void Session::log_verdict(const mailflow::Verdict& verdict, const std::string& reverse_path,
                          std::size_t recipients, std::uint64_t octets) const
{
    if (verdict.accepted()) {
        const Log log = verdict.verified.empty() ? log_ : log_.with({"verified", verdict.verified});
        log.info("smtp.message",
                 {{"id", verdict.id}, {"from", reverse_path}, {"recipients", recipients}, {"size", octets}});
        if (!verdict.unreported.empty())
            log_.warning("smtp.report_not_sent", {{"to", reverse_path}, {"reason", verdict.unreported}});
        return;
    }
    const Log log = verdict.verified.empty() ? log_ : log_.with({"verified", verdict.verified});
    log.info("smtp.message_refused", {{"code", verdict.code},
                                      {"status", verdict.status},
                                      {"from", reverse_path},
                                      {"recipients", recipients},
                                      {"size", octets}});
}

} // namespace pillarbox::smtp
