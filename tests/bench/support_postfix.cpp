#include "tests/bench/support_postfix.hpp"

#include "tests/bench/support_foreign.hpp"
#include "tests/bench/support_watch.hpp"

#include <pwd.h>
#include <signal.h>

#include <chrono>
#include <stdexcept>
#include <utility>

namespace pillarbox::bench {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

std::string main_cf(const fs::path& folder)
{
    const std::string at = folder.string();
    return "compatibility_level = 3.6\n"
           "queue_directory = " +
           at +
           "/spool\n"
           "data_directory = " +
           at +
           "/data\n"
           "maillog_file = " +
           at +
           "/postfix.log\n"
           "maillog_file_prefixes = /var, /dev/stdout, " +
           at +
           "\n"
           "command_directory = /usr/sbin\n"
           "daemon_directory = /usr/lib/postfix/sbin\n"
           "mail_owner = postfix\n"
           "setgid_group = postdrop\n"
           "myhostname = mail.example.org\n"
           "inet_interfaces = 127.0.0.1\n"
           "inet_protocols = ipv4\n"
           "mydestination =\n"
           "alias_maps =\n"
           "virtual_mailbox_domains = example.org\n"
           "virtual_mailbox_base = " +
           at +
           "/mail\n"
           "virtual_mailbox_maps = texthash:" +
           at +
           "/mailboxes\n"
           "virtual_uid_maps = static:" +
           std::to_string(nobody().pw_uid) +
           "\n"
           "virtual_gid_maps = static:" +
           std::to_string(nobody().pw_gid) +
           "\n"
           "smtpd_tls_security_level = none\n"
           // As fast as it can: a process for each connection, and no rests.
           "default_process_limit = 200\n"
           "smtpd_client_connection_count_limit = 0\n"
           "in_flow_delay = 0\n";
}

std::string master_cf(std::uint16_t port)
{
    return "127.0.0.1:" + std::to_string(port) +
           " inet n - n - - smtpd\n"
           "pickup unix n - n 60 1 pickup\n"
           "cleanup unix n - n - 0 cleanup\n"
           "qmgr unix n - n 300 1 qmgr\n"
           "rewrite unix - - n - - trivial-rewrite\n"
           "bounce unix - - n - 0 bounce\n"
           "defer unix - - n - 0 bounce\n"
           "trace unix - - n - 0 bounce\n"
           "verify unix - - n - 1 verify\n"
           "flush unix n - n 1000? 0 flush\n"
           "proxymap unix - - n - - proxymap\n"
           "error unix - - n - - error\n"
           "retry unix - - n - - error\n"
           "discard unix - - n - - discard\n"
           "virtual unix - n n - - virtual\n"
           "anvil unix - - n - 1 anvil\n"
           "postlog unix-dgram n - n - 1 postlogd\n";
}

} // namespace

Postfix::Postfix(fs::path folder, const std::vector<std::string>& addresses)
    : folder_(std::move(folder)), port_(free_port())
{
    const passwd* owner = ::getpwnam("postfix");
    if (!owner) throw std::runtime_error("Postfix is not installed: ./dev bench --peers installs it");
    const passwd postfix = *owner; // the next look-up uses the same space
    for (const char* name : {"", "etc", "spool", "data", "mail"})
        fs::create_directories(folder_ / name);
    give_to(folder_ / "data", postfix);
    give_to(folder_ / "mail", nobody());
    std::string mailboxes;
    for (const auto& address : addresses)
        mailboxes += address + " " + address + "/\n";
    write_file(folder_ / "mailboxes", mailboxes);
    write_file(folder_ / "etc" / "main.cf", main_cf(folder_));
    write_file(folder_ / "etc" / "master.cf", master_cf(port_));
    const auto log = folder_ / "postfix.log";
    write_file(log, "");
    const std::string etc = (folder_ / "etc").string();
    run_program({"postfix", "-c", etc, "check"}, folder_ / "check.log"); // makes the folders of the queue
    // The master itself: `postfix start-fg` would be its parent, and would not
    // take it along when it ends.
    process_ = std::make_unique<Child>(
        std::vector<std::string>{"/usr/lib/postfix/sbin/master", "-c", etc, "-s"}, folder_ / "start.log");
    await_line(log, "daemon started", *process_);
}

Postfix::~Postfix()
{
    process_->end(SIGTERM);
}

std::size_t Postfix::delivered() const
{
    std::size_t messages = 0;
    for (const auto& maildir : fs::directory_iterator(maildirs())) {
        const auto arrived = maildir.path() / "new";
        if (fs::exists(arrived))
            messages += static_cast<std::size_t>(
                std::distance(fs::directory_iterator(arrived), fs::directory_iterator()));
    }
    return messages;
}

void Postfix::await_delivered(std::size_t messages) const
{
    const auto until = std::chrono::steady_clock::now() + 5min;
    const Watch watch(folder_ / "postfix.log");
    while (delivered() < messages) {
        if (std::chrono::steady_clock::now() > until) throw std::runtime_error("Postfix kept mail back");
        watch.await_change(100ms);
    }
}

} // namespace pillarbox::bench
