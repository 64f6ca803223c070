#include "server/net/connection.hpp"

#include "server/net/connection_state.hpp"
#include "server/net/error.hpp"

#include <boost/asio/error.hpp>
#include <boost/system/system_error.hpp>

#include <algorithm>
#include <optional>
#include <utility>

namespace pillarbox::net {

namespace {

using std::chrono::milliseconds;

constexpr milliseconds last_words_patience{2000};    // for a farewell to leave
constexpr milliseconds close_patience{1000};         // for the peer to stop sending
constexpr milliseconds patience_when_cancelled{100}; // for either, once the grace is over

[[noreturn]] void end(Errc reason, std::string_view detail = {})
{
    if (detail.empty()) throw boost::system::system_error(reason);
    throw boost::system::system_error(reason, std::string(detail));
}

} // namespace

Connection::State::Wait::Wait(State& state, Wheel::Clock::duration patience, Kind kind) : state_(state)
{
    const bool over = kind != Kind::last && state.reactor.cancelled();
    if (over || (kind == Kind::idle && state.reactor.draining())) end(Errc::shutting_down);
    state_.timed_out = false;
    state_.interruptible = kind == Kind::idle;
    state_.reactor.timers().link(state_, patience);
}

void Connection::State::expired() noexcept
{
    if (sleeper.waiting()) return wake();
    timed_out = true;
    stream->cancel();
}

void Connection::State::drain() noexcept
{
    if (sleeper.waiting()) return wake();
    if (interruptible) stream->cancel();
}

void Connection::State::cancel() noexcept
{
    if (sleeper.waiting()) return wake();
    stream->cancel();
}

void Connection::State::wake() noexcept
{
    Wheel::Node::unlink();
    sleeper.resume();
}

/// Turns a failure of the stream into the reason the connection is over.
void Connection::State::check(error_code error) const
{
    if (!error) return;
    namespace codes = boost::asio::error;
    if (error == codes::operation_aborted) end(timed_out ? Errc::timed_out : Errc::shutting_down);
    if (error == codes::eof) end(Errc::closed_by_peer);
    if (error.category() == boost::system::system_category()) end(Errc::closed_by_peer, error.message());
    end(Errc::tls_failed, error.message());
}

/// Gives back what is held for nothing before a wait. Whether there is no block, so that wait_readable()
/// comes before receive(). Callers await that themselves: an idle connection has one frame less.
bool Connection::State::let_go()
{
    if (input.empty() && block) {
        input.lend({});
        block = {};
    }
    if (block) return false;
    std::string().swap(outbox);
    return true;
}

/// At least one octet more, behind what is unread; inside a Wait.
awaitable<void> Connection::State::receive(error_code ready)
{
    check(ready);
    if (!block) {
        block = reactor.buffers().lend();
        input.lend(block.octets());
    }
    const auto received = co_await stream->read_some(input.room());
    if (!received) check(received.error());
    input.filled(*received);
}

awaitable<void> Connection::State::write(std::string_view octets)
{
    const Wait wait(*this, limits.write, Wait::Kind::busy);
    const error_code written = co_await stream->write(octets);
    if (written) deaf = true; // a part of it may have left
    check(written);
}

awaitable<void> Connection::State::shake_hands(awaitable<error_code> handshake)
{
    const Wait wait(*this, limits.handshake, Wait::Kind::idle); // a drain harms nothing
    const error_code done = co_await std::move(handshake);
    if (done) deaf = true;
    check(done);
    if (transcript) transcript->note(stream->tls_description());
}

Connection::Connection(Reactor& reactor, std::unique_ptr<Stream> stream, Limits limits)
    : state_(std::make_unique<State>(reactor, std::move(stream), limits))
{}

Connection::~Connection() = default;

awaitable<Line> Connection::read_line(std::chrono::seconds patience)
{
    State& s = *state_;
    std::optional<Line> line = s.input.take_line();
    if (line) co_return *line;

    co_await flush();
    if (s.input.overrun()) end(Errc::broken_off, "a line without an end");
    const bool begun = !s.input.empty() || s.input.inside_dropped_line();
    State::Wait wait(s, patience, begun ? State::Wait::Kind::busy : State::Wait::Kind::idle);
    while (!line) {
        error_code ready;
        if (s.let_go()) ready = co_await s.stream->wait_readable();
        co_await s.receive(ready);
        wait.no_longer_idle();
        line = s.input.take_line();
    }
    co_return *line;
}

awaitable<std::string_view> Connection::read_some(std::chrono::seconds patience)
{
    State& s = *state_;
    if (s.input.empty()) co_await read_more(patience);
    co_return s.input.unread();
}

awaitable<std::string_view> Connection::read_more(std::chrono::seconds patience)
{
    State& s = *state_;
    co_await flush();
    if (s.input.unread().size() == BufferPool::block_size)
        end(Errc::broken_off, "more than one block unread");
    const State::Wait wait(s, patience, State::Wait::Kind::busy);
    error_code ready;
    if (s.let_go()) ready = co_await s.stream->wait_readable();
    co_await s.receive(ready);
    co_return s.input.unread();
}

void Connection::consume(std::size_t octets)
{
    state_->input.consume(octets);
}

bool Connection::unread() const
{
    return !state_->input.empty();
}

awaitable<void> Connection::idle(std::chrono::seconds patience)
{
    State& s = *state_;
    if (!s.input.empty()) co_return;

    co_await flush();
    const State::Wait wait(s, patience, State::Wait::Kind::idle);
    s.let_go();
    const error_code ready = co_await s.stream->wait_readable();
    co_await s.receive(ready);
}

awaitable<bool> Connection::speaks_first(std::chrono::seconds time)
{
    State& s = *state_;
    const bool spoken = !s.input.empty() || s.stream->arrived();
    if (spoken || time <= time.zero()) co_return spoken;
    const State::Wait wait(s, time, State::Wait::Kind::idle);
    const error_code ready = co_await s.stream->wait_readable();
    if (!s.timed_out) s.check(ready);
    co_return s.stream->arrived();
}

void Connection::put(std::string_view text)
{
    state_->outbox += text;
    if (state_->transcript) state_->transcript->said(text);
}

awaitable<void> Connection::send(std::string_view octets)
{
    State& s = *state_;
    const std::size_t most = s.limits.outbox;
    while (s.outbox.size() + octets.size() > most) {
        if (s.outbox.empty()) {
            co_await s.write(octets.substr(0, most)); // no copy of what does not fit anyway
            octets.remove_prefix(std::min(most, octets.size()));
            continue;
        }
        const std::size_t part = most - std::min(most, s.outbox.size());
        s.outbox += octets.substr(0, part);
        octets.remove_prefix(part);
        co_await flush();
    }
    s.outbox += octets;
}

awaitable<void> Connection::flush()
{
    if (all_sent()) co_return;
    co_await state_->write(state_->outbox);
    state_->outbox.clear();
}

bool Connection::all_sent() const
{
    return state_->outbox.empty();
}

/// RFC 3207 §4.2, RFC 2595 §4: nothing learnt in the clear may count.
void Connection::State::refuse_what_was_sent_ahead()
{
    if (input.empty()) return;
    deaf = true;
    end(Errc::tls_failed, "octets followed the command in the clear");
}

awaitable<void> Connection::start_tls(TlsContext& context)
{
    co_await flush();
    state_->refuse_what_was_sent_ahead();
    co_await state_->shake_hands(state_->stream->start_tls(context));
}

awaitable<void> Connection::start_tls(const TlsTrust& trust, const std::string& host)
{
    co_await flush();
    state_->refuse_what_was_sent_ahead();
    co_await state_->shake_hands(state_->stream->start_tls(trust, host));
}

bool Connection::secure() const
{
    return state_->stream->secure();
}

std::string Connection::channel_binding(std::string_view type) const
{
    return state_->stream->channel_binding(type);
}

std::vector<std::string> Connection::certified_addresses() const
{
    return state_->stream->certified_addresses();
}

CertificateFault Connection::certificate_fault() const
{
    return state_->stream->certificate_fault();
}

std::string_view Connection::tls_description() const
{
    return state_->stream->tls_description();
}

boost::asio::ip::address Connection::peer() const
{
    return state_->stream->peer();
}

void Connection::set_line_limit(std::size_t octets)
{
    state_->input.set_limit(octets);
}

bool Connection::draining() const
{
    return state_->reactor.draining();
}

awaitable<void> Connection::pause(std::chrono::milliseconds time)
{
    State& s = *state_;
    if (!s.reactor.draining()) {
        s.reactor.timers().link(s, time);
        co_await s.sleeper.wait();
    }
    if (s.reactor.cancelled()) end(Errc::shutting_down);
}

void Connection::break_off()
{
    discard();
    end(Errc::broken_off);
}

void Connection::discard()
{
    state_->outbox.clear();
}

awaitable<void> Connection::close(std::string last_words)
{
    State& s = *state_;
    const bool hurry = s.reactor.cancelled();
    if (!s.deaf) {
        s.outbox += last_words;
        if (s.transcript) s.transcript->said(last_words);
        const State::Wait wait(s, hurry ? patience_when_cancelled : last_words_patience,
                               State::Wait::Kind::last);
        // How it went does not matter: nothing depends on it any more.
        co_await s.stream->write(s.outbox);
    }
    const State::Wait wait(s, hurry ? patience_when_cancelled : close_patience, State::Wait::Kind::last);
    co_await s.stream->close();
}

Reactor& Connection::reactor() const
{
    return state_->reactor;
}

void Connection::record(std::unique_ptr<Transcript> transcript)
{
    state_->transcript = std::move(transcript);
}

Transcript* Connection::transcript() const
{
    return state_->transcript.get();
}

} // namespace pillarbox::net
