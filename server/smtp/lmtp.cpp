// LMTP, RFC 2033: the dialogue of SMTP between a server and the mailboxes that
// it delivers to. All in which it differs is here.

#include "server/net/networks.hpp"
#include "server/smtp/session.hpp"

#include <algorithm>
#include <utility>

namespace pillarbox::smtp {

namespace {

constexpr Reply ehlo_first{503, "5.5.1", "say EHLO first"};
constexpr Reply lhlo_first{503, "5.5.1", "say LHLO first"};
constexpr Reply rcpt_first{503, "5.5.1", "RCPT TO first"};
constexpr Reply none_valid{554, "5.5.1", "no valid recipients: RCPT TO one that exists first"};
constexpr Reply none_valid_in_lmtp{503, "5.5.1", "no valid recipients: RCPT TO one that exists first"};
constexpr Reply not_welcome{554, "5.7.1", "not from your address: see lmtp.from, which says who may deliver"};

} // namespace

/// LHLO instead of EHLO and HELO, which LMTP must not know: §4.1.
bool Session::greets(Verb verb) const
{
    return lmtp() == (verb == Verb::lhlo);
}

/// What comes before all else is told so, RFC 5321 §4.1.4.
Reply Session::hello_first() const
{
    return lmtp() ? lhlo_first : ehlo_first;
}

/// As the greeting has it, and trace fields for a client that knows extensions:
/// RFC 3848, RFC 6531 §4.3.
std::string_view Session::spoken(bool utf8) const
{
    if (utf8) return lmtp() ? "UTF8LMTP" : "UTF8SMTP";
    return lmtp() ? "LMTP" : "ESMTP";
}

/// Whether the client may deliver here. Says so if not.
bool Session::welcome()
{
    if (!lmtp() || net::NetworkSet(services_.config->lmtp.from).contains(connection_.peer())) return true;
    log_.warning("smtp.not_welcome", {{"hint", "lmtp.from says who may deliver by LMTP"}});
    leave(not_welcome);
    return false;
}

/// What DATA is told when nobody is to have the message, RFC 2920 §3.1; LMTP
/// has one reply for it, §4.2.
Reply Session::no_recipients(const Transaction& transaction) const
{
    if (!transaction.refused_recipient) return rcpt_first;
    return lmtp() ? none_valid_in_lmtp : none_valid;
}

/// The reply to a message as a whole: in LMTP once for each recipient that was
/// accepted, §4.2.
void Session::answer(std::size_t recipients, const Reply& reply)
{
    for (std::size_t i = 0; i < (lmtp() ? recipients : 1); ++i)
        say(reply);
}

/// One reply for each recipient, in the order of RCPT, §4.2: a mailbox that is
/// full is no reason to send the others' mail again.
awaitable<void> Session::hand_over_apart(Transaction transaction, std::unique_ptr<storage::Spool> body)
{
    const std::uint64_t octets = body->size();
    mailflow::Sender from{transaction.reverse_path, transaction.parameters};
    const auto verdicts =
        co_await services_.intake.accept_apart(origin(transaction.parameters.smtputf8), std::move(from),
                                               transaction.recipients, std::move(body), services_.config);
    for (std::size_t i = 0; i < verdicts.size(); ++i) {
        const mailflow::Verdict& verdict = verdicts[i];
        if (!verdict.accepted())
            log_.info("smtp.rcpt_refused",
                      {{"to", transaction.recipients[i].forward_path}, {"status", verdict.status}});
        say({verdict.code, verdict.status, verdict.text});
    }
    const auto stored = std::ranges::find_if(verdicts, &mailflow::Verdict::accepted);
    const auto& one = stored == verdicts.end() ? verdicts.front() : *stored;
    log_verdict(one, transaction.reverse_path, std::ranges::count_if(verdicts, &mailflow::Verdict::accepted),
                octets);
}

} // namespace pillarbox::smtp
