// AUTHORIZATION: from the greeting to an open maildrop. RFC 1939 §4 and §7,
// RFC 5034 (AUTH), RFC 2595 (STLS), RFC 2449 §8 and RFC 3206 (why a login failed).

#include "server/auth/sasl.hpp"
#include "server/net/networks.hpp"
#include "server/pop3/session.hpp"
#include "server/pop3/view.hpp"

#include <algorithm>
#include <utility>

namespace pillarbox::pop3 {

namespace {

constexpr std::size_t most_failed_logins = 3;

std::string use_tls_first(Language language)
{
    return reply::error("AUTH", say(Text::use_tls_first, language));
}

/// What the client is told of a sign-in that failed.
Text text_of(auth::Failure why)
{
    switch (why) {
    case auth::Failure::credentials:
        break;
    case auth::Failure::throttled:
        return Text::throttled;
    case auth::Failure::busy:
        return Text::busy;
    }
    return Text::wrong_credentials;
}

} // namespace

awaitable<Session::Next> Session::authorization()
{
    connection_.set_line_limit(login_line());
    while (!worn_out() && failed_logins_ < most_failed_logins) {
        const auto patience = login_patience();
        // Silently, as after any time-out: RFC 1939 §3.
        if (patience.count() <= 0) co_return Next::leave;
        const net::Line line = co_await connection_.read_line(patience);
        const Command command = parse_command(line);
        heard(line, command);
        switch (command.verb) {
        case Verb::user:
            user(command);
            break;
        case Verb::pass:
            co_await pass(command);
            break;
        case Verb::apop:
            co_await apop(command);
            break;
        case Verb::auth:
            co_await authenticate(command);
            break;
        case Verb::stls:
            co_await stls();
            break;
        case Verb::capa:
            co_await capabilities();
            break;
        case Verb::lang:
            choose_language(command);
            break;
        case Verb::utf8:
            utf8_ = true;
            connection_.put(reply::ok(say(Text::utf8_mode)));
            break;
        case Verb::quit: // RFC 1939 §4: no UPDATE from here
            if (connection_.transcript()) connection_.transcript()->quit();
            connection_.put(reply::ok(say(Text::bye)));
            co_return Next::leave;
        default:
            misused(line, command, Text::log_in_first);
        }
        if (maildrop_) {
            connection_.set_line_limit(connection_limits().line);
            co_return Next::proceed;
        }
    }
    co_return Next::leave;
}

void Session::user(const Command& command)
{
    if (!passwords_allowed()) return connection_.put(use_tls_first(language_));
    user_ = command.argument;
    // The same for a name that nobody has: guessing names must not pay.
    connection_.put(reply::ok(say(Text::send_pass)));
}

awaitable<void> Session::pass(const Command& command)
{
    if (!passwords_allowed()) co_return connection_.put(use_tls_first(language_));
    if (user_.empty()) {
        ++misuses_;
        co_return connection_.put(reply::error(say(Text::send_user_first)));
    }
    std::string name = std::exchange(user_, {}); // RFC 1939 §7: PASS follows USER at once
    auth::PasswordClaim claim{.user = std::move(name), .password = std::string(command.argument)};
    auto outcome =
        co_await services_.login.password(claim.user, claim.password, connection_.peer(), freshness());
    co_await enter(std::move(outcome), std::move(claim));
}

awaitable<void> Session::apop(const Command& command)
{
    std::string name(command.argument);
    std::string digest(command.digest);
    auto outcome = co_await services_.login.apop(name, timestamp_, digest, connection_.peer());
    auth::CramClaim claim{.user = std::move(name), .challenge = timestamp_, .digest = std::move(digest)};
    co_await enter(std::move(outcome), std::move(claim));
}

awaitable<void> Session::authenticate(const Command& command)
{
    if (command.argument.empty()) co_return connection_.put(reply::mechanisms(offer()));
    if (!passwords_allowed()) co_return connection_.put(use_tls_first(language_));
    auto exchange =
        auth::sasl::Exchange::open(command.argument, services_.login.terms(*services_.config, connection_));
    if (!exchange) {
        ++misuses_;
        co_return connection_.put(reply::error(say(Text::no_such_mechanism)));
    }

    using Kind = auth::sasl::Step::Kind;
    auth::sasl::Step step = exchange->start();
    std::optional<auth::Login::Outcome> outcome;
    std::optional<net::Transcript::Hidden> hidden(connection_.transcript());
    connection_.set_line_limit(auth::sasl::longest_line);
    while (step.kind == Kind::challenge || step.kind == Kind::claim) {
        if (step.kind == Kind::claim) {
            outcome = co_await services_.login.check(*exchange, step, connection_.peer(), freshness());
            continue;
        }
        connection_.put(reply::challenge(step.text));
        const net::Line line =
            co_await connection_.read_line(std::max(login_patience(), std::chrono::seconds(1)));
        if (line.fault == net::Line::Fault::none)
            step = exchange->feed(line.text);
        else
            step.kind = Kind::malformed;
    }
    connection_.set_line_limit(login_line());
    hidden.reset();

    if (step.kind == Kind::cancelled) {
        const auto said = reply::error(say(Text::authentication_cancelled));
        // It had failed already, and the client only leaves out the last answer.
        if (outcome && !*outcome)
            co_return refuse_login(auth::user_of(exchange->claim()), "credentials", said);
        co_return connection_.put(said);
    }
    if (step.kind == Kind::malformed) {
        ++misuses_;
        co_return connection_.put(reply::error(say(Text::mechanism_misused)));
    }
    if (step.kind == Kind::denied) outcome = auth::Failure::credentials;
    co_await enter(*std::move(outcome), exchange->claim());
}

awaitable<void> Session::stls()
{
    if (!stls_possible()) {
        ++misuses_;
        co_return connection_.put(reply::error(say(Text::stls_unavailable)));
    }
    connection_.put(reply::ok(say(Text::begin_tls)));
    co_await connection_.start_tls(*services_.tls);
    // RFC 2595 §4: what was said in the clear is forgotten.
    user_.clear();
    language_ = Language::english;
    utf8_ = false;
}

/// After a sign-in that succeeded or failed: opens the maildrop, or says why not.
awaitable<void> Session::enter(auth::Login::Outcome outcome, auth::Claim claim)
{
    const std::string& user = auth::user_of(claim);
    if (!outcome) {
        const auto why = outcome.error();
        const auto said = say(text_of(static_cast<auth::Failure>(why.value())));
        if (why == auth::Failure::credentials)
            co_return refuse_login(user, "credentials", reply::error("AUTH", said));
        const std::string_view reason = why == auth::Failure::throttled ? "throttled" : "busy";
        co_return refuse_login(user, reason, reply::error("SYS/TEMP", said));
    }
    if (faults_.in_use()) co_return refuse_login(user, "locked", reply::error("IN-USE", say(Text::in_use)));
    const auto delay = outcome->pop3.login_delay.value_or(services_.config->pop3.login_delay);
    if (services_.logins.too_soon(outcome->account, delay, LoginDelay::Clock::now())) {
        if (outcome->as_of) { // by terms that may be others by now
            co_await enter_afresh(std::move(claim));
            co_return;
        }
        co_return refuse_login(user, "login_delay", reply::error("LOGIN-DELAY", say(Text::login_delay)));
    }
    const auto view = co_await find_view(outcome->account, outcome->suffix);
    if (!view && view.error() == storage::Errc::not_found)
        co_return refuse_login(user, "no_such_view", reply::error("SYS/PERM", say(Text::no_such_view)));
    if (!view) co_return refuse_unavailable(user, view.error());
    std::unique_ptr<MaildropLocks::Lock> lock;
    if (services_.config->pop3.maildrop_lock == Config::Pop3::Lock::exclusive) {
        const MaildropLocks::Maildrop wanted{outcome->account, view->mailbox.value_or(storage::MailboxId{})};
        lock = services_.locks.take(wanted, outcome->device, std::chrono::steady_clock::now());
        if (!lock) co_return refuse_login(user, "locked", reply::error("IN-USE", say(Text::in_use)));
    }
    auto maildrop = co_await services_.mail.open_maildrop(outcome->account, *view, outcome->as_of);
    if (!maildrop && maildrop.error() == storage::Errc::changed) {
        co_await enter_afresh(std::move(claim));
        co_return;
    }
    if (!maildrop) co_return refuse_unavailable(user, maildrop.error());
    services_.logins.signed_in(outcome->account, delay, LoginDelay::Clock::now());
    lock_ = std::move(lock);
    maildrop_ = *std::move(maildrop);
    login_delay_ = delay;
    // In no other mailbox anything expires.
    if (!view->mailbox) expire_ = outcome->pop3.expire.value_or(services_.config->pop3.expire);
    auto here = place();
    services_.login.sign_ins().succeeded(*outcome, here);
    if (auto* const transcript = connection_.transcript())
        transcript->signed_in(outcome->address, static_cast<std::int64_t>(outcome->account));
    ledger_.open({.account = outcome->account,
                  .label = outcome->device,
                  .peer = net::plain_address(connection_.peer()).to_string(),
                  .at = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now()),
                  .mailbox = maildrop_->mailbox(),
                  .session = std::move(here.session)},
                 maildrop_->removes_fetched());
    log_ = log_.with({"user", outcome->address});
    log_.info("pop3.login", {{"device", outcome->device},
                             {"view", outcome->suffix},
                             {"tls", connection_.tls_description()},
                             {"messages", maildrop_->count()}});
    connection_.put(messages(maildrop_->count()));
}

