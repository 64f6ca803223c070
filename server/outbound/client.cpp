#include "server/outbound/client.hpp"

#include "server/base/ascii.hpp"
#include "server/base/base64.hpp"
#include "server/base/utf8_text.hpp"
#include "server/net/connection.hpp"
#include "server/outbound/dot_stuffer.hpp"
#include "server/outbound/parameters.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace pillarbox::outbound {

namespace {

using Clock = std::chrono::steady_clock;
using Kind = Answer::Kind;

/// What applies to every recipient that has no answer yet.
void answer_rest(std::vector<std::optional<Answer>>& answers, const Answer& answer)
{
    for (auto& each : answers)
        if (!each) each = answer;
}

} // namespace

awaitable<std::optional<Answer>> Client::greet()
{
    const auto greeting = co_await read_reply("waiting for the greeting", options_.patience.greeting);
    if (!greeting.positive()) {
        // 5yz as well: it may be this address that is unwelcome, and another host may take it.
        Answer refused = answer_of(greeting);
        refused.kind = Kind::later;
        co_return refused;
    }
    auto refused = co_await hello();
    if (!refused) refused = co_await secure();
    if (!refused) refused = co_await sign_in();
    co_return refused;
}

awaitable<std::optional<Answer>> Client::hello()
{
    const auto greeting = options_.lmtp ? "LHLO " : "EHLO ";
    auto reply = co_await ask(greeting + options_.own_name, "saying EHLO", options_.patience.hello);
    if (reply.positive()) {
        offered_ = parse_extensions(reply);
    } else if (reply.permanent() && !options_.lmtp) { // a server from before, RFC 5321 §3.2
        reply = co_await ask("HELO " + options_.own_name, "saying HELO", options_.patience.hello);
        if (reply.positive()) offered_ = {.name = parse_extensions(reply).name};
    }
    if (!reply.positive()) {
        Answer refused = answer_of(reply);
        refused.kind = Kind::later;
        co_return refused;
    }
    // What keeps mailboxes may well be on this machine, and have its name.
    if (ascii::equal(offered_.name, options_.own_name) && !options_.lmtp)
        co_return our_answer(Kind::failed, "5.4.6",
                             "the server for this domain is this one, which does not know the domain");
    co_return std::nullopt;
}

awaitable<std::optional<Answer>> Client::secure()
{
    if (connection_.secure()) co_return std::nullopt;
    const bool possible = options_.trust != nullptr && offered_.start_tls;
    if (options_.trust != nullptr) tls_ = possible ? Tls::failed : Tls::not_offered; // until it is not so
    if (possible) {
        const auto reply = co_await ask("STARTTLS", "saying STARTTLS", options_.patience.hello);
        if (reply.positive()) {
            stage_ = "beginning TLS";
            shaking_hands_ = true;
            co_await connection_.start_tls(*options_.trust, options_.host);
            shaking_hands_ = false;
            tls_ = Tls::begun;
            if (const auto fault = unproven()) co_return *fault;
            auto refused = co_await hello(); // what was offered in the clear is forgotten, RFC 3207 §4.2
            co_return refused;
        }
    }
    if (!options_.tls_required) co_return std::nullopt;
    co_return our_answer(Kind::later, "4.7.4",
                         fmt::format("{} does not begin TLS, which {}", options_.host, required()));
}

/// "is required", or by whom.
std::string Client::required() const
{
    return options_.demanded_by.empty() ? "is required" : options_.demanded_by + " demands";
}

/// Why no mail is for who answered.
std::optional<Answer> Client::unproven() const
{
    const auto fault = connection_.certificate_fault();
    if (!options_.certificate_required || fault == net::CertificateFault::none) return std::nullopt;
    return our_answer(Kind::later, "4.7.5",
                      fmt::format("the server did not prove to be {}, which {}: its certificate {}",
                                  options_.host, required(), net::words_of(fault)));
}

awaitable<std::optional<Answer>> Client::sign_in()
{
    if (options_.user.empty()) co_return std::nullopt;
    if (!connection_.secure() && !connection_.peer().is_loopback())
        co_return our_answer(Kind::later, "4.7.11",
                             "the server does not begin TLS, without which others could read the password");
    ServerReply reply;
    if (offered_.offers("PLAIN")) {
        // RFC 4616 §2: authorisation identity, which is empty, user, password.
        const auto response = base64_encode(std::string(1, '\0') + options_.user + '\0' + options_.password);
        reply = co_await ask("AUTH PLAIN", "signing in", options_.patience.hello);
        if (reply.code == 334) reply = co_await ask(response, "signing in", options_.patience.hello);
    } else if (offered_.offers("LOGIN")) {
        reply = co_await ask("AUTH LOGIN", "signing in", options_.patience.hello);
        const auto user = base64_encode(options_.user);
        if (reply.code == 334) reply = co_await ask(user, "signing in", options_.patience.hello);
        const auto password = base64_encode(options_.password);
        if (reply.code == 334) reply = co_await ask(password, "signing in", options_.patience.hello);
    } else {
        co_return our_answer(Kind::later, "4.7.0",
                             "the server offers neither AUTH PLAIN nor LOGIN, and a user is set");
    }
    if (reply.code == 235) co_return std::nullopt;
    Answer refused = answer_of(reply);
    refused.kind = Kind::later; // the operator can mend it; the sender cannot
    co_return refused;
}

