#include "server/base/ascii.hpp"
#include "server/base/precis.hpp"
#include "server/mailflow/suppression.hpp"
#include "server/smtp/session.hpp"

#include <algorithm>
#include <utility>

namespace pillarbox::smtp {

namespace {

constexpr unsigned most_unknown_recipients = 20; // in one session

constexpr Reply nested_mail{503, "5.5.1", "a transaction is open already: DATA or RSET first"};
constexpr Reply no_more_recipients{503, "5.5.1", "BDAT has begun this message: no more recipients"};
constexpr Reply too_many_messages{421, "4.7.0", "too many messages in one session: connect again for more"};
constexpr Reply too_many_recipients{452, "4.5.3",
                                    "too many recipients: send the rest in another transaction"};
constexpr Reply no_such_user{550, "5.1.1", "no mailbox here by that name: check the address"};
constexpr Reply mailbox_full{452, "4.2.2", "this mailbox is full, try again later"};
constexpr Reply alias_loop{550, "5.4.6",
                           "this address leads in a circle: its administrator must mend the alias"};
constexpr Reply switched_off{550, "5.1.1", "this address is switched off: ask its owner for another one"};
constexpr Reply ended{550, "5.1.6",
                      "this address was for a time only, and that is over: ask its owner for another one"};
constexpr Reply not_ours{550, "5.1.1", "this server has not made this address: check it"};
constexpr Reply bounce_late{
    550, "5.1.6",
    "this address was for the bounces of one message, and that is long ago: write to its sender"};
constexpr Reply only_bounces{
    550, "5.7.1", "this address takes only bounces, which come from <>: write to the sender's own"};
constexpr Reply too_many_unknown{421, "4.7.1",
                                 "too many unknown recipients; closing: check your list of addresses"};
constexpr Reply relaying_denied{
    550, "5.7.1",
    "relaying denied: this domain is not served here; users sign in on port 587 or 465 to send"};
constexpr Reply source_routing{
    550, "5.7.1", "relaying denied: no routes with '%', '!' or '@' in the name, write to the address itself"};
constexpr Reply no_literals{550, "5.1.2", "no mail to address literals: use a domain name"};
constexpr Reply space_behind_colon{501, "5.5.4",
                                   "no space between the colon and the path: leave it out"}; // RFC 5321 §3.3
constexpr Reply hold_over{501, "5.5.4", "HOLDUNTIL is over: write a time to come, or leave it out"};
constexpr Reply hold_too_long{501, "5.5.4",
                              "too long to wait: FUTURERELEASE in the reply to EHLO says how long it may be"};
constexpr Reply held_too_long{501, "5.5.4",
                              "BY ends before it may go: write a longer one, or hold it for less"};
constexpr Reply sender_ok{250, "2.1.0", "sender ok"};
constexpr Reply recipient_ok{250, "2.1.5", "recipient ok"};

/// Names that once asked a server to pass mail on: user%host, host!user, and
/// "user@host" in quotes. No mailbox here has one; a catch-all must not take
/// them either.
bool routes_onward(const Path& path)
{
    return path.local_part.find_first_of("%!@") != std::string::npos;
}

/// Whether the account that the route leads to may take the message, as far as
/// is known now; deliver() has the last word. One full mailbox among several
/// behind an alias is left to it: the others are not to suffer from a guess.
bool has_room(const storage::Route& route, std::uint64_t octets)
{
    if (route.local.size() != 1 || !route.remote.empty()) return true;
    const auto room = route.local.front().room;
    return room > 0 && octets <= room;
}

/// Why there is no way to a recipient, unless the store cannot tell now.
std::optional<Reply> refusal_of(boost::system::error_code error)
{
    using storage::Errc;
    if (error == Errc::not_found) return no_such_user;
    if (error == Errc::alias_loop) return alias_loop;
    if (error == Errc::switched_off) return switched_off;
    if (error == Errc::ended) return ended;
    return std::nullopt;
}

/// Why a rewritten reverse-path takes nothing. One that is genuine takes bounces
/// alone: with an alias of his own anybody gets one made for whom he likes.
std::optional<Reply> refusal_of(mailflow::Srs::Undone::Kind kind, const std::string& reverse_path)
{
    using Kind = mailflow::Srs::Undone::Kind;
    if (kind == Kind::forged) return not_ours;
    if (kind == Kind::expired) return bounce_late;
    if (!reverse_path.empty()) return only_bounces;
    return std::nullopt;
}

} // namespace

bool Session::spaced_against_will(const Command& command) const
{
    return !services_.config->smtp.space_after_colon && space_after_colon(command.argument);
}

awaitable<void> Session::mail(Command command)
{
    if (!hello_) co_return say(hello_first());
    // RFC 5321 §4.1.4; but a chunk that was refused has ended its transaction.
    if (transaction_ && !transaction_->refused()) co_return say(nested_mail);
    const std::optional<auth::Identity> sender = identity_; // on submission only
    if (submission() && !sender) co_return say(sign_in_needed());
    if (!exempt_ && messages_ >= most_messages) co_return leave(too_many_messages);
    if (spaced_against_will(command)) co_return say(space_behind_colon);
    auto parsed = parse_mail(command.argument, {submission(), connection_.secure()});
    if (!parsed) co_return say(parsed.error());

    if (const auto refusal = hold(*parsed)) co_return say(*refusal);
    if (const auto refusal = limit_time(*parsed)) co_return say(*refusal);
    if (parsed->size > services_.config->smtp.max_message_size) co_return say(too_large); // RFC 1870 §6.1
    const auto room = services_.mail.has_room(parsed->size);
    if (!room) co_return say(no_room_reply(room.error()));
    if (sender) {
        const bool allowed = co_await sender_allowed(*sender, parsed->reverse_path);
        if (!allowed) co_return;
    }
    if (!message_within_rate()) co_return;
    transaction_ = Transaction{
        parsed->reverse_path.address(), parsed->parameters, parsed->size, parsed->binary, {}, false, {}};
    log_.debug("smtp.mail", {{"from", parsed->reverse_path.address()}, {"size", parsed->size}});
    say(sender_ok);
}

/// When the message may go, if it is to wait (RFC 4865 §4); or why it may not.
std::optional<Reply> Session::hold(MailCommand& mail) const
{
    const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
    if (mail.hold_for) mail.hold_until = now + *mail.hold_for;
    if (!mail.hold_until) return std::nullopt;
    if (*mail.hold_until < now) return hold_over;
    if (*mail.hold_until > now + longest_hold) return hold_too_long;
    mail.parameters.release_at = mail.hold_until;
    return std::nullopt;
}

/// By when it is to be delivered, from now on (RFC 2852 §4); or why it cannot be.
std::optional<Reply> Session::limit_time(MailCommand& mail)
{
    if (!mail.by) return std::nullopt;
    const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
    const storage::DeliverBy by{now + mail.by->time, mail.by->or_return, mail.by->traced};
    if (by.or_return && mail.parameters.release_at && by.at <= *mail.parameters.release_at)
        return held_too_long;
    mail.parameters.deliver_by = by;
    return std::nullopt;
}

awaitable<void> Session::rcpt(Command command)
{
    if (!transaction_) co_return say(mail_first);
    if (transaction_->chunks) co_return say(no_more_recipients);
    Transaction& transaction = *transaction_;
    if (spaced_against_will(command)) co_return say(space_behind_colon);
    const auto parsed = parse_rcpt(command.argument, transaction.parameters.smtputf8);
    if (!parsed) co_return say(parsed.error());
    const Path& path = parsed->forward_path;
    // 452, not 552: the client keeps what was accepted and sends the rest in
    // another transaction (RFC 5321 §4.5.3.1.10).
    if (transaction.recipients.size() >= services_.config->smtp.max_recipients)
        co_return say(too_many_recipients);
    if (!submission() && routes_onward(path)) co_return refuse_recipient(transaction, path, source_routing);

    std::string domain = path.domain;
    storage::Result<storage::Route> route = storage::Errc::not_local;
    if (path.bare()) {
        route = co_await route_bare_postmaster(&domain);
    } else if (!path.literal()) {
        const bool judged = !submission() && services_.config->junk.mode != Config::Junk::Mode::off;
        std::string author = judged ? ascii::to_lower(transaction.reverse_path) : std::string();
        route = co_await services_.accounts.route(precis::user_name_to_find(path.local_part), path.domain,
                                                  std::move(author));
    }

    const bool here = route || route.error() != storage::Errc::not_local;
    if (here && mailflow::Srs::has_form(path.local_part)) {
        const auto original = services_.intake.bounce_for(path.local_part);
        if (const auto refusal = refusal_of(original.kind, transaction.reverse_path))
            co_return refuse_recipient(transaction, path, *refusal);
        route = co_await route_bounce(original);
    } else if (!here) {
        if (!submission()) co_return refuse_recipient(transaction, path, relaying_denied);
        if (path.literal()) co_return refuse_recipient(transaction, path, no_literals);
        const bool refused = co_await is_suppressed(transaction, path);
        if (refused) co_return;
        storage::Route elsewhere;
        elsewhere.remote.push_back(path.address());
        route = std::move(elsewhere);
    }
    if (!route) {
        if (const auto refusal = refusal_of(route.error()))
            co_return refuse_recipient(transaction, path, *refusal);
        transaction.refused_recipient = true;
        co_return say(unavailable);
    }
    if (route->local.empty() && route->remote.empty())
        co_return refuse_recipient(transaction, path, no_such_user);
    if (!has_room(*route, transaction.declared_size)) {
        transaction.refused_recipient = true;
        log_.info("smtp.rcpt_refused", {{"to", path.address()}, {"status", mailbox_full.status}});
        refused(storage::EventKind::recipient_refused, transaction.reverse_path, path.address(),
                mailbox_full);
        co_return say(mailbox_full);
    }
    if (!recipient_within_rate()) {
        transaction.refused_recipient = true;
        co_return;
    }
    const Path full{path.local_part, domain, path.utf8};
    transaction.recipients.push_back({full.address(), std::move(*route), parsed->parameters});
    say(recipient_ok);
}

void Session::refuse_recipient(Transaction& transaction, const Path& path, const Reply& reply)
{
    log_.info("smtp.rcpt_refused",
              {{"to", path.address()}, {"from", transaction.reverse_path}, {"status", reply.status}});
    refused(storage::EventKind::recipient_refused, transaction.reverse_path, path.address(), reply);
    transaction.refused_recipient = true;
    if (!lmtp() && ++unknown_recipients_ > most_unknown_recipients) return leave(too_many_unknown);
    say(reply);
}

/// Whether an address elsewhere gets no more mail; if so, that has been said. What has
/// the null path always goes.
awaitable<bool> Session::is_suppressed(Transaction& transaction, const Path& path)
{
    if (transaction.reverse_path.empty()) co_return false;
    auto* const dead = services_.intake.dead_addresses();
    if (!dead) co_return false;
    const auto why = co_await mailflow::suppression_of(*dead, mailflow::suppression_terms(*services_.config),
                                                       path.address());
    if (why && !*why) co_return false;
    transaction.refused_recipient = true;
    if (!why) {
        say(unavailable);
        co_return true;
    }
    const Reply reply{550, "5.1.1", **why};
    log_.info("smtp.rcpt_refused",
              {{"to", path.address()}, {"from", transaction.reverse_path}, {"status", reply.status}});
    refused(storage::EventKind::recipient_refused, transaction.reverse_path, path.address(), reply);
    say(reply);
    co_return true;
}

/// Where the sender is whose reverse-path this server had rewritten.
awaitable<storage::Result<storage::Route>> Session::route_bounce(mailflow::Srs::Undone original)
{
    auto route =
        co_await services_.accounts.route(precis::user_name_to_find(original.local_part), original.domain);
    if (route || route.error() != storage::Errc::not_local) co_return route;
    storage::Route elsewhere;
    elsewhere.remote.push_back(Path{original.local_part, original.domain}.address());
    co_return elsewhere;
}

/// "RCPT TO:<Postmaster>" reaches whoever keeps this server, RFC 5321 §4.5.1:
/// the postmaster of its own name if that is a domain here, else of the first.
awaitable<storage::Result<storage::Route>> Session::route_bare_postmaster(std::string* domain)
{
    *domain = services_.config->hostname;
    auto route = co_await services_.accounts.route("postmaster", *domain);
    if (route || route.error() != storage::Errc::not_local) co_return route;
    const auto domains = co_await services_.accounts.domains();
    if (!domains) co_return domains.error();
    if (domains->empty()) co_return storage::Errc::not_found;
    *domain = domains->front().name;
    route = co_await services_.accounts.route("postmaster", *domain);
    co_return route;
}

} // namespace pillarbox::smtp
