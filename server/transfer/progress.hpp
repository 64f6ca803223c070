#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

namespace pillarbox::transfer {

/// Tells people how far a transfer is, on standard error: at a terminal one
/// line that is drawn anew, elsewhere a line every ten seconds.
class Progress
{
public:
    /// How much is done, in whatever `total` counts.
    struct State
    {
        std::uint64_t messages = 0;
        std::uint64_t octets = 0;
        std::uint64_t done = 0;
        std::uint64_t total = 0; // 0: nobody knows
    };

    Progress();
    Progress(const Progress&) = delete;
    Progress& operator=(const Progress&) = delete;
    ~Progress() { clear(); }

    /// As often as one likes: it shows no more than is good for anyone.
    void show(const State& state);

    /// A line that stays.
    void note(std::string_view line);

private:
    void clear();

    bool terminal_;
    bool drawn_ = false;
    std::chrono::steady_clock::time_point began_;
    std::chrono::steady_clock::time_point shown_;
};

/// "1234 messages, 56.7 MB, 12 %, 34.5 MB/s".
std::string describe(const Progress::State& state, std::chrono::duration<double> took);

/// "56.7 MB", in powers of ten.
std::string describe_octets(double octets);

} // namespace pillarbox::transfer
