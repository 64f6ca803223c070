#include "server/net/session.hpp"

#include "server/net/transcript.hpp"

#include <boost/system/system_error.hpp>

#include <exception>
#include <optional>
#include <utility>

namespace pillarbox::net {

namespace {

std::string_view name_of(Errc reason)
{
    switch (reason) {
    case Errc::closed_by_peer:
        return "closed_by_peer";
    case Errc::timed_out:
        return "timed_out";
    case Errc::shutting_down:
        return "shutting_down";
    case Errc::tls_failed:
        return "tls_failed";
    case Errc::broken_off:
        return "broken_off";
    }
    return "unknown";
}

/// How a dialogue ended, if not by its own decision.
struct End
{
    std::optional<Errc> reason; // the connection is over
    std::string detail;         // for the log
    bool failed = false;        // something else escaped: a fault of ours, or no memory
};

/// What was known besides the reason itself.
std::string detail_of(const boost::system::system_error& error)
{
    std::string detail = error.what();
    const std::string reason = error.code().what();
    if (!detail.ends_with(reason)) return detail;
    detail.resize(detail.size() - reason.size());
    if (detail.ends_with(": ")) detail.resize(detail.size() - 2);
    return detail;
}

End end_of(std::exception_ptr escaped)
{
    if (!escaped) return {};
    try {
        std::rethrow_exception(std::move(escaped));
    } catch (const boost::system::system_error& error) {
        if (error.code().category() == error_category())
            return {static_cast<Errc>(error.code().value()), detail_of(error), false};
        return {{}, error.what(), true};
    } catch (const std::exception& error) {
        return {{}, error.what(), true};
    } catch (...) {
        return {{}, "unknown", true};
    }
}

void report(const Log& log, const End& end)
{
    if (end.failed) {
        log.error("net.session_failed", {{"error", end.detail}});
    } else if (!end.reason) {
        log.debug("net.session_ended");
    } else if (*end.reason == Errc::closed_by_peer) {
        log.debug("net.session_ended", {{"reason", name_of(*end.reason)}});
    } else if (end.detail.empty()) {
        log.info("net.session_ended", {{"reason", name_of(*end.reason)}});
    } else {
        log.info("net.session_ended", {{"reason", name_of(*end.reason)}, {"detail", end.detail}});
    }
}

/// As the transcript has it.
std::string_view name_of(const End& end)
{
    if (end.failed) return "failed";
    return end.reason ? name_of(*end.reason) : std::string_view();
}

/// Reports the end and finds its last words.
std::string conclude(const Log& log, const End& end,
                     const std::function<std::string(Errc)>& farewell) noexcept
{
    try {
        report(log, end);
        const bool worth_a_word = end.reason == Errc::timed_out || end.reason == Errc::shutting_down;
        if (worth_a_word && farewell) return farewell(*end.reason);
    } catch (const std::exception&) {
        return {}; // no memory to say so, and the session is over anyway
    }
    return {};
}

/// What is left to do once the dialogue is over. Apart from run_session(), so
/// that sessions that go on have no room for it.
awaitable<void> finish(Connection& connection, const Log& log, std::exception_ptr escaped,
                       const std::function<std::string(Errc)>& farewell)
{
    const End end = end_of(std::move(escaped));
    // What a fault of ours left behind may be half a body: it must not look
    // finished to the peer.
    if (end.failed) connection.discard();
    std::string last_words = conclude(log, end, farewell);
    if (auto* const transcript = connection.transcript()) transcript->ended(name_of(end));
    co_await connection.close(std::move(last_words));
    if (auto* const transcript = connection.transcript()) transcript->finish();
}

} // namespace

awaitable<void> run_session(Connection& connection, Log log, std::function<awaitable<void>()> dialogue,
                            std::function<std::string(Errc)> farewell)
{
    std::exception_ptr escaped;
    try {
        co_await dialogue();
        co_await connection.flush();
    } catch (...) {
        escaped = std::current_exception();
    }
    co_await finish(connection, log, std::move(escaped), farewell);
}

} // namespace pillarbox::net
