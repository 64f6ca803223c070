#include "server/smtp/session.hpp"

#include "server/net/networks.hpp"
#include "server/smtp/shown.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace pillarbox::smtp {

namespace {

using namespace std::chrono_literals;

constexpr std::chrono::seconds command_patience = 5min; // RFC 5321 §4.5.3.2.7
constexpr std::chrono::seconds busy_patience = 30s;     // less, so that there is room for others
constexpr std::chrono::seconds hello_patience = 60s;    // for all that comes before EHLO
constexpr unsigned most_mistakes = 20;
constexpr unsigned most_without_effect = 100; // at full speed; then slowed down
constexpr unsigned most_slowed = 10;          // then over
constexpr std::chrono::milliseconds slow_down = 1s;

constexpr Reply ok{250, "2.0.0", "ok"};
constexpr Reply goodbye{221, "2.0.0", "goodbye"};
constexpr Reply no_argument{501, "5.5.4", "this command takes no argument: write it alone"};
constexpr Reply name_missing{501, "5.5.4", "give your host name or address literal"};
constexpr Reply unknown_command{500, "5.5.1", "command not recognised: HELP lists the known ones"};
constexpr Reply no_expansion{502, "5.5.1", "lists are not expanded here: send to the list itself"};
constexpr Reply cannot_verify{252, "2.1.5", "cannot verify a user; RCPT TO will tell"};
constexpr Reply whom_to_verify{501, "5.5.4", "write VRFY NAME"};
constexpr Reply not_http{554, "5.5.1", "this is a mail server: use SMTP"};
constexpr Reply too_early{554, "5.5.1", "you spoke before the greeting: wait for it"}; // RFC 5321 §3.1
constexpr Reply already_secure{503, "5.5.1", "TLS is active already: go on with EHLO"};
constexpr Reply no_tls{502, "5.5.1", "STARTTLS is not offered here: go on without it"};
constexpr Reply tls_in_transaction{503, "5.5.1", "finish the mail transaction, or RSET, before STARTTLS"};
constexpr Reply tls_ready{220, "2.0.0", "ready to start TLS"};
constexpr Reply shutting_down{421, "4.3.2", "the server is shutting down: connect again shortly"};
constexpr Reply timed_out{421, "4.4.2", "waited too long for you; closing: connect again"};
constexpr Reply too_many_mistakes{421, "4.7.0", "too many bad commands; closing: HELP lists the known ones"};
constexpr Reply too_many_without_effect{
    421, "4.7.0", "too many commands without a message; closing: connect again when there is one"};

/// Whether a client could go on with this for ever and never send a message.
bool idles(Verb verb)
{
    switch (verb) {
    case Verb::ehlo:
    case Verb::helo:
    case Verb::lhlo:
    case Verb::rset:
    case Verb::noop:
    case Verb::vrfy:
    case Verb::help:
        return true;
    default:
        return false;
    }
}

} // namespace

net::Connection::Limits connection_limits()
{
    net::Connection::Limits limits;
    limits.line = 2048;
    return limits;
}

awaitable<void> serve(net::Connection& connection, Log log, Services services)
{
    Session session(connection, std::move(log), std::move(services));
    co_await session.run();
}

std::string farewell(net::Errc reason)
{
    switch (reason) {
    case net::Errc::timed_out:
        return format(timed_out);
    case net::Errc::shutting_down:
        return format(shutting_down);
    case net::Errc::closed_by_peer:
    case net::Errc::tls_failed:
    case net::Errc::broken_off:
        break;
    }
    return {};
}

Session::Session(net::Connection& connection, Log log, Services services)
    : connection_(connection),
      log_(std::move(log)),
      services_(std::move(services)),
      peer_(connection.peer()),
      exempt_(exempted()),
      counted_(services_.rates.load)
{
    expect_hello();
}

awaitable<void> Session::run()
{
    connection_.set_line_limit(command_line());
    if (!welcome() || comes_too_often()) co_return;
    const bool early = co_await speaks_early();
    if (early) co_return leave(too_early);
    greet();
    const bool tls = co_await speaks_tls();
    if (tls) co_return;
    while (!over_) {
        // A transaction that has begun may finish: its client is in a burst.
        if (connection_.draining() && !transaction_) co_return leave(shutting_down);
        const net::Line line = co_await connection_.read_line(patience());
        const Command command = parse_command(line);
        if (connection_.transcript()) connection_.transcript()->heard(shown(line, command));
        co_await obey(command);
    }
}

