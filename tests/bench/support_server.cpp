#include "tests/bench/support_server.hpp"

#include "tests/bench/support_socket.hpp"
#include "tests/bench/support_watch.hpp"

#include <linux/magic.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <regex>
#include <stdexcept>
#include <system_error>
#include <utility>

namespace pillarbox::bench {
namespace {

namespace fs = std::filesystem;

std::string text_of(const fs::path& file)
{
    std::ifstream in(file);
    return {std::istreambuf_iterator<char>(in), {}};
}

fs::path find_program()
{
    if (const char* named = std::getenv("PILLARBOX")) return named;
    return fs::read_symlink("/proc/self/exe").parent_path().parent_path() / "pillarbox";
}

} // namespace

Folder::Folder()
{
    // Memory that calls itself a disk would flush in no time at all.
    fs::path parent = fs::temp_directory_path();
    struct statfs kind{};
    if (::statfs(parent.c_str(), &kind) == 0 && kind.f_type == TMPFS_MAGIC) parent = "/var/tmp";
    std::string name = (parent / "pillarbox-bench-XXXXXX").string();
    if (!::mkdtemp(name.data())) throw std::runtime_error("no folder " + name);
    path_ = name;
}

Folder::~Folder()
{
    std::error_code ignored; // what is left there harms nobody
    fs::remove_all(path_, ignored);
}

std::uint64_t octets_on_disk(const fs::path& folder)
{
    std::uint64_t octets = 0;
    for (const auto& entry : fs::recursive_directory_iterator(folder)) {
        struct stat file{};
        if (::lstat(entry.path().c_str(), &file) == 0)
            octets += static_cast<std::uint64_t>(file.st_blocks) * 512; // gone meanwhile: takes nothing
    }
    return octets;
}

void settle_disk(const fs::path& folder)
{
    const Descriptor directory(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (::syncfs(directory.number()) != 0) throw std::runtime_error("cannot sync " + folder.string());
}

Server::Server(fs::path folder, std::size_t accounts, std::vector<std::string> settings)
    : folder_(std::move(folder)), program_(find_program()), accounts_(accounts)
{
    settings_ = {"data_dir=" + data().string(),
                 "hostname=mail.example.org",
                 "smtp.listen=127.0.0.1:0",
                 "submission.listen=",
                 "submissions.listen=",
                 "pop3.listen=127.0.0.1:0",
                 "pop3s.listen=",
                 "http.listen=",
                 "https.listen=",
                 "metrics.listen=127.0.0.1:0",
                 "limits.exempt=127.0.0.0/8",
                 "outbound.mode=hold",
                 "storage.quota=1000G",
                 "auth.password_hash=argon2id:t=1,m=8"};
    settings_.insert(settings_.end(), settings.begin(), settings.end());
    fs::create_directories(folder_);
    const auto list = folder_ / "accounts";
    std::ofstream out(list);
    for (std::size_t i = 0; i < accounts_; ++i)
        out << address(i) << ' ' << password << '\n';
    out.close();
    if (!out) throw std::runtime_error("cannot write " + list.string());
    give_space_back_at_once();
    run_program(command({"domain", "add", "example.org"}), folder_ / "verbs.log");
    run_program(command({"account", "import", list.string()}), folder_ / "verbs.log");
}

/// Without a vault, which would keep what is deleted for days; programs from
/// before it have no such setting.
void Server::give_space_back_at_once()
{
    settings_.insert(settings_.begin(), "storage.vault=0s");
    Child check(command({"check-config"}), folder_ / "verbs.log");
    if (check.wait().status != 0) settings_.erase(settings_.begin());
}

void Server::start()
{
    fs::remove(folder_ / "server.log");
    std::ofstream(folder_ / "server.log").close(); // so that it can be watched
    process_ = std::make_unique<Child>(command({"serve"}), folder_ / "server.log");
    // Its log line `ready` names the ports.
    const std::string line = await_line(folder_ / "server.log", " ready ", *process_);
    static const std::regex listener(R"((\w+)=\S*?:(\d+)(?=[, ]|$))");
    for (std::sregex_iterator found(line.begin(), line.end(), listener), none; found != none; ++found)
        ports_[(*found)[1]] = static_cast<std::uint16_t>(std::stoul((*found)[2]));
}

Usage Server::stop()
{
    const auto usage = process_->end(SIGTERM);
    process_.reset();
    if (usage.status != 0)
        throw std::runtime_error("the server ended with status " + std::to_string(usage.status) + ": " +
                                 text_of(folder_ / "server.log"));
    return usage;
}

void Server::kill()
{
    process_->end(SIGKILL);
    process_.reset();
}

std::vector<std::string> Server::addresses() const
{
    std::vector<std::string> all;
    for (std::size_t i = 0; i < accounts_; ++i)
        all.push_back(address(i));
    return all;
}

std::string Server::address(std::size_t account)
{
    return "user" + std::to_string(account) + "@example.org";
}

double Server::commits() const
{
    return metric("pillarbox_events_total{event=\"storage.commit\"}");
}

double Server::connections() const
{
    return metric("pillarbox_connections{listener=\"smtp\"}");
}

double Server::metric(std::string_view name) const
{
    LineClient client(port("metrics"));
    client.send("GET /metrics HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
    const std::string text = client.read_to_end();
    const auto found = text.find(std::string(name) + ' ');
    return found == std::string::npos ? 0 : std::strtod(text.c_str() + found + name.size() + 1, nullptr);
}

std::vector<std::string> Server::command(std::vector<std::string> words) const
{
    words.insert(words.begin(), program_.string());
    for (const auto& setting : settings_) {
        words.emplace_back("--set");
        words.push_back(setting);
    }
    return words;
}

} // namespace pillarbox::bench
