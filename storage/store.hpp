#pragma once

#include "storage/accounts.hpp"
#include "storage/api_tokens.hpp"
#include "storage/changes.hpp"
#include "storage/contacts.hpp"
#include "storage/devices.hpp"
#include "storage/dkim_keys.hpp"
#include "storage/drafts.hpp"
#include "storage/events.hpp"
#include "storage/identities.hpp"
#include "storage/junk.hpp"
#include "storage/later.hpp"
#include "storage/mail.hpp"
#include "storage/queue.hpp"
#include "storage/search.hpp"
#include "storage/sessions.hpp"
#include "storage/submissions.hpp"
#include "storage/text_extractor.hpp"
#include "storage/transfer.hpp"
#include "storage/vault.hpp"

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

namespace pillarbox::storage {

class DeadAddresses;
class ResetLinks;
class Tallies;
class TlsFacts;

/// Hears what the store has to report; it knows no log of its own. Called on
/// the store's threads; must not throw or block.
class Observer
{
public:
    enum class Severity
    {
        info,
        warning,
        error
    };

    virtual ~Observer() = default;

    virtual void event(Severity severity, std::string_view what, std::string_view detail) noexcept = 0;

    /// One group commit: how many pieces of work it held, how long body sync
    /// and commit took.
    virtual void committed(std::size_t ops, std::chrono::microseconds took) noexcept = 0;
};

/// All that is kept, behind its narrow interfaces. Destroying it finishes what
/// was begun and joins its threads; no caller may be waiting then.
class Store
{
public:
    virtual ~Store() = default;

    virtual Mail& mail() = 0;
    virtual Accounts& accounts() = 0;
    virtual Queue& queue() = 0;
    virtual Later& later() = 0;
    virtual Sessions& sessions() = 0;
    virtual Transfer& transfer() = 0;
    virtual Search& search() = 0;
    virtual Changes& changes() = 0;
    virtual Vault& vault() = 0;
    virtual Devices& devices() = 0;
    virtual Events& events() = 0;
    virtual Drafts& drafts() = 0;
    virtual Submissions& submissions() = 0;
    virtual Contacts& contacts() = 0;
    virtual DkimKeys& dkim_keys() = 0;
    virtual Identities& identities() = 0;
    virtual ApiTokens& api_tokens() = 0;
    virtual TlsFacts& tls_facts() = 0;
    virtual Tallies& tallies() = 0;
    virtual Junk& junk() = 0;
    virtual DeadAddresses& dead_addresses() = 0;
    virtual ResetLinks& reset_links() = 0;

    /// Another Options::expire, from now on. Any thread.
    virtual void set_expire(std::chrono::days expire) = 0;

    /// False after a failed sync or commit: nothing more is accepted.
    virtual bool healthy() const = 0;
};

struct Options
{
    std::filesystem::path directory; // made, with mode 0700, if it does not exist
    std::string url = "sqlite:";     // which backend: its scheme

    /// `server` holds the data directory alone (a second one is an error),
    /// recovers, and gives space back. `tool` may work beside a server; it
    /// changes rows but delivers no mail. `importer` is a tool that does, one
    /// at a time (another one is an error); it leaves the server time between
    /// its commits.
    enum class Access
    {
        server,
        tool,
        importer
    } access = Access::server;

    unsigned readers = 2;                     // reading threads
    std::uint64_t default_quota = 1ull << 30; // octets for accounts without their own
    std::uint64_t disk_reserve = 64ull << 20; // octets to leave free
    std::string separators = "+"; // any of these ends a name in an address; the rest is its owner's
    /// The address that mail goes to which would lead nowhere here, or to another server:
    /// nothing leaves then. For servers that software is tested with; empty: none.
    std::string sink{};
    std::chrono::milliseconds read_deadline{10'000};    // for one query
    std::chrono::seconds vault = std::chrono::days{14}; // what is deleted can be had back for so long
    std::chrono::days expire = never_expires; // what came into an Inbox so long ago leaves it, if > 0
    std::chrono::seconds events_keep = std::chrono::days{30}; // what happened to mail is known for so long
    std::uint64_t events_most = 1'000'000;                    // and of so much; refusals apart
    std::shared_ptr<Observer> observer;                       // may be null

    /// How a server finds the words of messages. Null: it indexes nothing.
    std::shared_ptr<const TextExtractor> extractor;
};

/// Opens the store, brings its schema up to date, and, as a server, mends what
/// a crash left. Throws std::runtime_error with a sentence for people when that
/// cannot be done; nothing is damaged then.
std::unique_ptr<Store> open(const Options& options);

} // namespace pillarbox::storage