awaitable<void> Client::deliver(const Envelope& envelope, storage::MessageReader& message, Answers& answers)
{
    end_ = Clock::now() + options_.patience.all;
    const auto eight_bit = co_await has_eight_bit(message);
    if (!eight_bit)
        co_return answer_rest(answers, our_answer(Kind::later, "4.3.0", "the message could not be read"));
    if (const auto objected = objection(envelope, *eight_bit)) co_return answer_rest(answers, *objected);

    if (std::exchange(unfinished_, true)) {
        const auto reset = co_await ask("RSET", "saying RSET", options_.patience.mail);
        if (!reset.positive()) co_return answer_rest(answers, answer_of(reset));
    }
    auto mail = fmt::format("MAIL FROM:<{}>{}", envelope.reverse_path,
                            mail_parameters(envelope, offered_, *eight_bit));
    const bool wanted = co_await name_recipients(envelope, std::move(mail), answers);
    if (over_) co_return;
    const bool data_was_said = offered_.pipelining && !offered_.chunking;
    if (!wanted && !data_was_said) co_return;
    co_await send_text(message, wanted, answers);
}

/// Why the server need not be asked.
std::optional<Answer> Client::objection(const Envelope& envelope, bool eight_bit) const
{
    if (offered_.size.value_or(0) > 0 && envelope.size > *offered_.size)
        return our_answer(Kind::failed, "5.3.4",
                          fmt::format("the message has {} octets, and the server takes no more than {}",
                                      envelope.size, *offered_.size));
    // RFC 6152 §3: it must not be sent as it is, and nothing here may change it.
    if (eight_bit && !offered_.eight_bit)
        return our_answer(Kind::failed, "5.6.3",
                          "the message has 8-bit octets, and the server takes 7-bit ones only");
    const bool proven =
        options_.host_proven && connection_.certificate_fault() == net::CertificateFault::none;
    const bool promised = connection_.secure() && proven && offered_.require_tls;
    if (envelope.require_tls && !promised) // RFC 8689 §4.2.1
        return our_answer(Kind::failed, "5.7.30",
                          "its sender wants it to cross only under TLS (REQUIRETLS), and the server "
                          "does not promise that, or cannot prove who it is");
    if (envelope.deliver_by && envelope.deliver_by->or_return) {
        // RFC 2852 §4: not to a server that would deliver it however late.
        if (!offered_.deliver_by)
            return our_answer(
                Kind::failed, "5.3.3",
                "its sender wants it back if it is late (BY), and the server does not see to that");
        if (envelope.time_left < *offered_.deliver_by)
            return our_answer(
                Kind::failed, "5.4.7",
                fmt::format("it should be delivered in {} seconds, and the server wants {} at least",
                            envelope.time_left.count(), offered_.deliver_by->count()));
    }
    if (!offered_.smtputf8 && beyond_ascii(envelope))
        return our_answer(Kind::failed, "5.6.7",
                          "an address has characters beyond ASCII, which the server does not take");
    return std::nullopt;
}

/// Whether there is an octet above 127. Empty when the message cannot be read.
awaitable<std::optional<bool>> Client::has_eight_bit(storage::MessageReader& message)
{
    message.seek(0);
    bool found = false;
    while (!found) {
        const auto piece = co_await message.next();
        if (!piece) co_return std::nullopt;
        if (piece->empty()) break;
        found = utf8::beyond_ascii(*piece);
    }
    message.seek(0);
    co_return found;
}

/// MAIL and RCPT; with PIPELINING DATA too, RFC 2920 §3.1, unless the message goes
/// in a chunk. Whether somebody is
/// waiting for the message.
awaitable<bool> Client::name_recipients(const Envelope& envelope, std::string mail, Answers& answers)
{
    const auto rcpt = [&](std::size_t i) {
        return fmt::format("RCPT TO:<{}>{}\r\n", envelope.recipients[i],
                           rcpt_parameters(envelope, i, offered_));
    };
    connection_.put(mail + "\r\n");
    if (offered_.pipelining) {
        for (std::size_t i = 0; i < envelope.recipients.size(); ++i)
            connection_.put(rcpt(i));
        if (!offered_.chunking) connection_.put("DATA\r\n");
    }
    const auto sender = co_await read_reply("saying MAIL", options_.patience.mail);
    if (!sender.positive()) answer_rest(answers, answer_of(sender));
    if (!sender.positive() && !offered_.pipelining) co_return false;

    std::size_t taken = 0;
    for (std::size_t i = 0; i < envelope.recipients.size() && !over_; ++i) {
        if (!offered_.pipelining) connection_.put(rcpt(i));
        const auto reply = co_await read_reply("saying RCPT", options_.patience.rcpt);
        if (answers[i]) continue; // MAIL was refused
        if (reply.positive()) {
            ++taken;
            continue;
        }
        answers[i] = answer_of(reply);
        // RFC 5321 §4.5.3.1.10: too many at once, and 552 means the same.
        const bool too_many = reply.code == 452 || reply.code == 552;
        if (too_many && taken > 0) {
            answers[i]->kind = Kind::later;
            answers[i]->at_once = true;
        }
    }
    co_return taken > 0;
}

