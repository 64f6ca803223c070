#pragma once

#include "server/base/config.hpp"
#include "server/net/transcript.hpp"
#include "server/transcript/files.hpp"

#include <condition_variable>
#include <filesystem>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>

namespace pillarbox::transcript {

/// Where transcripts lie in a data directory.
std::filesystem::path directory_in(const std::filesystem::path& data_dir);

/// Takes what sessions leave and writes it behind them, on a thread of its own
/// and some of it at a time. Sessions never wait: what comes faster than it can
/// be written is dropped, and counted as the event `transcript.dropped`.
class Keeper final : public net::Transcript::Keeper
{
public:
    /// With `transcripts.keep` 0 it keeps nothing, and removes what was kept.
    /// Throws std::runtime_error where the directory cannot be made.
    explicit Keeper(const Config& config);

    /// Writes what is there. No session lives any more.
    ~Keeper() override;
    Keeper(const Keeper&) = delete;
    Keeper& operator=(const Keeper&) = delete;

    /// For a listener of a protocol whose dialogues are kept; empty for others.
    net::MakeTranscript for_listener(const std::string& protocol);

    void keep(net::Transcript::About about, std::string text) noexcept override;

private:
    void run();
    void write(std::string_view records);

    const std::chrono::seconds keep_;
    Files files_; // the thread's
    bool failing_ = false;

    std::mutex mutex_; // guards the rest
    std::condition_variable wanted_;
    std::string waiting_; // records
    bool ending_ = false;

    std::thread thread_;
};

} // namespace pillarbox::transcript
