#pragma once

#include "storage/acquaintance.hpp"
#include "storage/body.hpp"
#include "storage/types.hpp"

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace pillarbox::storage {

/// What an account has of its own for POP3, where that is not the server's.
struct Pop3Terms
{
    std::optional<std::chrono::seconds> login_delay{}; // between two sign-ins, RFC 2449 §6.5
    std::optional<std::chrono::days> expire{};         // as Options::expire, §6.7

    bool operator==(const Pop3Terms&) const = default;
};

/// A person's account. Addresses are lower case; domains in A-label form.
struct Account
{
    AccountId id{};
    std::string address;
    std::string password_hash; // argon2id, as libsodium writes it
    std::string scram{};       // what SCRAM is checked with, sealed; empty: not known yet
    bool admin = false;
    bool enabled = true;
    std::uint64_t quota = 0;  // octets; 0 is the server's default
    std::uint64_t octets = 0; // stored now
    std::uint32_t messages = 0;
    Time created{};
    Pop3Terms pop3{};
};

struct NewAccount
{
    std::string address;
    std::string password_hash;
    std::string scram{}; // as of Account
    bool admin = false;
    std::uint64_t quota = 0; // octets; 0 is the server's default
};

/// What a person has chosen of how their account looks and behaves.
struct Setting
{
    std::string name;
    std::string value;
};

/// A password for one device. `sealed` holds the password itself, encrypted
/// with the server's key, and only where APOP or CRAM-MD5 was asked for.
struct AppPassword
{
    std::string label;
    std::string password_hash;
    std::string sealed;  // empty: neither APOP nor CRAM-MD5
    std::string scram{}; // as of Account
    Time created{};
    std::optional<Time> last_used;
};

/// Whom a sign-in means, and what it is checked with.
struct SignIn
{
    std::optional<Account> account{}; // none: a stranger
    std::size_t which = 0;            // of the addresses it has
    std::vector<AppPassword> app_passwords{};
    SignInVersion version{}; // as of this look
};

/// Where mail for one address goes, aliases followed.
struct Route
{
    struct Local
    {
        AccountId account{};
        std::string address;                        // of the account
        std::uint64_t room = 0;                     // octets that its and its domain's quota leave, as of now
        std::optional<Acquaintance> acquaintance{}; // with the author that was asked about
    };

    std::vector<Local> local;
    std::vector<std::string> remote; // an alias' targets at other servers
};

struct Alias
{
    std::string address; // "@example.org": the domain's catch-all
    std::vector<std::string> targets;
    bool enabled = true;         // off: mail for it is refused, and nothing else gets it
    std::optional<Time> until{}; // from then on, too; without one it is for good
};

struct Domain
{
    DomainId id{};
    std::string name;
    Time created{};
    std::uint64_t quota = 0;  // octets for all its accounts together; 0: no limit
    std::uint64_t octets = 0; // stored now
    /// Any of these ends a name in an address of the domain; without, as Options::separators.
    std::optional<std::string> separators{};
};

/// Who there is, and where mail for an address goes. Names compare without
/// regard to case. Any call may fail with unavailable.
class Accounts
{
public:
    virtual ~Accounts() = default;

    /// Where mail for `local_part@domain` goes: the account itself; else its
    /// aliases; else, without the part from a separator on, either of these;
    /// else the domain's catch-all; and postmaster (RFC 5321 §4.5.1) and abuse
    /// (RFC 2142 §4) of a local domain always go somewhere: to an administrator.
    /// With Options::sink whatever else there is goes there, and nothing elsewhere.
    /// What the first 20 of the accounts know of `author`, an address in lower
    /// case, comes along, so that it need not be asked for when mail has come.
    /// Errors: not_local when the domain is not ours, not_found, alias_loop,
    /// switched_off, ended.
    virtual awaitable<Result<Route>> route(std::string local_part, std::string domain,
                                           std::string author = {}) = 0;

    /// Errors: not_found.
    virtual awaitable<Result<Account>> find(std::string address) = 0;
    virtual awaitable<Result<Account>> find(AccountId account) = 0;

    virtual awaitable<Result<std::vector<AppPassword>>> app_passwords(AccountId account) = 0;

    /// The account of the first of `addresses` that has one, with its app
    /// passwords, in one look. A stranger is no error and takes as long.
    virtual awaitable<Result<SignIn>> sign_in(std::vector<std::string> addresses) = 0;

    /// What the account has chosen, by name.
    virtual awaitable<Result<std::vector<Setting>>> settings(AccountId account) = 0;

    // Everything below changes the store, durably, before it returns.

    /// Sets these, and leaves the others as they are. Errors: not_found.
    virtual awaitable<Result<void>> set(AccountId account, std::vector<Setting> settings) = 0;

    /// Errors: already_exists, invalid.
    virtual awaitable<Result<void>> add_domain(std::string name) = 0;
    virtual awaitable<Result<std::vector<Domain>>> domains() = 0;
    /// Errors: not_found; invalid while it has accounts or aliases.
    virtual awaitable<Result<void>> remove_domain(std::string name) = 0;
    /// How much mail the domain's accounts may keep together, in octets; 0: no
    /// limit. What is there already stays. Errors: not_found.
    virtual awaitable<Result<void>> set_domain_quota(std::string name, std::uint64_t quota) = 0;
    /// What ends a name in an address of the domain; nothing: as the server
    /// has it. Errors: not_found.
    virtual awaitable<Result<void>> set_domain_separators(std::string name,
                                                          std::optional<std::string> separators) = 0;

    /// All of them or none. On failure `failed`, if given, is the index of the
    /// first that could not be added. Errors: already_exists (an account or an
    /// alias has the address), invalid (no domain of this server).
    virtual awaitable<Result<void>> add(std::vector<NewAccount> accounts, std::size_t* failed = nullptr) = 0;
    virtual awaitable<Result<std::vector<Account>>> list() = 0;
    virtual awaitable<Result<void>> set_password(std::string address, std::string password_hash,
                                                 std::string scram) = 0;
    /// The same password's hash, made anew at another cost. Only where
    /// `old_hash` is still there: a password that was changed meanwhile stays.
    /// Errors: not_found.
    virtual awaitable<Result<void>> renew_hash(AccountId account, std::string old_hash,
                                               std::string new_hash) = 0;
    /// What SCRAM needs, once a password was at hand: the account's, or that of
    /// the device called `label` unless that is empty. Only where `hash` is
    /// still there, as above. Errors: not_found.
    virtual awaitable<Result<void>> keep_scram(AccountId account, std::string label, std::string hash,
                                               std::string scram) = 0;
    /// Whether SCRAM can be checked for every password of this store.
    virtual awaitable<Result<bool>> scram_for_all() = 0;
    virtual awaitable<Result<void>> set_enabled(std::string address, bool enabled) = 0;
    /// Errors: not_found.
    virtual awaitable<Result<void>> set_admin(std::string address, bool admin) = 0;
    /// Octets; 0 is the server's default. What is there already stays. Errors: not_found.
    virtual awaitable<Result<void>> set_quota(std::string address, std::uint64_t quota) = 0;
    /// Replaces what the account has of its own; the next session has it, and
    /// its Inbox within an hour. Errors: not_found.
    virtual awaitable<Result<void>> set_pop3(std::string address, Pop3Terms terms) = 0;
    /// The longest login delay, and the shortest expiry, that any account has of
    /// its own: none where no account has one.
    virtual awaitable<Result<Pop3Terms>> pop3_extremes() = 0;
    /// Removes the account with its mail, aliases that lead only to it excepted.
    virtual awaitable<Result<void>> remove(std::string address) = 0;

    /// Errors: not_found, already_exists (the label).
    virtual awaitable<Result<void>> add_app_password(std::string address, AppPassword password) = 0;
    virtual awaitable<Result<void>> revoke_app_password(std::string address, std::string label) = 0;
    /// Notes when a device signed in. Not durable at once, and no error when it is gone.
    virtual void touch_app_password(AccountId account, std::string label) = 0;

    /// Errors: already_exists (an account has the address), invalid.
    virtual awaitable<Result<void>> add_alias(Alias alias) = 0;
    virtual awaitable<Result<std::vector<Alias>>> aliases() = 0;
    virtual awaitable<Result<void>> remove_alias(std::string address) = 0;
    /// Errors: not_found.
    virtual awaitable<Result<void>> set_alias_enabled(std::string address, bool enabled) = 0;
    /// Where an alias leads and until when, in place of what it had.
    /// Errors: not_found, invalid.
    virtual awaitable<Result<void>> change_alias(std::string address, std::vector<std::string> targets,
                                                 std::optional<Time> until) = 0;

    /// Lets the account send from an address that does not lead to it, or with
    /// "@example.org" from all of a domain; here or elsewhere.
    /// Errors: not_found (the account), already_exists, invalid (no address).
    virtual awaitable<Result<void>> add_sender(std::string account, std::string permitted) = 0;
    /// Errors: not_found.
    virtual awaitable<Result<void>> remove_sender(std::string account, std::string permitted) = 0;
    /// What it may send from besides. Errors: not_found.
    virtual awaitable<Result<std::vector<std::string>>> senders(std::string account) = 0;
    /// Whether that is among them. Errors: not_found when it is not.
    virtual awaitable<Result<void>> permits(AccountId account, std::string local_part,
                                            std::string domain) = 0;
};

} // namespace pillarbox::storage
