#include "server/base/random.hpp"
#include "server/mailflow/submission_header.hpp"
#include "server/smtp/data_reader.hpp"
#include "server/smtp/session.hpp"

#include <algorithm>
#include <utility>

namespace pillarbox::smtp {

namespace {

using namespace std::chrono_literals;

constexpr std::chrono::seconds block_patience = 3min; // RFC 5321 §4.5.3.2.5
constexpr std::chrono::minutes message_patience{30};  // for all of DATA

constexpr Reply mail_first{503, "5.5.1", "MAIL FROM first"};
constexpr Reply rcpt_first{503, "5.5.1", "RCPT TO first"};
constexpr Reply no_recipient{554, "5.5.1", "no valid recipients"};
constexpr Reply no_argument{501, "5.5.4", "DATA takes no argument"};
constexpr Reply go_ahead{354, "", "go ahead, end with CR LF . CR LF"};
constexpr Reply bare_line_end{550, "5.6.0",
                              "bare CR or LF in the message: end lines with CR LF (curl: --crlf)"};
constexpr Reply nul_octet{550, "5.6.0", "NUL in the message: encode binary data"};
constexpr Reply line_too_long{550, "5.6.0", "a line of the message is longer than 1 MiB"};
constexpr Reply message_too_slow{421, "4.4.2", "the message took longer than 30 minutes; closing"};
constexpr Reply too_large{552, "5.3.4", "the message is larger than SIZE in the reply to EHLO allows"};
constexpr Reply no_room{452, "4.3.1", "the server's disk is full, try again later"};
constexpr Reply unavailable{451, "4.3.0", "the server cannot do this now, try again later"};

Reply no_room_reply(boost::system::error_code error)
{
    return error == storage::Errc::out_of_space ? no_room : unavailable;
}

std::optional<Reply> refusal_of(DataReader::Fault fault)
{
    switch (fault) {
    case DataReader::Fault::none:
        break;
    case DataReader::Fault::bare_line_end:
        return bare_line_end;
    case DataReader::Fault::nul_octet:
        return nul_octet;
    case DataReader::Fault::line_too_long:
        return line_too_long;
    }
    return std::nullopt;
}

} // namespace

awaitable<void> Session::data(Command command)
{
    if (!command.argument.empty()) co_return say(no_argument);
    if (!hello_ || !transaction_) co_return say(mail_first);
    if (transaction_->recipients.empty()) {
        co_return say(transaction_->refused_recipient ? no_recipient : rcpt_first); // RFC 2920 §3.1
    }
    const Hello client = *hello_;
    const std::optional<auth::Identity> sender = identity_;
    Transaction transaction = std::move(*transaction_);
    transaction_.reset(); // DATA uses it up, whatever comes of it: RFC 5321 §4.1.1.4
    ++messages_;
    without_effect_ = 0;

    say(go_ahead);
    std::optional<mailflow::SubmissionHeader> header;
    if (sender) {
        const std::string message_id = "<" + random_name(20) + "@" + services_.config->hostname + ">";
        const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
        header.emplace(mailflow::SubmissionHeader::Fill{sender->address, message_id, now});
    }
    auto body = co_await receive(header ? &*header : nullptr);
    if (!body) co_return;
    if (sender && header) {
        const bool allowed = co_await authors_allowed(*sender, header->head());
        if (!allowed) co_return;
    }

    const std::size_t recipients = transaction.recipients.size();
    const std::uint64_t octets = body->size();
    const auto verdict =
        co_await services_.intake.accept(origin(client, transaction.utf8), transaction.reverse_path,
                                         std::move(transaction.recipients), std::move(body));
    log_verdict(verdict, transaction.reverse_path, recipients, octets);
    say({verdict.code, verdict.status, verdict.text});
}

/// The message up to its end, spooled; nothing when it was refused, which has
/// then been said. What a refused message still sends is read and dropped.
awaitable<std::unique_ptr<storage::Spool>> Session::receive(mailflow::SubmissionHeader* header)
{
    const auto deadline = std::chrono::steady_clock::now() + message_patience;
    const std::uint64_t most = services_.config->smtp.max_message_size;
    DataReader reader(header ? DataReader::BareLineFeed::mended : DataReader::BareLineFeed::refused);
    auto spool = services_.mail.new_spool();
    std::optional<Reply> refusal;
    std::uint64_t octets = 0; // as sent, dots undone: RFC 1870 §3
    std::string piece;
    std::string mended;
    std::optional<net::Passing> passing(std::in_place, connection_.transcript(), net::Passing::From::client,
                                        "message");
    while (!reader.done()) {
        const auto left =
            std::chrono::ceil<std::chrono::seconds>(deadline - std::chrono::steady_clock::now());
        if (left <= 0s) {
            passing.reset();
            leave(message_too_slow);
            co_return nullptr;
        }
        const std::string_view arrived = co_await connection_.read_some(std::min(left, block_patience));
        piece.clear();
        connection_.consume(reader.feed(arrived, piece));
        octets += piece.size();
        passing->count(piece.size());
        if (!refusal) refusal = refusal_of(reader.fault());
        if (!refusal && octets > most) refusal = too_large;
        if (refusal) {
            spool.reset(); // gives its space back at once
            continue;
        }
        if (header) {
            mended.clear();
            header->feed(piece, mended);
            if (reader.done()) header->finish(mended);
        }
        const auto kept = spool->append(header ? mended : piece);
        if (!kept) refusal = no_room_reply(kept.error());
    }
    passing.reset();
    if (refusal) {
        log_.info("smtp.message_refused",
                  {{"code", refusal->code}, {"status", refusal->status}, {"size", octets}});
        say(*refusal);
        co_return nullptr;
    }
    co_return spool;
}

mailflow::Origin Session::origin(const Hello& client, bool utf8) const
{
    mailflow::Origin origin;
    origin.kind = submission() ? mailflow::Origin::Kind::submission : mailflow::Origin::Kind::peer;
    origin.client = connection_.peer();
    origin.helo = client.name;
    if (identity_) {
        origin.user = identity_->address;
        origin.account = identity_->account;
    }
    origin.protocol = "SMTP";
    if (client.extended) {                             // RFC 3848
        origin.protocol = utf8 ? "UTF8SMTP" : "ESMTP"; // RFC 6531 §4.3
        if (connection_.secure()) origin.protocol += 'S';
        if (identity_) origin.protocol += 'A';
    }
    origin.tls = connection_.tls_description();
    return origin;
}

void Session::log_verdict(const mailflow::Verdict& verdict, const std::string& reverse_path,
                          std::size_t recipients, std::uint64_t octets) const
{
    if (verdict.accepted()) {
        log_.info("smtp.message",
                  {{"id", verdict.id}, {"from", reverse_path}, {"recipients", recipients}, {"size", octets}});
        return;
    }
    log_.info("smtp.message_refused", {{"code", verdict.code},
                                       {"status", verdict.status},
                                       {"from", reverse_path},
                                       {"recipients", recipients},
                                       {"size", octets}});
}

} // namespace pillarbox::smtp