/// What is remembered of a password may be wrong by now.
awaitable<void> Session::enter_afresh(auth::Claim claim)
{
    const auto* const said = std::get_if<auth::PasswordClaim>(&claim);
    auto outcome = co_await services_.login.password(said->user, said->password, connection_.peer());
    co_await enter(std::move(outcome), std::move(claim));
}

/// Who takes the maildrop from another session must be themselves now; otherwise
/// opening it finds that out.
auth::Freshness Session::freshness() const
{
    const bool exclusive = services_.config->pop3.maildrop_lock == Config::Pop3::Lock::exclusive;
    return exclusive ? auth::Freshness::now : auth::Freshness::lately;
}

/// What a name's suffix asks for. Errors: not_found (no such mailbox or time).
awaitable<storage::Result<storage::MaildropView>> Session::find_view(storage::AccountId account,
                                                                     std::string suffix)
{
    storage::MaildropView view;
    const auto asked = parse_view(suffix);
    if (!asked) co_return make_error_code(storage::Errc::not_found);
    if (asked->recent) {
        const auto now = std::chrono::system_clock::now();
        view.since = std::chrono::floor<std::chrono::seconds>(now) - *asked->recent;
    }
    if (asked->mailbox.empty()) co_return view;
    const auto mailboxes = co_await services_.mail.mailboxes(account);
    if (!mailboxes) co_return mailboxes.error();
    const auto* mailbox = find_mailbox(*mailboxes, asked->mailbox);
    if (!mailbox) co_return make_error_code(storage::Errc::not_found);
    // One name for the INBOX, so that two views of it find one lock.
    if (mailbox->role != storage::MailboxRole::inbox) view.mailbox = mailbox->id;
    co_return view;
}

