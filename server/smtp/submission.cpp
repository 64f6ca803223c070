#include "server/auth/sasl.hpp"
#include "server/mailflow/sender.hpp"
#include "server/net/networks.hpp"
#include "server/smtp/session.hpp"

#include <utility>

namespace pillarbox::smtp {

namespace {

using namespace std::chrono_literals;
namespace sasl = auth::sasl;

constexpr std::chrono::seconds response_patience = 5min; // RFC 5321 §4.5.3.2.7, as for a command
constexpr unsigned most_failures = 3;

constexpr Reply not_offered{502, "5.5.1", "AUTH is not offered here: users sign in on port 587 or 465"};
constexpr Reply already{503, "5.5.1", "signed in already: go on with MAIL FROM"};
constexpr Reply auth_in_transaction{
    503, "5.5.1", "AUTH is not allowed inside a mail transaction: finish it, or RSET, first"};
constexpr Reply encryption_required{538, "5.7.11",
                                    "no passwords in the clear: STARTTLS first, or use port 465"};
constexpr Reply mechanism_missing{501, "5.5.4", "write AUTH and one of the mechanisms that EHLO lists"};
constexpr Reply mechanism_unknown{504, "5.5.4", "this mechanism is not offered: use one that EHLO lists"};
constexpr Reply response_too_long{500, "5.5.6",
                                  "the response is too long: at most 12288 octets"}; // RFC 4954 §4
constexpr Reply bad_line{501, "5.5.2", "write a response as one line of base64 that ends in CR LF"};
constexpr Reply bad_response{501, "5.5.2",
                             "not base64, or not what the mechanism expects: begin again with AUTH"};
constexpr Reply cancelled{501, "5.7.0", "cancelled, as you wanted: begin again with AUTH"};
constexpr Reply signed_in{235, "2.7.0", "signed in"};
constexpr Reply wrong{535, "5.7.8", "wrong user name or password: check both and try again"};
constexpr Reply throttled{454, "4.7.0", "too many failed sign-ins from your network: wait some minutes"};
constexpr Reply busy{454, "4.7.0", "cannot check passwords now, try again"};
constexpr Reply too_many_failures{421, "4.7.0", "too many failed sign-ins; closing: check name and password"};
constexpr Reply sign_in_first{530, "5.7.0", "sign in first, with AUTH"};
constexpr Reply tls_first{530, "5.7.0", "STARTTLS first, then sign in"}; // RFC 3207 §4
constexpr Reply not_yours{553, "5.7.1",
                          "this sender address is not yours: send from one that reaches your mailbox"};
constexpr Reply author_not_yours{
    553, "5.7.1", "this From is not yours: write addresses that reach your mailbox, and no others"};

} // namespace

/// Thunderbird sends a token as an initial response, RFC 4954 §4 or not.
std::size_t Session::command_line() const
{
    const bool tokens = submission() && !identity_ && services_.config->auth.takes_tokens();
    return tokens ? sasl::longest_line : connection_limits().line;
}

bool Session::passwords_allowed() const
{
    return auth::may_send_password(services_.config->auth, connection_.secure(), connection_.peer());
}

/// What MAIL is told before anybody has signed in, RFC 6409 §4.3.
Reply Session::sign_in_needed() const
{
    return passwords_allowed() || !services_.tls ? sign_in_first : tls_first;
}

awaitable<void> Session::authenticate(Command command)
{
    if (!submission()) co_return say(not_offered);
    if (!hello_) co_return say(hello_first());
    if (identity_) co_return say(already);                // RFC 4954 §4
    if (transaction_) co_return say(auth_in_transaction); // RFC 4954 §4
    if (command.argument.empty()) co_return say(mechanism_missing);
    if (!passwords_allowed()) co_return say(encryption_required);
    auto exchange =
        sasl::Exchange::open(command.argument, services_.login.terms(*services_.config, connection_));
    if (!exchange) co_return say(mechanism_unknown);

    using Kind = sasl::Step::Kind;
    sasl::Step step = exchange->start();
    std::optional<auth::Login::Outcome> outcome;
    std::optional<net::Transcript::Hidden> hidden(connection_.transcript());
    while (step.kind == Kind::challenge || step.kind == Kind::claim) {
        if (step.kind == Kind::claim) {
            outcome = co_await services_.login.check(*exchange, step, peer_);
            continue;
        }
        connection_.put("334 " + step.text + "\r\n"); // no enhanced status: RFC 4954 §4
        connection_.set_line_limit(sasl::longest_line);
        const net::Line line = co_await connection_.read_line(response_patience);
        connection_.set_line_limit(command_line());
        if (line.fault != net::Line::Fault::none) {
            hidden.reset();
            co_return say(line.fault == net::Line::Fault::too_long ? response_too_long : bad_line);
        }
        step = exchange->feed(line.text);
    }
    hidden.reset();
    if (step.kind == Kind::cancelled) {
        if (!outcome || *outcome) co_return say(cancelled);
        // It had failed already, and the client only leaves out the last answer.
        log_sign_in_failed(*outcome, auth::user_of(exchange->claim()));
        co_return sign_in_failed(cancelled);
    }
    if (step.kind == Kind::malformed) co_return say(bad_response);
    if (step.kind == Kind::denied) outcome = auth::Failure::credentials;
    signed_in_or_not(*outcome, auth::user_of(exchange->claim()));
}

void Session::signed_in_or_not(const auth::Login::Outcome& outcome, std::string_view user)
{
    if (outcome) {
        log_.info("smtp.login", {{"user", outcome->address}, {"device", outcome->device}});
        identity_ = *outcome;
        if (connection_.transcript())
            connection_.transcript()->signed_in(outcome->address,
                                                static_cast<std::int64_t>(outcome->account));
        services_.login.sign_ins().succeeded(*identity_, place());
        connection_.set_line_limit(command_line());
        return say(signed_in);
    }
    log_sign_in_failed(outcome, user);
    if (outcome.error() == auth::Failure::credentials) return sign_in_failed(wrong);
    sign_in_failed(outcome.error() == auth::Failure::throttled ? throttled : busy);
}

void Session::log_sign_in_failed(const auth::Login::Outcome& outcome, std::string_view user)
{
    log_.info("smtp.login_failed", {{"user", user}, {"reason", outcome.error().message()}});
    services_.login.sign_ins().failed(user, outcome.error().message(), place());
}

auth::Place Session::place() const
{
    auto here = origin();
    return {.protocol = std::move(here.protocol),
            .peer = here.client,
            .tls = std::move(here.tls),
            .session = std::move(here.session)};
}

void Session::sign_in_failed(const Reply& reply)
{
    say(reply);
    if (++failed_sign_ins_ >= most_failures) leave(too_many_failures);
}

/// The envelope sender must reach the account that sends, RFC 6409 §6.1. The
/// null path is anyone's: receipts are sent with it (RFC 8098 §3), and who
/// wrote them is checked in the header.
awaitable<bool> Session::sender_allowed(auth::Identity sender, Path reverse_path)
{
    if (!reverse_path.null()) {
        const auto allowed = co_await mailflow::may_send_as(services_.accounts, sender.account,
                                                            reverse_path.local_part, reverse_path.domain);
        if (!allowed && allowed.error() != storage::Errc::not_found) {
            say(unavailable);
            co_return false;
        }
        if (!allowed) {
            log_.info("smtp.sender_refused", {{"user", sender.address}, {"from", reverse_path.address()}});
            refused(storage::EventKind::message_refused, reverse_path.address(), {}, not_yours);
            say(not_yours);
            co_return false;
        }
    }
    co_return true;
}

/// Whether the hour has room for one more message of whoever sends it; if not,
/// that has been said.
bool Session::message_within_rate()
{
    if (exempt_) return true;
    const auto now = Rates::OfSites::Clock::now();
    const auto wait = identity_ ? services_.rates.messages.take(identity_->account, now)
                                : services_.rates.deliveries.take(net::site_of(connection_.peer()), now);
    if (!wait) return true;
    over_rate(identity_ ? "submission.messages_per_hour" : "smtp.messages_per_hour", "messages", *wait);
    return false;
}

/// The same for one more recipient; other servers may have as many as they like.
bool Session::recipient_within_rate()
{
    if (exempt_ || !identity_) return true;
    const auto wait = services_.rates.recipients.take(identity_->account, Rates::OfSites::Clock::now());
    if (!wait) return true;
    over_rate("submission.recipients_per_hour", "recipients", *wait);
    return false;
}

void Session::over_rate(std::string_view limit, std::string_view what, std::chrono::seconds wait)
{
    log_.warning("smtp.rate_exceeded", {{"limit", limit}, {"user", identity_ ? identity_->address : ""}});
    const std::string text =
        "too many " + std::string(what) + " within the hour: try again in " + in_words(wait);
    say({450, "4.7.1", text});
}

awaitable<bool> Session::authors_allowed(auth::Identity sender, std::string head)
{
    const auto belong =
        co_await mailflow::authors_belong(services_.accounts, sender.account, std::move(head));
    if (!belong && belong.error() != storage::Errc::not_found) {
        say(unavailable);
        co_return false;
    }
    if (!belong) {
        log_.info("smtp.author_refused", {{"user", sender.address}});
        refused(storage::EventKind::message_refused, sender.address, {}, author_not_yours);
        say(author_not_yours);
        co_return false;
    }
    co_return true;
}

} // namespace pillarbox::smtp