/// A server that sends mail waits for the greeting, RFC 5321 §3.1. What does not
/// is a script, a browser, or a relay that somebody makes speak SMTP. Users'
/// programs are spared: they sign in.
awaitable<bool> Session::speaks_early()
{
    if (submission()) co_return false;
    const std::chrono::seconds delay = exempt_ ? 0s : services_.config->smtp.greet_delay;
    const bool early = co_await connection_.speaks_first(delay);
    if (!early) co_return false;
    log_.info("smtp.not_smtp", {{"what", "it spoke before the greeting"}});
    if (connection_.transcript()) connection_.transcript()->note("it spoke before the greeting");
    co_return true;
}

/// Said instead of a greeting (RFC 5321 §3.1), to other servers only: people
/// share addresses, and are counted by account.
bool Session::comes_too_often()
{
    if (submission() || exempt_) return false;
    const auto wait =
        services_.rates.connections.take(net::site_of(connection_.peer()), Rates::OfSites::Clock::now());
    if (!wait) return false;
    log_.info("smtp.rate_exceeded", {{"limit", "smtp.connections_per_minute"}});
    const std::string text = "too many connections from your network: come again in " + in_words(*wait);
    leave({421, "4.7.0", text});
    return true;
}

/// A TLS client that took this for a port with implicit TLS sends a handshake,
/// which has no line end to wait for.
awaitable<bool> Session::speaks_tls()
{
    constexpr char handshake = 0x16; // ContentType, RFC 8446 §5.1: no command begins with it
    co_await connection_.idle(hello_patience);
    const std::string_view first = co_await connection_.read_some(hello_patience);
    if (first.front() != handshake) co_return false;
    log_.info("smtp.not_smtp", {{"what", "TLS on a plain port"}});
    if (connection_.transcript()) connection_.transcript()->heard({"", "TLS on a plain port"});
    co_return true;
}

awaitable<void> Session::obey(Command command)
{
    const bool argument = !command.argument.empty();
    if (idles(command.verb)) {
        const bool answered = co_await without_effect();
        if (!answered) co_return;
    }
    switch (command.verb) {
    case Verb::ehlo:
    case Verb::helo:
    case Verb::lhlo:
        if (!greets(command.verb)) co_return say(unknown_command);
        hello(command);
        break;
    case Verb::mail:
        co_await mail(command);
        break;
    case Verb::rcpt:
        co_await rcpt(command);
        break;
    case Verb::data:
        co_await data(command);
        break;
    case Verb::bdat:
        co_await bdat(command);
        break;
    case Verb::rset:
        if (argument) co_return say(no_argument);
        transaction_.reset();
        say(ok);
        break;
    case Verb::noop: // may have an argument, RFC 5321 §4.1.1.9
        say(ok);
        break;
    case Verb::vrfy:
        // Neither yes nor no, RFC 5321 §7.3: addresses are not for harvesting.
        say(argument ? cannot_verify : whom_to_verify);
        break;
    case Verb::expn:
        say(no_expansion);
        break;
    case Verb::help:
        help();
        break;
    case Verb::quit:
        if (argument) co_return say(no_argument);
        if (connection_.transcript()) connection_.transcript()->quit();
        leave(goodbye);
        break;
    case Verb::starttls:
        co_await start_tls(command);
        break;
    case Verb::auth:
        co_await authenticate(command);
        break;
    case Verb::xclient:
        co_await xclient(command);
        break;
    case Verb::http:
        log_.info("smtp.not_smtp", {{"what", "HTTP"}});
        leave(not_http);
        break;
    case Verb::malformed:
        say(command.refusal);
        break;
    case Verb::unknown:
        say(unknown_command);
        break;
    }
}

void Session::greet()
{
    const std::string greeting = fmt::format("{} {} Pillarbox", services_.config->hostname, spoken());
    connection_.put(format({220, "", greeting}));
}

