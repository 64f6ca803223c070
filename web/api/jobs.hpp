#pragma once

#include "storage/types.hpp"
#include "web/http/message.hpp"
#include "web/http/streams.hpp"

#include <chrono>
#include <cstddef>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace pillarbox::api {

/// What takes longer than a person waits: done piece by piece behind the
/// answer. Any thread.
class Job
{
public:
    enum class State
    {
        running,
        done,
        cancelled, // by the person; what was done by then stays
        failed
    };

    /// What it counts.
    enum class Unit
    {
        messages,
        octets
    };

    struct Shown
    {
        State state = State::running;
        std::size_t done = 0;  // in the job's unit
        std::size_t total = 0; // as far as it is known
        std::string message{}; // for the person, once it has ended
        std::optional<std::string> undo_token{};
    };

    /// The account's streams are told of it. Once they are drained, it ends as if
    /// cancelled: the server does.
    Job(http::Streams& streams, storage::AccountId account, std::string id, std::string title, Unit unit);

    storage::AccountId account() const { return account_; }
    const std::string& id() const { return id_; }
    const std::string& title() const { return title_; }
    Unit unit() const { return unit_; }

    Shown shown() const;
    void progress(std::size_t done, std::size_t total);

    /// Only the first end counts.
    void end(State state, std::string message, std::optional<std::string> undo_token = std::nullopt);

    /// The piece that is under way is still finished.
    void cancel();

    /// Whether it is to end before its time: by the person, or with the server.
    bool cancelled() const;

    /// The end of one that was cancelled. `again` says what becomes of the rest.
    void end_early(std::string done, std::string_view again,
                   std::optional<std::string> undo_token = std::nullopt);

    /// When it ended; nothing while it runs.
    std::optional<std::chrono::steady_clock::time_point> ended() const;

private:
    void tell() const;

    http::Streams& streams_;
    const storage::AccountId account_;
    const std::string id_;
    const std::string title_;
    const Unit unit_;
    mutable std::mutex mutex_;
    Shown shown_;
    bool cancelled_ = false;
    std::chrono::steady_clock::time_point told_{}; // how far it is
    std::optional<std::chrono::steady_clock::time_point> ended_;
};

/// All jobs: those that run, and those that ended in the last ten minutes. In
/// memory: they end with the process, between two pieces. Any thread.
class Jobs
{
public:
    explicit Jobs(http::Streams& streams) : streams_(streams) {}

    static constexpr std::size_t most_running = 3; // of an account

    /// Another one; null when the account has enough.
    std::shared_ptr<Job> start(storage::AccountId account, std::string title,
                               Job::Unit unit = Job::Unit::messages);

    /// Null when there is none, or it is somebody else's.
    std::shared_ptr<Job> find(storage::AccountId account, std::string_view id);

    /// The account's, oldest first.
    std::vector<std::shared_ptr<Job>> list(storage::AccountId account);

private:
    void forget_old();

    http::Streams& streams_;
    std::mutex mutex_;
    std::vector<std::shared_ptr<Job>> jobs_;
};

/// 202: where it is followed.
http::Response describe_started(const Job& job);

/// 503: the account has enough of them.
http::Response enough_jobs(const http::Request& request);

} // namespace pillarbox::api
