#pragma once

#include <sys/types.h>

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

namespace pillarbox::bench {

/// What a process has used from its start to its end.
struct Usage
{
    int status = 0; // exit status, or 128 + the signal
    double cpu = 0; // seconds, user and system
    std::uint64_t octets_written = 0;
};

/// A process of the benchmark's own. It never outlives the benchmark: the
/// kernel kills it with its parent, and the destructor before.
class Child
{
public:
    /// Starts a program; what it prints goes to the end of `output`. Throws
    /// std::runtime_error when there can be no process.
    Child(const std::vector<std::string>& command, const std::filesystem::path& output);
    /// Runs a function in a copy of this process. Before any thread is started.
    explicit Child(const std::function<void()>& work);
    ~Child();
    Child(const Child&) = delete;
    Child& operator=(const Child&) = delete;

    pid_t pid() const { return pid_; }
    bool ended() const;

    /// CPU time so far, in seconds, to the nanosecond.
    double cpu() const;
    /// Octets it has caused to be written to a disk so far.
    std::uint64_t octets_written() const;
    /// Memory that is resident now (`VmRSS`), or was at most (`VmHWM`), in octets.
    std::uint64_t memory(const std::string& field = "VmRSS") const;
    /// Makes `VmHWM` start again from what is resident now.
    void forget_peak_memory() const;

    /// Lets all its threads run on the first core only, or on every core again.
    void keep_to_one_core(bool one) const;

    /// Sends a signal and waits for the end.
    Usage end(int signal);
    /// Waits for the end.
    Usage wait();

private:
    pid_t pid_ = -1;
};

/// Runs a program to its end. Throws std::runtime_error, with what it printed,
/// when it fails.
void run_program(const std::vector<std::string>& command, const std::filesystem::path& output);

} // namespace pillarbox::bench
