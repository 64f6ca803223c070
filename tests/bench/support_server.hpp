#pragma once

#include "tests/bench/support_child.hpp"

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace pillarbox::bench {

/// An empty folder on a real disk, which goes with everything in it.
class Folder
{
public:
    Folder();
    ~Folder();
    Folder(const Folder&) = delete;
    Folder& operator=(const Folder&) = delete;

    const std::filesystem::path& path() const { return path_; }

private:
    std::filesystem::path path_;
};

/// Octets that the files below `folder` take on the disk.
std::uint64_t octets_on_disk(const std::filesystem::path& folder);

/// Writes back what the page cache still holds for this disk, so that one
/// measurement does not pay for the one before.
void settle_disk(const std::filesystem::path& folder);

/// The real program on loopback, with a data directory of its own and the
/// defaults, except: no limits for loopback, quotas that are never reached,
/// hashes of passwords that cost nothing, and no vault.
class Server
{
public:
    /// Prepares it, with this many accounts; start() runs it. `settings` are
    /// KEY=VALUE and come last. The program is $PILLARBOX, else the one beside
    /// the folder of the benchmarks.
    explicit Server(std::filesystem::path folder, std::size_t accounts = 20,
                    std::vector<std::string> settings = {});

    /// Returns once it is ready; throws std::runtime_error if it never is.
    void start();
    /// SIGTERM, and what it has used.
    Usage stop();
    /// SIGKILL.
    void kill();

    std::uint16_t port(const std::string& listener) const { return ports_.at(listener); }
    const Child& process() const { return *process_; }

    std::vector<std::string> addresses() const;
    static std::string address(std::size_t account);
    static constexpr const char* password = "a-long-enough-password";
    std::filesystem::path data() const { return folder_ / "data"; }

    /// Group commits of the store so far, as /metrics counts them.
    double commits() const;
    /// SMTP sessions now.
    double connections() const;

private:
    double metric(std::string_view name) const;
    std::vector<std::string> command(std::vector<std::string> words) const;
    void give_space_back_at_once();

    std::filesystem::path folder_;
    std::filesystem::path program_;
    std::vector<std::string> settings_;
    std::size_t accounts_;
    std::unique_ptr<Child> process_;
    std::map<std::string, std::uint16_t> ports_;
};

} // namespace pillarbox::bench
