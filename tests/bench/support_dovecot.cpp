#include "tests/bench/support_dovecot.hpp"

#include "tests/bench/support_foreign.hpp"
#include "tests/bench/support_smtp_load.hpp"
#include "tests/bench/support_watch.hpp"

#include <signal.h>
#include <unistd.h>

#include <utility>
#include <vector>

namespace pillarbox::bench {
namespace {

namespace fs = std::filesystem;

std::string configuration(const fs::path& folder, const fs::path& maildirs, const std::string& password,
                          std::uint16_t port)
{
    const std::string at = folder.string();
    const std::string home = maildirs.string() + "/%u";
    return "base_dir = " + at + "/run\nstate_dir = " + at + "/state\nlog_path = " + at + "/dovecot.log\n" +
           "protocols = pop3\n"
           "listen = 127.0.0.1\n"
           "ssl = no\n"
           "disable_plaintext_auth = no\n"
           "first_valid_uid = 1\n"
           "mail_max_userip_connections = 0\n"
           "mail_location = maildir:" +
           home +
           "\n"
           // What it knows of the user comes with the password's answer.
           "passdb {\n  driver = static\n  args = password=" +
           password + " userdb_uid=" + ids_of_nobody(" userdb_gid=") + " userdb_home=" + home +
           "\n}\n"
           "userdb {\n  driver = prefetch\n}\n"
           "auth_cache_size = 10M\n"
           "auth_cache_ttl = 1h\n"
           // Fetching neither renames a file nor looks for what others have changed.
           "pop3_no_flag_updates = yes\n"
           "pop3_fast_size_lookups = yes\n"
           "maildir_very_dirty_syncs = yes\n"
           "service pop3-login {\n  service_count = 0\n  process_min_avail = 2\n  client_limit = 1000\n"
           "  inet_listener pop3 {\n    port = " +
           std::to_string(port) +
           "\n  }\n"
           "  inet_listener pop3s {\n    port = 0\n  }\n}\n"
           "service pop3 {\n  service_count = 0\n  process_min_avail = 10\n  client_limit = 1\n}\n";
}

} // namespace

void make_maildir(const fs::path& folder, std::size_t messages, std::size_t octets)
{
    std::string text; // with the line ends that a file has
    for (const char c : make_message(octets))
        if (c != '\r') text += c;
    for (const char* name : {"", "cur", "new", "tmp"}) {
        fs::create_directories(folder / name);
        give_to(folder / name, nobody());
    }
    for (std::size_t i = 1; i <= messages; ++i) {
        const auto file = folder / "cur" /
                          ("1700000000.M" + std::to_string(i) + "P1.bench,S=" + std::to_string(text.size()) +
                           ",W=" + std::to_string(octets) + ":2,S");
        write_file(file, text);
        give_to(file, nobody());
    }
}

Dovecot::Dovecot(fs::path folder, const fs::path& maildirs, const std::string& password)
    : folder_(std::move(folder)), port_(free_port())
{
    fs::create_directories(folder_);
    const auto log = folder_ / "dovecot.log";
    write_file(log, "");
    write_file(folder_ / "dovecot.conf", configuration(folder_, maildirs, password, port_));
    process_ = std::make_unique<Child>(
        std::vector<std::string>{"dovecot", "-F", "-c", (folder_ / "dovecot.conf").string()},
        folder_ / "start.log");
    await_line(log, "starting up", *process_);
}

Dovecot::~Dovecot()
{
    process_->end(SIGTERM);
}

std::string Dovecot::missing()
{
    if (::geteuid() != 0) return "Dovecot wants to be started by root";
    if (!fs::exists("/usr/lib/dovecot/pop3"))
        return "Dovecot is not installed; ./dev bench --peers installs it";
    return {};
}

} // namespace pillarbox::bench
