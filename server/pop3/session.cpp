#include "server/pop3/session.hpp"

#include "server/auth/sasl.hpp"
#include "server/base/random.hpp"
#include "server/pop3/internationalized.hpp"
#include "server/pop3/shown.hpp"

#include <unistd.h>

#include <atomic>
#include <utility>
#include <vector>

namespace pillarbox::pop3 {

namespace {

using namespace std::chrono_literals;

/// For the whole of AUTHORIZATION, TLS included.
constexpr auto whole_login = 60s;

constexpr std::size_t command_line = 512; // RFC 2449 §4 asks for 255
constexpr std::size_t most_misuses = 20;

/// Octets of a listing that are handed to the connection at a time.
constexpr std::size_t listing_piece = 16ul * 1024;

/// Lines, and with their octets less than a piece. Of a longer listing a
/// transcript has the number of octets, or those who poll would fill it.
constexpr std::uint32_t listed_in_transcripts = 50;

using Passing = net::Passing;

/// `<process.count.time.random@hostname>`: never the same twice, RFC 1939 §7.
std::string new_timestamp(std::string_view hostname)
{
    static std::atomic<std::uint64_t> sessions{0};
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    std::string text = "<";
    text += std::to_string(::getpid()) + '.' + std::to_string(++sessions) + '.';
    text += std::to_string(std::chrono::duration_cast<std::chrono::seconds>(now).count()) + '.';
    text += random_name(12) + '@';
    text += hostname;
    text += '>';
    return text;
}

Text fault_of(const net::Line& line)
{
    switch (line.fault) {
    case net::Line::Fault::too_long:
        return Text::line_too_long;
    case net::Line::Fault::bare_lf:
        return Text::line_end_wrong;
    case net::Line::Fault::nul_octet:
        return Text::nul_octet;
    case net::Line::Fault::none:
        break;
    }
    return Text::bad_arguments;
}

} // namespace

net::Connection::Limits connection_limits()
{
    net::Connection::Limits limits;
    limits.line = command_line;
    limits.longest_refused = 4096;
    return limits;
}

awaitable<void> serve(net::Connection& connection, Log log, Services services)
{
    Session session(connection, std::move(log), std::move(services));
    co_await session.run();
}

std::string farewell(net::Errc reason)
{
    if (reason == net::Errc::shutting_down)
        return reply::error("SYS/TEMP", say(Text::shutting_down, Language::english));
    return {};
}

Session::Session(net::Connection& connection, Log log, Services services)
    : connection_(connection),
      log_(std::move(log)),
      services_(std::move(services)),
      faults_(services_.config->test),
      timestamp_(new_timestamp(services_.config->hostname)),
      login_deadline_(std::chrono::steady_clock::now() + whole_login),
      ledger_(services_.devices)
{}

awaitable<void> Session::run()
{
    connection_.put(reply::greeting(timestamp_));
    Next next = co_await authorization();
    if (next == Next::proceed) next = co_await transaction();
    if (next == Next::proceed) co_await update();
    co_await connection_.flush();
}

awaitable<Session::Next> Session::transaction()
{
    while (!worn_out()) {
        const net::Line line = co_await connection_.read_line(services_.config->pop3.idle_timeout);
        if (connection_.all_sent()) ledger_.confirm();
        const Command command = parse_command(line);
        heard(line, command);
        if (!has_maildrop()) {
            connection_.put(reply::error("IN-USE", say(Text::in_use)));
            co_return Next::leave;
        }
        switch (command.verb) {
        case Verb::stat:
            stat();
            break;
        case Verb::list:
        case Verb::uidl:
            co_await list(command);
            break;
        case Verb::retr:
        case Verb::top:
            co_await retrieve(command);
            break;
        case Verb::dele:
            co_await mark(command);
            break;
        case Verb::rset:
            if (numbering_) numbering_->unmark_all();
            connection_.put(reply::ok(say(Text::none_marked)));
            break;
        case Verb::last:
            co_await last();
            break;
        case Verb::noop:
            connection_.put(reply::ok());
            break;
        case Verb::capa:
            co_await capabilities();
            break;
        case Verb::lang:
            choose_language(command);
            break;
        case Verb::quit:
            if (connection_.transcript()) connection_.transcript()->quit();
            co_return Next::proceed;
        default:
            misused(line, command, Text::logged_in_already);
        }
    }
    co_return Next::leave;
}

awaitable<void> Session::update()
{
    // QUIT speaks for what it was sent behind, once that has left.
    if (ledger_.waiting()) co_await connection_.flush();
    ledger_.confirm();
    if (lock_ && !lock_->keep()) co_return connection_.put(reply::error("IN-USE", say(Text::in_use)));
    std::vector<storage::MessageId> marked;
    // RFC 2449 §6.7: with EXPIRE 0 there is a DELE in every RETR.
    if (numbering_)
        marked = expire_ == std::chrono::days(0) ? numbering_->marked_or_retrieved() : numbering_->marked();
    const std::size_t deleted = marked.size();
    const auto updated = co_await ledger_.quit(std::move(marked));
    std::string said = reply::ok(say(deleted > 0 ? Text::deleted_bye : Text::bye));
    if (!updated && deleted > 0)
        said = reply::system_error(updated.error(), Text::not_all_removed, language_); // RFC 1939 §6
    if (!updated)
        log_.warning("pop3.update_failed", {{"error", updated.error().message()}, {"marked", deleted}});
    // Before the client hears of it: its next login must find no lock of ours.
    maildrop_.reset();
    lock_.reset();
    if (faults_.drops_before_quit_answer()) {
        co_await connection_.flush();
        connection_.break_off();
    }
    connection_.put(said);
    log_.info("pop3.quit", {{"retrieved", retrieved_}, {"deleted", deleted}});
}

void Session::stat()
{
    // Until a command needs them, no message is looked at.
    const std::uint32_t count = numbering_ ? numbering_->count() : maildrop_->count();
    const std::uint64_t octets = numbering_ ? numbering_->octets() : maildrop_->octets();
    std::string listing;
    reply::scan_listing(listing, count, octets);
    connection_.put(reply::ok(listing));
}

awaitable<void> Session::list(const Command& command)
{
    const bool numbered = co_await number();
    if (!numbered) co_return;
    const auto list = [&](std::string& text, std::uint32_t n, const storage::MaildropEntry& message) {
        if (command.verb == Verb::uidl)
            reply::unique_id_listing(text, n, faults_.unique_id(message.unique_id));
        else
            reply::scan_listing(text, n, faults_.size(message.size));
    };
    if (command.number) {
        const auto* message = numbering_->find(*command.number);
        if (!message) co_return connection_.put(reply::error(say(Text::no_such_message)));
        std::string listing;
        list(listing, *command.number, *message);
        co_return connection_.put(reply::ok(listing));
    }

    connection_.put(messages(numbering_->count()));
    const bool short_one = numbering_->count() <= listed_in_transcripts;
    std::optional<Passing> passing(std::in_place, short_one ? nullptr : connection_.transcript(),
                                   Passing::From::server, "a listing");
    std::string text;
    for (std::uint32_t n = 1; n <= numbering_->highest(); ++n) {
        const auto* message = numbering_->find(n);
        if (!message) continue;
        list(text, n, *message);
        text += reply::crlf;
        if (text.size() < listing_piece) continue;
        co_await connection_.send(text);
        passing->count(text.size());
        if (!has_maildrop()) connection_.break_off();
        text.clear();
    }
    if (short_one) {
        connection_.put(text);
    } else {
        co_await connection_.send(text);
        passing->count(text.size());
    }
    passing.reset(); // before the end, as it went
    connection_.put(reply::end);
}

awaitable<void> Session::retrieve(const Command& command)
{
    const bool numbered = co_await number();
    if (!numbered) co_return;
    const auto* message = numbering_->find(*command.number);
    if (!message) co_return connection_.put(reply::error(say(Text::no_such_message)));
    const bool pipelined = connection_.unread();
    const auto reader = co_await ahead_.open(services_.mail, *numbering_, *command.number, pipelined);
    if (!reader)
        co_return connection_.put(reply::system_error(reader.error(), Text::message_unavailable, language_));
    // The first piece before "+OK": what cannot be read can still be refused.
    auto piece = co_await (*reader)->next();
    if (!piece)
        co_return connection_.put(reply::system_error(piece.error(), Text::message_unavailable, language_));
    if (!utf8_ && is_internationalized(*piece))
        co_return connection_.put(reply::error("UTF8", say(Text::needs_utf8))); // RFC 6856 §5

    reply::Stuffer stuffer;
    if (command.verb == Verb::top) stuffer = reply::Stuffer(command.body_lines);
    if (command.verb == Verb::top)
        connection_.put(reply::ok(say(Text::top_follows)));
    else
        connection_.put(reply::ok(std::to_string(faults_.size(message->size)) + " octets"));
    if (command.verb == Verb::retr && faults_.stalls_retr()) {
        co_await connection_.send(stuffer.feed(piece->substr(0, piece->find('\n') + 1)));
        co_await connection_.read_line(services_.config->pop3.idle_timeout);
        connection_.break_off();
    }
    {
        Passing passing(connection_.transcript(), Passing::From::server, "message", *command.number);
        while (!piece->empty() && !stuffer.satisfied()) {
            const std::string_view stuffed = stuffer.feed(*piece);
            co_await connection_.send(stuffed);
            passing.count(stuffed.size());
            if (!has_maildrop()) connection_.break_off();
            piece = co_await (*reader)->next();
            if (!piece) connection_.break_off();
        }
    }
    connection_.put(stuffer.finish());
    if (command.verb == Verb::top) co_return;
    numbering_->retrieved(*command.number);
    ledger_.retrieved(message->uid);
    ++retrieved_;
    log_.debug("pop3.retr", {{"number", *command.number}, {"octets", message->size}});
}

awaitable<void> Session::mark(const Command& command)
{
    const bool numbered = co_await number();
    if (!numbered) co_return;
    if (numbering_->mark(*command.number))
        connection_.put(reply::ok(say(Text::marked)));
    else
        connection_.put(reply::error(say(Text::no_such_message)));
}

awaitable<void> Session::last()
{
    const bool numbered = co_await number();
    if (!numbered) co_return;
    connection_.put(reply::ok(std::to_string(numbering_->last_accessed())));
}

/// Numbers the messages when that is not done yet; false after a refusal.
awaitable<bool> Session::number()
{
    if (numbering_) co_return true;
    auto entries = co_await maildrop_->entries();
    if (!entries) {
        log_.warning("pop3.maildrop_unreadable", {{"error", entries.error().message()}});
        connection_.put(reply::system_error(entries.error(), Text::maildrop_unreadable, language_));
        co_return false;
    }
    numbering_.emplace(*std::move(entries));
    co_return true;
}

/// LANG, RFC 6856 §3.2.
void Session::choose_language(const Command& command)
{
    if (command.argument.empty()) return connection_.put(reply::languages(language_));
    const auto language = find_language(command.argument);
    if (!language) return connection_.put(reply::error(say(Text::no_such_language)));
    language_ = *language;
    connection_.put(reply::language_changed(language_));
}

std::string Session::messages(std::uint32_t count) const
{
    std::string text = std::to_string(count) + ' ';
    text += say(Text::messages);
    return reply::ok(text);
}

void Session::heard(const net::Line& line, const Command& command)
{
    if (connection_.transcript()) connection_.transcript()->heard(shown(line, command));
}

/// Answers a line that is no command here. `otherwise` is for one that would
/// be in the other state.
void Session::misused(const net::Line& line, const Command& command, Text otherwise)
{
    ++misuses_;
    if (line.fault != net::Line::Fault::none)
        connection_.put(reply::error(say(fault_of(line))));
    else if (command.verb == Verb::unknown)
        connection_.put(reply::error(say(Text::unknown_command)));
    else if (command.verb == Verb::malformed)
        connection_.put(reply::error(say(Text::bad_arguments)));
    else
        connection_.put(reply::error(say(otherwise)));
}

/// The client was heard of, or took what it was sent. False once a later
/// session of its device has taken the maildrop over.
bool Session::has_maildrop()
{
    return !lock_ || lock_->renew(std::chrono::steady_clock::now());
}

/// Whether to part from this client between two commands.
bool Session::worn_out()
{
    if (connection_.draining()) {
        connection_.put(reply::error("SYS/TEMP", say(Text::shutting_down)));
        return true;
    }
    if (misuses_ < most_misuses) return false;
    log_.info("pop3.bad_commands", {{"count", misuses_}});
    return true;
}

} // namespace pillarbox::pop3
