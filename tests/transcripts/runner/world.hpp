#pragma once

#include "server/auth/login.hpp"
#include "server/base/config.hpp"
#include "server/mailflow/intake.hpp"
#include "server/net/reactor.hpp"
#include "server/net/stream.hpp"
#include "server/net/tls.hpp"
#include "server/pop3/login_delay.hpp"
#include "server/pop3/maildrop_lock.hpp"
#include "server/smtp/rate.hpp"
#include "storage/store.hpp"
#include "tests/support/temporary_folder.hpp"
#include "tests/transcripts/runner/secrets.hpp"

#include <boost/asio/awaitable.hpp>

#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace pillarbox::transcripts {

/// A server's inside for one transcript: a real store in a directory of its
/// own, accounts, and what sessions are handed. Everything runs on the calling
/// thread, apart from the store's and the hashing threads.
class World
{
public:
    /// `settings` are KEY=VALUE as for --set. Nobody is slowed down for
    /// guessing unless they change limits.exempt, and hashes are cheap.
    explicit World(const std::vector<std::string>& settings);
    ~World();

    void add_account(const std::string& name, const std::string& password, bool admin);
    void add_app_password(const std::string& name, const std::string& label, const std::string& password,
                          bool apop);
    /// "-": as the server has it.
    void set_pop3_terms(const std::string& name, const std::string& login_delay, const std::string& expire);
    void add_alias(const std::string& address, const std::vector<std::string>& targets, bool ended = false);
    void disable_alias(const std::string& address);
    void permit_sender(const std::string& name, const std::string& permitted);
    /// Puts the octets, as they are, into the account's INBOX, or Junk.
    void deliver(const std::string& name, std::string_view octets, bool junk);

    /// What waits to go to other servers, in its order.
    std::vector<storage::Queued> queued();

    net::Reactor& reactor() { return reactor_; }
    storage::Store& store() { return *store_; }
    auth::Login& login() { return *login_; }
    mailflow::Intake& intake() { return *intake_; }
    smtp::Rates& rates() { return *rates_; }
    pop3::LoginDelay& pop3_logins() { return pop3_logins_; }
    pop3::MaildropLocks& pop3_locks() { return pop3_locks_; }
    Secrets& secrets() { return secrets_; }
    std::shared_ptr<const Config> config() const { return config_; }
    net::TlsContext* tls() { return tls_.get(); } // null where `tls.certificate` is "none"

private:
    /// Runs the loop until the task is done.
    void run(boost::asio::awaitable<void> task);
    void add_domain_of(const std::string& address);
    boost::asio::awaitable<void> list_queue(std::vector<storage::Queued>& entries);
    boost::asio::awaitable<void> store_message(std::string address, std::string_view octets, bool junk);

    test::TemporaryFolder directory_;
    Secrets secrets_;
    net::Reactor reactor_; // goes last: a store's thread may be posting to it
    std::shared_ptr<const Config> config_;
    std::string key_;
    std::unique_ptr<net::TlsContext> tls_;
    std::unique_ptr<storage::Store> store_;
    std::unique_ptr<auth::Login> login_;
    std::unique_ptr<mailflow::Intake> intake_;
    std::set<std::string> domains_;
    std::unique_ptr<smtp::Rates> rates_;
    pop3::LoginDelay pop3_logins_;
    pop3::MaildropLocks pop3_locks_;
};

/// A protocol that transcripts can `connect` to.
struct Protocol
{
    std::string_view name;
    /// Runs one session to its end.
    boost::asio::awaitable<void> (*serve)(World& world, std::unique_ptr<net::Stream> stream);
};

/// Throws std::runtime_error for a name that is none.
const Protocol& protocol(std::string_view name);

} // namespace pillarbox::transcripts
