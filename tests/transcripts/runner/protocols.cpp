#include "server/net/connection.hpp"
#include "server/net/session.hpp"
#include "server/pop3/session.hpp"
#include "server/smtp/session.hpp"
#include "tests/transcripts/runner/world.hpp"

#include <array>
#include <stdexcept>
#include <string>
#include <utility>

namespace pillarbox::transcripts {

namespace {

using boost::asio::awaitable;

awaitable<void> serve_pop3(World& world, std::unique_ptr<net::Stream> stream)
{
    net::Connection connection(world.reactor(), std::move(stream), pop3::connection_limits());
    connection.record(world.secrets().transcript());
    pop3::Services services{
        world.store().mail(), world.store().accounts(), world.store().devices(), world.login(),
        world.tls(),          world.config(),           world.pop3_logins(),     world.pop3_locks()};
    const Log log;
    auto dialogue = [&] { return pop3::serve(connection, log, services); };
    co_await net::run_session(connection, log, std::move(dialogue), pop3::farewell);
}

awaitable<void> serve_smtp(World& world, std::unique_ptr<net::Stream> stream, smtp::Services::Kind kind)
{
    net::Connection connection(world.reactor(), std::move(stream), smtp::connection_limits());
    connection.record(world.secrets().transcript());
    smtp::Services services{kind,
                            world.store().accounts(),
                            world.store().mail(),
                            world.intake(),
                            world.login(),
                            world.rates(),
                            world.tls(),
                            world.config()};
    const Log log;
    auto dialogue = [&] { return smtp::serve(connection, log, services); };
    co_await net::run_session(connection, log, std::move(dialogue), smtp::farewell);
}

awaitable<void> serve_relay(World& world, std::unique_ptr<net::Stream> stream)
{
    return serve_smtp(world, std::move(stream), smtp::Services::Kind::relay);
}

awaitable<void> serve_submission(World& world, std::unique_ptr<net::Stream> stream)
{
    return serve_smtp(world, std::move(stream), smtp::Services::Kind::submission);
}

awaitable<void> serve_lmtp(World& world, std::unique_ptr<net::Stream> stream)
{
    return serve_smtp(world, std::move(stream), smtp::Services::Kind::lmtp);
}

// One row for each protocol; `connect` names it.
constexpr std::array protocols{
    Protocol{"pop3", serve_pop3},
    Protocol{"smtp", serve_relay},
    Protocol{"lmtp", serve_lmtp},
    Protocol{"submission", serve_submission},
};

} // namespace

const Protocol& protocol(std::string_view name)
{
    for (const Protocol& known : protocols)
        if (known.name == name) return known;
    throw std::runtime_error("there is no protocol " + std::string(name));
}

} // namespace pillarbox::transcripts