/// EHLO, HELO and LHLO. Each begins anew, RFC 5321 §4.1.4.
void Session::hello(const Command& command)
{
    if (command.argument.empty()) return say(name_missing);
    transaction_.reset();
    const bool extended = command.verb != Verb::helo;
    // A name that does not hold is no reason to refuse mail (RFC 5321 §4.1.4);
    // it is only never written anywhere.
    hello_ =
        Hello{traceable_name(command.argument) ? std::string(command.argument) : std::string(), extended};

    std::vector<std::string> lines{services_.config->hostname};
    if (extended) {
        lines.push_back("SIZE " + std::to_string(services_.config->smtp.max_message_size)); // RFC 1870
        lines.emplace_back("PIPELINING");                                                   // RFC 2920
        lines.emplace_back("8BITMIME");                                                     // RFC 6152
        lines.emplace_back("DSN");                                                          // RFC 3461
        lines.emplace_back("SMTPUTF8");                                                     // RFC 6531 §3.2
        lines.emplace_back("ENHANCEDSTATUSCODES");                                          // RFC 2034
        lines.emplace_back("CHUNKING");                                                     // RFC 3030 §2
        lines.emplace_back("BINARYMIME");                                                   // RFC 3030 §3
        if (speaks_for_others()) lines.emplace_back(xclient_keywords);
        lines.push_back(limits());                                                  // RFC 9422
        if (connection_.secure()) lines.emplace_back("REQUIRETLS");                 // RFC 8689 §2
        if (submission()) lines.push_back(future_release());                        // RFC 4865 §3
        if (submission()) lines.emplace_back("DELIVERBY");                          // RFC 2852 §2
        if (services_.tls && !connection_.secure()) lines.emplace_back("STARTTLS"); // RFC 3207 §4.2
        if (submission() && passwords_allowed())
            lines.push_back("AUTH " + services_.login.mechanisms(*services_.config, connection_)); // RFC 4954
    }
    connection_.put(format_lines(250, "", lines));
}

/// What one session may send, as MAIL and RCPT have it.
std::string Session::limits() const
{
    const std::string recipients = "RCPTMAX=" + std::to_string(services_.config->smtp.max_recipients);
    if (exempt_) return "LIMITS " + recipients;
    return "LIMITS MAILMAX=" + std::to_string(most_messages) + " " + recipients;
}

/// How long mail may wait, in seconds, and until when.
std::string Session::future_release()
{
    const std::chrono::seconds longest = longest_hold;
    const auto latest = std::chrono::system_clock::to_time_t(std::chrono::system_clock::now() + longest);
    return fmt::format("FUTURERELEASE {} {:%Y-%m-%dT%H:%M:%SZ}", longest.count(), fmt::gmtime(latest));
}

awaitable<void> Session::start_tls(Command command)
{
    if (!command.argument.empty()) co_return say(no_argument); // RFC 3207 §4
    if (connection_.secure()) co_return say(already_secure);
    if (!services_.tls) co_return say(no_tls);
    if (!hello_) co_return say(hello_first());
    if (transaction_) co_return say(tls_in_transaction);
    say(tls_ready);
    co_await connection_.start_tls(*services_.tls);
    // All that was said in the clear is forgotten, RFC 3207 §4.2.
    hello_.reset();
    identity_.reset();
    transaction_.reset();
    expect_hello();
    log_.debug("smtp.tls", {{"tls", connection_.tls_description()}});
}

/// Counts a command that brings no message nearer, and returns whether it is to
/// be answered. A client that sends nothing else is slowed down, then sent away.
awaitable<bool> Session::without_effect()
{
    if (exempt_) co_return true;
    ++without_effect_;
    if (without_effect_ > most_without_effect + most_slowed) {
        leave(too_many_without_effect);
        co_return false;
    }
    if (without_effect_ > most_without_effect) co_await connection_.pause(slow_down);
    co_return true;
}

void Session::help()
{
    std::vector<std::string> lines{fmt::format(
        "commands: {} MAIL RCPT DATA BDAT RSET NOOP VRFY HELP QUIT STARTTLS", lmtp() ? "LHLO" : "EHLO HELO")};
    if (submission()) lines.front() += " AUTH";
    lines.emplace_back(submission() ? "sign in, then send: AUTH, MAIL FROM:<you>, RCPT TO:<them>, DATA"
                                    : "mail for the domains of this server; users submit on port 587 or 465");
    connection_.put(format_lines(214, "2.0.0", lines));
}

bool Session::exempted() const
{
    return lmtp() || net::NetworkSet(services_.config->limits.exempt).contains(peer_);
}

void Session::say(const Reply& reply)
{
    if (is_misuse(reply) && ++mistakes_ > most_mistakes) return leave(too_many_mistakes);
    connection_.put(format(reply));
}

void Session::leave(const Reply& reply)
{
    connection_.put(format(reply));
    over_ = true;
}

void Session::expect_hello()
{
    hello_deadline_ = std::chrono::steady_clock::now() + hello_patience;
}

std::chrono::seconds Session::patience() const
{
    if (hello_)
        return services_.rates.load.heavy() && !identity_ && !exempt_ ? busy_patience : command_patience;
    const auto left = hello_deadline_ - std::chrono::steady_clock::now();
    return std::max(std::chrono::ceil<std::chrono::seconds>(left), std::chrono::seconds(1));
}

} // namespace pillarbox::smtp