/// DATA and the message. `wanted`: by a recipient; otherwise the server, if it asks
/// for the message all the same, gets an empty one, RFC 2920 §3.1. Whether it asked.
awaitable<bool> Client::begin_text(storage::MessageReader& message, bool wanted, Answers& answers)
{
    if (!offered_.pipelining) connection_.put("DATA\r\n");
    auto reply = co_await read_reply("saying DATA", options_.patience.data);
    if (reply.code != 354) {
        if (reply.positive()) reply.code = 451; // out of order
        answer_rest(answers, answer_of(reply));
        co_return false;
    }
    if (wanted)
        co_await send(message);
    else
        connection_.put(".\r\n");
    co_return true;
}

/// The message, in a chunk where the server takes those, and what it answers.
awaitable<void> Client::send_text(storage::MessageReader& message, bool wanted, Answers& answers)
{
    if (offered_.chunking) {
        co_await send_chunk(message);
    } else {
        const bool sent = co_await begin_text(message, wanted, answers);
        if (!sent) co_return;
    }
    if (options_.lmtp) {
        co_await read_each(answers);
        co_return;
    }
    const auto reply = co_await read_reply("waiting for the answer to the message", options_.patience.end);
    if (reply.positive()) unfinished_ = false;
    answer_rest(answers, taken(reply));
}

/// The answer to the message, and what the server sees to if it took it.
Answer Client::taken(const ServerReply& reply) const
{
    Answer answer = answer_of(reply);
    answer.minds_time = offered_.deliver_by.has_value();
    answer.tells = offered_.dsn;
    return answer;
}

/// A reply for each recipient that was not refused, in their order: RFC 2033 §4.2.
awaitable<void> Client::read_each(Answers& answers)
{
    unfinished_ = false;
    // To a message for nobody there is no reply: whether it was understood cannot be known.
    over_ = std::ranges::all_of(answers, &std::optional<Answer>::has_value);
    for (auto& answer : answers) {
        if (answer) continue;
        const auto reply =
            co_await read_reply("waiting for the answer to the message", options_.patience.end);
        if (over_) co_return answer_rest(answers, answer_of(reply));
        answer = taken(reply);
    }
}

awaitable<void> Client::send(storage::MessageReader& message)
{
    stage_ = "sending the message";
    DotStuffer stuffer;
    while (true) {
        const auto piece = co_await message.next();
        // What was begun must not look finished.
        if (!piece || Clock::now() > end_) connection_.break_off();
        if (piece->empty()) break;
        co_await connection_.send(stuffer.feed(*piece));
    }
    co_await connection_.send(stuffer.finish());
}

/// All of it as it is, without a wait and without dots: RFC 3030 §2.
awaitable<void> Client::send_chunk(storage::MessageReader& message)
{
    stage_ = "sending the message";
    std::uint64_t left = message.size();
    connection_.put(fmt::format("BDAT {} LAST\r\n", left));
    while (left > 0) {
        const auto piece = co_await message.next();
        // The server counts what it was promised.
        if (!piece || piece->empty() || piece->size() > left || Clock::now() > end_) connection_.break_off();
        left -= piece->size();
        co_await connection_.send(*piece);
    }
}

awaitable<void> Client::quit()
{
    end_ = Clock::time_point::max();
    if (!over_) co_await ask("QUIT", "saying QUIT", options_.patience.quit);
}

awaitable<ServerReply> Client::ask(std::string command, std::string_view stage, std::chrono::seconds patience)
{
    connection_.put(command + "\r\n");
    return read_reply(stage, patience);
}

awaitable<ServerReply> Client::read_reply(std::string_view stage, std::chrono::seconds patience)
{
    stage_ = stage;
    const auto end = std::min(end_, Clock::now() + patience);
    while (true) {
        if (auto reply = reader_.take()) {
            over_ = reply->code == 421; // RFC 5321 §3.8
            co_return std::move(*reply);
        }
        if (!reader_.fault().empty()) connection_.break_off();
        // Octets that trickle in do not extend it.
        const auto left = std::chrono::ceil<std::chrono::seconds>(end - Clock::now());
        const auto octets = co_await connection_.read_some(std::max(left, std::chrono::seconds(0)));
        connection_.consume(reader_.feed(octets));
    }
}

} // namespace pillarbox::outbound
