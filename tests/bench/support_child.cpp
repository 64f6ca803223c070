#include "tests/bench/support_child.hpp"

#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <system_error>
#include <thread>
#include <utility>

namespace pillarbox::bench {
namespace {

double seconds(const timeval& time)
{
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
}

/// The number after `name:` in a file of /proc.
std::uint64_t field_of(pid_t pid, const char* file, const std::string& name)
{
    std::ifstream lines("/proc/" + std::to_string(pid) + "/" + file);
    for (std::string line; std::getline(lines, line);)
        if (line.starts_with(name + ":")) return std::strtoull(line.c_str() + name.size() + 1, nullptr, 10);
    throw std::runtime_error(std::string("/proc/PID/") + file + " has no " + name);
}

/// In the child only, which must not go on when this fails.
void become(std::vector<std::string> command, const std::filesystem::path& output)
{
    const int log = ::open(output.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    const int nothing = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
    ::dup2(nothing, STDIN_FILENO);
    ::dup2(log, STDOUT_FILENO);
    ::dup2(log, STDERR_FILENO);
    std::vector<char*> words;
    for (auto& word : command)
        words.push_back(word.data());
    words.push_back(nullptr);
    ::execvp(words.front(), words.data());
    std::perror(words.front());
}

} // namespace

Child::Child(const std::vector<std::string>& command, const std::filesystem::path& output)
    : Child([&] {
          become(command, output);
          ::_exit(127);
      })
{}

Child::Child(const std::function<void()>& work)
{
    const pid_t parent = ::getpid();
    std::fflush(nullptr); // else both would write it
    pid_ = ::fork();
    if (pid_ < 0) throw std::system_error(errno, std::generic_category(), "fork");
    if (pid_ > 0) return;
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (::getppid() != parent) ::_exit(0); // it died before that took effect
    try {
        work();
    } catch (const std::exception& error) {
        std::fprintf(stderr, "%s\n", error.what());
        ::_exit(1);
    }
    ::_exit(0);
}

Child::~Child()
{
    if (pid_ > 0) end(SIGKILL);
}

bool Child::ended() const
{
    siginfo_t info{};
    return pid_ < 0 || (::waitid(P_PID, static_cast<id_t>(pid_), &info, WEXITED | WNOHANG | WNOWAIT) == 0 &&
                        info.si_pid != 0);
}

double Child::cpu() const
{
    clockid_t clock = 0;
    timespec time{};
    if (::clock_getcpuclockid(pid_, &clock) != 0 || ::clock_gettime(clock, &time) != 0)
        throw std::runtime_error("a process has no CPU clock");
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) / 1e9;
}

std::uint64_t Child::octets_written() const
{
    return field_of(pid_, "io", "write_bytes");
}

std::uint64_t Child::memory(const std::string& field) const
{
    return field_of(pid_, "status", field) * 1024;
}

void Child::forget_peak_memory() const
{
    std::ofstream file("/proc/" + std::to_string(pid_) + "/clear_refs");
    file << "5\n"; // proc(5)
    file.close();
    if (!file) throw std::runtime_error("the peak of a process's memory cannot be reset");
}

void Child::keep_to_one_core(bool one) const
{
    cpu_set_t cores;
    CPU_ZERO(&cores);
    const unsigned last = one ? 1 : std::max(1u, std::thread::hardware_concurrency());
    for (unsigned core = 0; core < last; ++core)
        CPU_SET(core, &cores);
    for (const auto& entry : std::filesystem::directory_iterator("/proc/" + std::to_string(pid_) + "/task"))
        if (::sched_setaffinity(std::stoi(entry.path().filename()), sizeof cores, &cores) != 0)
            throw std::runtime_error("a process cannot be kept to one core");
}

Usage Child::end(int signal)
{
    ::kill(pid_, signal);
    return wait();
}

Usage Child::wait()
{
    rusage used{};
    int status = 0;
    const pid_t pid = std::exchange(pid_, -1);
    while (::wait4(pid, &status, 0, &used) < 0)
        if (errno != EINTR) throw std::system_error(errno, std::generic_category(), "wait4");
    constexpr std::uint64_t block = 512; // getrusage(2)
    return {.status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status),
            .cpu = seconds(used.ru_utime) + seconds(used.ru_stime),
            .octets_written = static_cast<std::uint64_t>(used.ru_oublock) * block};
}

void run_program(const std::vector<std::string>& command, const std::filesystem::path& output)
{
    Child child(command, output);
    const auto usage = child.wait();
    if (usage.status == 0) return;
    std::ifstream log(output);
    throw std::runtime_error(command.front() + " " + (command.size() > 1 ? command[1] : "") +
                             " failed: " + std::string(std::istreambuf_iterator<char>(log), {}));
}

} // namespace pillarbox::bench
