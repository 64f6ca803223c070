#pragma once

#include "storage/types.hpp"

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

    struct Shown
    {
        State state = State::running;
        std::size_t done = 0;  // messages
        std::size_t total = 0; // as far as it is known
        std::string message{}; // for the person, once it has ended
        std::optional<std::string> undo_token{};
    };

    Job(storage::AccountId account, std::string id, std::string title);

    storage::AccountId account() const { return account_; }
    const std::string& id() const { return id_; }
    const std::string& title() const { return title_; }

    Shown shown() const;
    void progress(std::size_t done, std::size_t total);

    /// Only the first end counts.
    void end(State state, std::string message, std::optional<std::string> undo_token = std::nullopt);

    /// The piece that is under way is still finished.
    void cancel();
    bool cancelled() const;

    /// When it ended; nothing while it runs.
    std::optional<std::chrono::steady_clock::time_point> ended() const;

private:
    const storage::AccountId account_;
    const std::string id_;
    const std::string title_;
    mutable std::mutex mutex_;
    Shown shown_;
    bool cancelled_ = false;
    std::optional<std::chrono::steady_clock::time_point> ended_;
};

/// All jobs: those that run, and those that ended in the last ten minutes. In
/// memory: they end with the process, between two pieces. Any thread.
class Jobs
{
public:
    static constexpr std::size_t most_running = 3; // of an account

    /// Another one; null when the account has enough.
    std::shared_ptr<Job> start(storage::AccountId account, std::string title);

    /// Null when there is none, or it is somebody else's.
    std::shared_ptr<Job> find(storage::AccountId account, std::string_view id);

    /// The account's, oldest first.
    std::vector<std::shared_ptr<Job>> list(storage::AccountId account);

private:
    void forget_old();

    std::mutex mutex_;
    std::vector<std::shared_ptr<Job>> jobs_;
};

} // namespace pillarbox::api
