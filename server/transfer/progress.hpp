#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

namespace pillarbox::transfer {

/// Is told how far a transfer is.
class Progress
{
public:
    virtual ~Progress() = default;

    /// How much is done, in whatever `total` counts.
    struct State
    {
        std::uint64_t messages = 0;
        std::uint64_t octets = 0;
        std::uint64_t done = 0;
        std::uint64_t total = 0; // 0: nobody knows
    };

    /// As often as one likes.
    virtual void show(const State& state) = 0;

    /// What became of one message, in a line for people.
    virtual void note(std::string_view line) = 0;
};

/// Tells people on standard error, no more than is good for anyone: at a
/// terminal in one line that is drawn anew, elsewhere in one every ten seconds.
class ProgressLine : public Progress
{
public:
    ProgressLine();
    ProgressLine(const ProgressLine&) = delete;
    ProgressLine& operator=(const ProgressLine&) = delete;
    ~ProgressLine() override { clear(); }

    void show(const State& state) override;

    /// A line that stays.
    void note(std::string_view line) override;

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
