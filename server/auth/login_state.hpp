#pragma once

#include "server/auth/login.hpp"
#include "server/auth/password.hpp"
#include "server/auth/recent.hpp"
#include "server/auth/throttle.hpp"
#include "server/auth/token_check.hpp"

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/thread_pool.hpp>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace pillarbox::auth {

/// Verifications at the same time. Each takes a core and hash_kib of memory:
/// guessing shall leave the machine usable.
inline constexpr std::size_t verifying_threads = 2;

/// Sign-ins that may wait for their turn, about two seconds' worth.
inline constexpr std::size_t longest_queue = 256;

/// One more sign-in under way, for as long as it lives.
class Slot
{
public:
    explicit Slot(std::atomic<std::size_t>& count) : count_(count), before_(count++) {}
    Slot(const Slot&) = delete;
    Slot& operator=(const Slot&) = delete;
    ~Slot() { --count_; }

    /// Whether there was none when it began.
    bool alone() const { return before_ == 0; }

private:
    std::atomic<std::size_t>& count_;
    std::size_t before_;
};

/// What the store knows of a name.
struct Known
{
    std::optional<storage::Account> account; // none: a stranger, or disabled
    std::vector<storage::AppPassword> devices;
    std::string suffix; // of Identity
    storage::SignInVersion version{};
};

/// What verifying came to.
struct Verified
{
    enum class Kind
    {
        wrong,
        refused, // the network failed too often while this one waited
        account,
        device
    };

    Kind kind = Kind::wrong;
    std::string label{};    // of the device
    std::string hash{};     // that fitted
    std::string new_hash{}; // when the account's deserves a better one
    std::string scram{};    // when it was not known
};

/// What a token means for who showed it.
struct TokenUser
{
    enum class Kind
    {
        wrong,
        refused,     // as in Verified
        unavailable, // nobody can tell now
        known
    };

    Kind kind = Kind::wrong;
    std::string name{}; // as the token has it
};

/// A secret that a claim was made with.
struct Match
{
    std::string label;     // of the device
    std::string signature; // SCRAM: the server's
};

/// Whether a name is worth looking for: neither too long, nor with control
/// characters.
bool acceptable_name(std::string_view user);

/// What Login does its work with, behind login.hpp.
struct Login::State
{
    /// The digest that a client makes with a secret.
    using Digest = std::function<std::string(const std::string& secret)>;

    State(storage::Accounts& accounts_, const Config& config, std::string key_, storage::Events* events)
        : accounts(accounts_),
          cost{config.auth.hash_passes, config.auth.hash_kib},
          key(std::move(key_)),
          stranger(hash_password("nobody has this password", cost)),
          fitted(config.auth.cache),
          identities(config.auth.cache),
          sign_ins(events),
          throttle(config.limits.exempt),
          tokens(TokenCheck::make(config.auth))
    {}

    bool refused(const boost::asio::ip::address& peer);
    Failure wrong(const boost::asio::ip::address& peer);
    awaitable<bool> admit(boost::asio::ip::address peer);
    awaitable<void> wait(std::chrono::seconds time);
    awaitable<storage::Result<Known>> find(std::string user);
    Verified recall(const Known& known, const std::string& password, const boost::asio::ip::address& peer);
    std::optional<Identity> recall_identity(const std::string& user, const std::string& password,
                                            const boost::asio::ip::address& peer);
    void remember(const std::string& user, const std::string& password, Identity identity,
                  storage::SignInVersion as_of);
    bool fits(storage::AccountId account, const std::string& hash, const std::string& password) const;
    Verified verify(const Known& known, const std::string& password, const boost::asio::ip::address& peer);
    Verified compare(const Known& known, const std::string& password) const;
    std::string verifier_of(const Known& known, const std::string& label, const std::string& verifier,
                            const std::string& password) const;
    awaitable<void> keep_scram(storage::AccountId account, std::string label, std::string hash,
                               std::string scram);
    awaitable<void> learn_scram();
    std::optional<Match> digest_matches(const Known& known, const std::string& digest,
                                        const Digest& digest_of) const;
    std::optional<Match> scram_matches(const Known& known, const ScramClaim& claim) const;

    /// Signs in by a secret that is cheap to compare.
    using Matcher = std::function<std::optional<Match>(const Known&)>;
    awaitable<Outcome> by_secret(std::string user, boost::asio::ip::address peer, Matcher matches,
                                 std::string* signature);

    TokenUser judge_token(TokenVerdict verdict, const boost::asio::ip::address& peer);
    awaitable<TokenUser> check_token(std::shared_ptr<const TokenCheck> check, std::string token,
                                     boost::asio::ip::address peer);
    static void log_refusal(std::string_view why, const boost::asio::ip::address& peer);
    awaitable<Outcome> by_token(TokenClaim claim, boost::asio::ip::address peer);
    std::shared_ptr<const TokenCheck> token_check();

    storage::Accounts& accounts;
    const HashCost cost;
    const std::string key;
    const std::string stranger; // a hash that no password fits, as costly as any

    /// Account, stored hash and password, where the two fitted each other: once the
    /// hash is another, nothing is known.
    Recent<std::monostate> fitted;
    Recent<Identity> identities; // name and password, as they came
    SignIns sign_ins;

    std::mutex mutex; // guards the four below
    Throttle throttle;
    std::set<std::shared_ptr<boost::asio::steady_timer>> delays;
    bool draining = false;
    std::shared_ptr<const TokenCheck> tokens; // null: none is taken

    std::atomic<bool> scram{false};                   // every password can be checked that way
    std::atomic<std::size_t> waiting{0};              // sign-ins that take a turn
    std::atomic<std::size_t> verifying{0};            // of them, with a password, and found in the store
    std::atomic<std::size_t> asking{0};               // a provider, about a token
    boost::asio::thread_pool pool{verifying_threads}; // last: joins before the rest goes
};

} // namespace pillarbox::auth
