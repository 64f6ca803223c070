#include "server/outbound/client.hpp"

#include "server/base/ascii.hpp"
#include "server/base/base64.hpp"
#include "server/base/utf8_text.hpp"
#include "server/net/connection.hpp"
#include "server/outbound/dot_stuffer.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace pillarbox::outbound {

namespace {

using Clock = std::chrono::steady_clock;
using Kind = Answer::Kind;

bool beyond_ascii(const Envelope& envelope)
{
    return utf8::beyond_ascii(envelope.reverse_path) ||
           std::ranges::any_of(envelope.recipients, utf8::beyond_ascii);
}

/// With what is left of the time, in at most nine digits.
std::string by_parameter(const Envelope& envelope)
{
    constexpr std::int64_t most = 999'999'999;
    const auto left = std::clamp<std::int64_t>(envelope.time_left.count(), -most, most);
    const auto& by = *envelope.deliver_by;
    return fmt::format(" BY={};{}{}", left, by.or_return ? 'R' : 'N', by.traced ? "T" : "");
}

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
    auto reply = co_await ask("EHLO " + options_.own_name, "saying EHLO", options_.patience.hello);
    if (reply.positive()) {
        offered_ = parse_extensions(reply);
    } else if (reply.permanent()) { // a server from before, RFC 5321 §3.2
        reply = co_await ask("HELO " + options_.own_name, "saying HELO", options_.patience.hello);
        if (reply.positive()) offered_ = {.name = parse_extensions(reply).name};
    }
    if (!reply.positive()) {
        Answer refused = answer_of(reply);
        refused.kind = Kind::later;
        co_return refused;
    }
    if (ascii::equal(offered_.name, options_.own_name))
        co_return our_answer(Kind::failed, "5.4.6",
                             "the server for this domain is this one, which does not know the domain");
    co_return std::nullopt;
}

awaitable<std::optional<Answer>> Client::secure()
{
    if (connection_.secure()) co_return std::nullopt;
    const bool possible = options_.trust != nullptr && offered_.start_tls;
    if (possible) {
        const auto reply = co_await ask("STARTTLS", "saying STARTTLS", options_.patience.hello);
        if (reply.positive()) {
            stage_ = "beginning TLS";
            shaking_hands_ = true;
            co_await connection_.start_tls(*options_.trust, options_.host);
            shaking_hands_ = false;
            auto refused = co_await hello(); // what was offered in the clear is forgotten, RFC 3207 §4.2
            co_return refused;
        }
    }
    if (!options_.tls_required) co_return std::nullopt;
    co_return our_answer(Kind::later, "4.7.4", "the server does not begin TLS, which is required");
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
    auto mail = fmt::format("MAIL FROM:<{}>", envelope.reverse_path);
    if (offered_.size) mail += fmt::format(" SIZE={}", envelope.size);
    if (*eight_bit) mail += " BODY=8BITMIME";
    if (offered_.smtputf8 && beyond_ascii(envelope)) mail += " SMTPUTF8"; // RFC 6531 §3.4
    if (envelope.require_tls) mail += " REQUIRETLS";
    if (envelope.deliver_by && offered_.deliver_by) mail += by_parameter(envelope);
    const bool wanted = co_await name_recipients(envelope, std::move(mail), answers);
    if (over_) co_return;
    const bool data_was_said = offered_.pipelining;
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
    const bool promised = connection_.secure() && options_.certificate_checked && offered_.require_tls;
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

/// MAIL and RCPT; with PIPELINING DATA too, RFC 2920 §3.1. Whether somebody is
/// waiting for the message.
awaitable<bool> Client::name_recipients(const Envelope& envelope, std::string mail, Answers& answers)
{
    const auto rcpt = [&](std::size_t i) { return fmt::format("RCPT TO:<{}>\r\n", envelope.recipients[i]); };
    connection_.put(mail + "\r\n");
    if (offered_.pipelining) {
        for (std::size_t i = 0; i < envelope.recipients.size(); ++i)
            connection_.put(rcpt(i));
        connection_.put("DATA\r\n");
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

/// DATA and what follows. `wanted`: by a recipient; otherwise the server, if it
/// asks for the message all the same, gets an empty one, RFC 2920 §3.1.
awaitable<void> Client::send_text(storage::MessageReader& message, bool wanted, Answers& answers)
{
    if (!offered_.pipelining) connection_.put("DATA\r\n");
    auto reply = co_await read_reply("saying DATA", options_.patience.data);
    if (reply.code != 354) {
        if (reply.positive()) reply.code = 451; // out of order
        co_return answer_rest(answers, answer_of(reply));
    }
    if (wanted)
        co_await send(message);
    else
        connection_.put(".\r\n");
    reply = co_await read_reply("waiting for the answer to the message", options_.patience.end);
    if (reply.positive()) unfinished_ = false;
    Answer answer = answer_of(reply);
    answer.minds_time = offered_.deliver_by.has_value();
    answer_rest(answers, answer);
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
