#include "server/transcript/keeper.hpp"

#include "server/base/log.hpp"
#include "server/base/metrics.hpp"
#include "server/transcript/record.hpp"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <exception>
#include <utility>

namespace pillarbox::transcript {

namespace {

using namespace std::chrono_literals;

constexpr std::size_t most_waiting = std::size_t{4} * 1024 * 1024; // octets; what comes then is dropped
constexpr std::size_t worth_writing = std::size_t{256} * 1024;     // octets
constexpr auto gathering = 100ms;                                  // for more, up to that
constexpr auto between_sweeps = 10min;
constexpr int nicer = 10; // than sessions, which it is not to hold up

constexpr std::array<std::string_view, 6> kept_protocols{"smtp",        "lmtp", "submission",
                                                         "submissions", "pop3", "pop3s"};

} // namespace

std::filesystem::path directory_in(const std::filesystem::path& data_dir)
{
    return data_dir / "transcripts";
}

Keeper::Keeper(const Config& config)
    : keep_(config.transcripts.keep),
      files_(directory_in(config.data_dir),
             {config.transcripts.keep, config.transcripts.size, config.storage.reserve})
{
    files_.sweep(Files::Clock::now());
    if (keep_ > 0s) thread_ = std::thread([this] { run(); });
}

Keeper::~Keeper()
{
    if (!thread_.joinable()) return;
    {
        const std::scoped_lock lock(mutex_);
        ending_ = true;
    }
    wanted_.notify_one();
    thread_.join();
}

net::MakeTranscript Keeper::for_listener(const std::string& protocol)
{
    if (keep_ <= 0s || std::ranges::find(kept_protocols, protocol) == kept_protocols.end()) return {};
    return [this, protocol](const std::string& session, const std::string& peer) {
        net::Transcript::About about;
        about.session = session;
        about.protocol = protocol;
        about.peer = peer;
        about.began = std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
        return std::make_unique<net::Transcript>(std::move(about), *this);
    };
}

void Keeper::keep(net::Transcript::About about, std::string text) noexcept
{
    bool wake = false;
    try {
        const std::scoped_lock lock(mutex_);
        const std::size_t before = waiting_.size();
        if (before + text.size() > most_waiting) {
            metrics::count_event("transcript.dropped");
            return;
        }
        append(waiting_, about, text);
        wake = before == 0 || (before < worth_writing && waiting_.size() >= worth_writing);
    } catch (const std::exception&) {
        return; // no memory, and the session is over
    }
    if (wake) wanted_.notify_one();
}

void Keeper::run()
{
    static_cast<void>(::nice(nicer)); // Linux: this thread
    std::string records;
    std::unique_lock lock(mutex_);
    while (true) {
        wanted_.wait_for(lock, between_sweeps, [this] { return ending_ || !waiting_.empty(); });
        if (!waiting_.empty())
            wanted_.wait_for(lock, gathering, [this] { return ending_ || waiting_.size() >= worth_writing; });
        std::swap(records, waiting_);
        const bool last = ending_;
        lock.unlock();
        write(records);
        files_.sweep(Files::Clock::now());
        if (last) return;
        records.clear();
        if (records.capacity() > 2 * worth_writing) records.shrink_to_fit();
        lock.lock();
    }
}

void Keeper::write(std::string_view records)
{
    if (records.empty()) return;
    const Log log;
    const auto failed = files_.append(records, Files::Clock::now());
    if (!failed) {
        log.debug("transcript.written", {{"octets", records.size()}});
    } else if (!failing_) {
        log.warning("transcript.failed", {{"error", failed.message()},
                                          {"hint", "what sessions said is lost until it works again"}});
    } else {
        metrics::count_event("transcript.failed");
    }
    failing_ = static_cast<bool>(failed);
}

} // namespace pillarbox::transcript
