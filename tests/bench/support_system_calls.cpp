#include "tests/bench/support_system_calls.hpp"

#include <linux/perf_event.h>
#include <sys/syscall.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <stdexcept>

namespace pillarbox::bench {
namespace {

namespace fs = std::filesystem;

std::uint64_t trace_point(const std::string& name)
{
    for (const char* root : {"/sys/kernel/tracing/events/", "/sys/kernel/debug/tracing/events/"}) {
        std::ifstream file(root + name + "/id");
        if (std::uint64_t id = 0; file >> id) return id;
    }
    throw std::runtime_error("no trace point " + name + " (root, and tracefs, are needed)");
}

Descriptor count(pid_t thread, std::uint64_t point)
{
    perf_event_attr attributes{};
    attributes.size = sizeof attributes;
    attributes.type = PERF_TYPE_TRACEPOINT;
    attributes.config = point;
    attributes.inherit = 1;
    const long number = ::syscall(SYS_perf_event_open, &attributes, thread, -1, -1, PERF_FLAG_FD_CLOEXEC);
    if (number < 0) throw std::runtime_error(std::string("perf_event_open: ") + std::strerror(errno));
    return Descriptor(static_cast<int>(number));
}

std::uint64_t sum(const std::vector<Descriptor>& counters)
{
    std::uint64_t all = 0;
    for (const auto& counter : counters) {
        std::uint64_t one = 0;
        if (::read(counter.number(), &one, sizeof one) != ssize_t{sizeof one})
            throw std::runtime_error("a counter cannot be read");
        all += one;
    }
    return all;
}

} // namespace

SystemCalls::SystemCalls(pid_t pid)
{
    const auto any = trace_point("raw_syscalls/sys_enter");
    std::vector<std::uint64_t> flushes;
    for (const char* name : {"fsync", "fdatasync", "sync_file_range", "syncfs"})
        flushes.push_back(trace_point(std::string("syscalls/sys_enter_") + name));
    for (const auto& entry : fs::directory_iterator("/proc/" + std::to_string(pid) + "/task")) {
        const auto thread = static_cast<pid_t>(std::stol(entry.path().filename()));
        all_.push_back(count(thread, any));
        for (const auto point : flushes)
            flushes_.push_back(count(thread, point));
    }
}

SystemCalls::Counts SystemCalls::counts() const
{
    return {.all = sum(all_), .flushes = sum(flushes_)};
}

} // namespace pillarbox::bench
