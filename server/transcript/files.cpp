#include "server/transcript/files.hpp"

#include "server/base/ascii.hpp"

#include <fmt/format.h>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <optional>
#include <stdexcept>

namespace pillarbox::transcript {

namespace fs = std::filesystem;

namespace {

constexpr std::string_view ending = ".txt";
constexpr std::uint64_t smallest_file = std::uint64_t{64} * 1024;
constexpr std::uint64_t largest_file = std::uint64_t{4} * 1024 * 1024;
constexpr int parts = 8; // files that the limits are made of: what is over goes in such steps

std::error_code last_error()
{
    return {errno, std::generic_category()};
}

std::optional<std::uint64_t> number_of(const fs::path& path)
{
    const std::string name = path.filename().string();
    if (!name.ends_with(ending)) return std::nullopt;
    return ascii::parse_number<std::uint64_t>(std::string_view(name).substr(0, name.size() - ending.size()));
}

fs::path path_of(const fs::path& directory, std::uint64_t number)
{
    return directory / fmt::format("{:08}{}", number, ending);
}

std::uint64_t file_size_for(const Limits& limits)
{
    return std::clamp(limits.size / parts, smallest_file, largest_file);
}

/// As many whole records as fit, one at least.
std::string_view first_of(std::string_view records, std::uint64_t most)
{
    constexpr std::string_view next = "\n@ ";
    if (records.size() <= most) return records;
    auto end = records.rfind(next, most - 1);
    if (end == std::string_view::npos) end = records.find(next);
    return end == std::string_view::npos ? records : records.substr(0, end + 1);
}

std::error_code write_all(int descriptor, std::string_view octets)
{
    while (!octets.empty()) {
        const auto written = ::write(descriptor, octets.data(), octets.size());
        if (written < 0 && errno == EINTR) continue;
        if (written < 0) return last_error();
        octets.remove_prefix(static_cast<std::size_t>(written));
    }
    return {};
}

} // namespace

Files::Files(fs::path directory, Limits limits) : directory_(std::move(directory)), limits_(limits)
{
    if (limits_.keep > std::chrono::seconds(0) && ::mkdir(directory_.c_str(), 0700) != 0 && errno != EEXIST)
        throw std::runtime_error(
            fmt::format("{}: cannot be made: {}; set transcripts.keep to 0s to do without",
                        directory_.string(), last_error().message()));
    for (const auto& path : newest_first(directory_)) {
        struct stat status{};
        if (::stat(path.c_str(), &status) != 0) continue;
        const auto written = Clock::from_time_t(status.st_mtim.tv_sec);
        files_.push_front({.number = *number_of(path),
                           .size = static_cast<std::uint64_t>(status.st_size),
                           .begun = written,
                           .written = written});
    }
}

std::error_code Files::append(std::string_view records, Clock::time_point now)
{
    while (!records.empty()) {
        const std::string_view part = first_of(records, file_size_for(limits_));
        const auto failed = append_part(part, now);
        if (failed) return failed;
        records.remove_prefix(part.size());
    }
    return {};
}

std::error_code Files::append_part(std::string_view records, Clock::time_point now)
{
    const auto opened = open_for(records.size(), now);
    if (opened) return opened;
    std::error_code none;
    const auto space = fs::space(directory_, none);
    if (none) return none;
    if (space.available < limits_.reserve + records.size())
        return std::make_error_code(std::errc::no_space_on_device);
    const auto written = write_all(last_.value(), records);
    // What a failed write left behind is one more record cut short.
    files_.back().size += records.size();
    files_.back().written = now;
    if (written) last_ = net::Descriptor();
    return written;
}

void Files::sweep(Clock::time_point now)
{
    std::uint64_t all = 0;
    for (const File& file : files_)
        all += file.size;
    while (!files_.empty()) {
        const File& first = files_.front();
        const bool young = limits_.keep > std::chrono::seconds(0) && now - first.written < limits_.keep;
        if (young && all <= limits_.size) return;
        all -= first.size;
        remove_first();
    }
}

/// Sees to it that the last file can take the records.
std::error_code Files::open_for(std::size_t octets, Clock::time_point now)
{
    const bool full = files_.empty() || files_.back().size + octets > file_size_for(limits_) ||
                      now - files_.back().begun > limits_.keep / parts;
    if (full) return begin_file(now);
    if (last_) return {};
    File& file = files_.back();
    const auto path = path_of(directory_, file.number);
    last_ = net::Descriptor(::open(path.c_str(), O_WRONLY | O_APPEND | O_CLOEXEC));
    if (!last_) return begin_file(now);
    file.size += 1;
    return write_all(last_.value(), "\n"); // behind what a crash may have cut short
}

std::error_code Files::begin_file(Clock::time_point now)
{
    const std::uint64_t number = files_.empty() ? 1 : files_.back().number + 1;
    const auto path = path_of(directory_, number);
    last_ = net::Descriptor(::open(path.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600));
    if (!last_) return last_error();
    files_.push_back({.number = number, .size = 0, .begun = now, .written = now});
    return {};
}

void Files::remove_first()
{
    if (files_.size() == 1) last_ = net::Descriptor();
    ::unlink(path_of(directory_, files_.front().number).c_str()); // one that stays is tried at the next start
    files_.pop_front();
}

std::vector<fs::path> newest_first(const fs::path& directory)
{
    std::vector<std::pair<std::uint64_t, fs::path>> found;
    std::error_code error; // no directory: nothing is kept
    for (fs::directory_iterator at(directory, error), end; !error && at != end; at.increment(error)) {
        if (const auto number = number_of(at->path())) found.emplace_back(*number, at->path());
    }
    std::ranges::sort(found, std::greater());
    std::vector<fs::path> paths;
    paths.reserve(found.size());
    for (auto& [number, path] : found)
        paths.push_back(std::move(path));
    return paths;
}

} // namespace pillarbox::transcript