void Session::refuse_unavailable(std::string_view user, const boost::system::error_code& error)
{
    log_.warning("pop3.maildrop_unavailable", {{"error", error.message()}});
    refuse_login(user, "unavailable", reply::system_error(error, Text::maildrop_unavailable, language_));
}

auth::Place Session::place() const
{
    return {.protocol = connection_.secure() ? "POP3S" : "POP3",
            .peer = connection_.peer(),
            .tls = std::string(connection_.tls_description()),
            .session = connection_.transcript() ? connection_.transcript()->session() : std::string()};
}

void Session::refuse_login(std::string_view user, std::string_view reason, const std::string& reply)
{
    ++failed_logins_;
    log_.info("pop3.login_failed", {{"user", user}, {"reason", reason}});
    services_.login.sign_ins().failed(user, reply.substr(0, reply.find('\r')), place());
    connection_.put(reply);
}

std::chrono::seconds Session::login_patience() const
{
    return std::chrono::ceil<std::chrono::seconds>(login_deadline_ - std::chrono::steady_clock::now());
}

/// A token as an initial response is longer than RFC 5034 §4 allows, but some
/// clients send it so.
std::size_t Session::login_line() const
{
    return services_.config->auth.takes_tokens() ? auth::sasl::longest_line : connection_limits().line;
}

bool Session::passwords_allowed() const
{
    return auth::may_send_password(services_.config->auth, connection_.secure(), connection_.peer());
}

bool Session::stls_possible() const
{
    return services_.tls != nullptr && !connection_.secure() && !maildrop_;
}

} // namespace pillarbox::pop3
