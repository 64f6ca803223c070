#pragma once

#include "storage/sqlite/access.hpp"
#include "storage/sqlite/access_junk.hpp"
#include "storage/sqlite/access_tallies.hpp"
#include "storage/sqlite/blocking_op.hpp"
#include "storage/sqlite/body_store.hpp"
#include "storage/sqlite/dead_addresses.hpp"
#include "storage/sqlite/free_space.hpp"
#include "storage/sqlite/holds.hpp"
#include "storage/sqlite/indexer.hpp"
#include "storage/sqlite/readers.hpp"
#include "storage/sqlite/recent_entries.hpp"
#include "storage/sqlite/reserve.hpp"
#include "storage/sqlite/reset_links.hpp"
#include "storage/sqlite/search_readers.hpp"
#include "storage/sqlite/upkeep.hpp"
#include "storage/sqlite/visits.hpp"
#include "storage/sqlite/watchers.hpp"
#include "storage/sqlite/writer.hpp"
#include "storage/store.hpp"

#include <atomic>
#include <chrono>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <mutex>

namespace pillarbox::storage::sqlite {

/// Where things are in the data directory.
struct Layout
{
    explicit Layout(const std::filesystem::path& directory);

    std::filesystem::path directory;
    std::filesystem::path database; // mail.db
    std::filesystem::path index;    // index.db
    std::filesystem::path lock;     // held by the server
    std::filesystem::path reserve;
    std::filesystem::path segments;
    std::filesystem::path files;
    std::filesystem::path spool;
    std::filesystem::path import_lock; // held by an importer
    std::filesystem::path import_spool;
};

/// What lies beneath the store, for tests to replace.
struct Underneath
{
    std::shared_ptr<Files> files = std::make_shared<Files>();
    std::string vfs; // SQLite's name for its file layer; empty: the usual one
    std::uint64_t segment_octets = 64ull * 1024 * 1024;
    std::chrono::milliseconds busy{5'000};   // waiting for another process that writes
    std::uint64_t changes_to_tell = 100'000; // of each account; older ones are forgotten
    bool upkeep_by_itself = true;            // or only when Upkeep::run_once() is called
};

/// What the interfaces share.
struct Core
{
    Core(Options given, Layout where, Underneath beneath);

    Options options;
    Layout layout;
    Underneath underneath;
    FreeSpace free_space;
    std::shared_ptr<Holds> holds = std::make_shared<Holds>();
    Reserve reserve;
    std::atomic<std::chrono::days> expire; // begins as that of the options
    std::unique_ptr<BodyStore> bodies;
    std::unique_ptr<Watchers> watchers;
    std::unique_ptr<Writer> writer;
    std::unique_ptr<Readers> readers;
    std::unique_ptr<SearchReaders> search_readers;
    std::unique_ptr<Indexer> indexer; // of a server that was given an extractor
    std::unique_ptr<Upkeep> upkeep;   // none for a tool

    Files& files() { return *underneath.files; }

    bool delivers() const { return options.access != Options::Access::tool; }
    Lane lane() const { return options.access == Options::Access::importer ? Lane::importer : Lane::server; }

    /// Where messages lie on their way in.
    const std::filesystem::path& spool() const
    {
        return lane() == Lane::importer ? layout.import_spool : layout.spool;
    }

    /// Octets that are free to us on the data directory's file system.
    std::uint64_t free_octets() { return free_space.now(); }

    void report(Observer::Severity severity, std::string_view what, std::string_view detail) const;

    /// There is something to give back.
    void wake_upkeep();

    /// There is something to index.
    void wake_indexer();

    /// There is mail on its way out.
    void wake_queue();

    /// There is something to learn from.
    void wake_learner();

    /// A body was written for an Op that failed: no row will ever have it.
    void discard(const Place& place);

    /// Makes garbage of what was discarded. The commit of that is what makes sure
    /// that no row has it: one that failed may be in the log all the same, until
    /// another one is written over it.
    void bury_discarded();

    /// A device signed in; written down with the next upkeep.
    void touched(AccountId account, std::string label);

    /// Something happened; written down with the next upkeep.
    void note(Event event);
    /// Writes down what was noted. Blocks.
    void write_noted();

    struct Touches
    {
        using Key = std::pair<AccountId, std::string>;

        std::mutex mutex;
        std::map<Key, Time> used;
        std::map<std::string, std::pair<Time, std::string>> sessions; // when, and from where
        std::map<ApiTokenId, Time> tokens;
    } touches;

    Visits visits; // by POP3
    RecentEntries recent_entries;

    struct Noted
    {
        std::mutex mutex;
        std::vector<Event> events;
        std::size_t left_out = 0;
    } noted;

    struct Listener
    {
        std::mutex mutex;
        std::function<void()> listener;
    };
    Listener queue_listener;
    Listener lesson_listener;

    struct Discarded
    {
        std::mutex mutex;
        std::vector<Place> places;
    } discarded;
};

class SqliteStore final : public Store
{
public:
    explicit SqliteStore(std::unique_ptr<Core> core, Descriptor lock);
    ~SqliteStore() override;

    Mail& mail() override { return mail_; }
    Accounts& accounts() override { return accounts_; }
    Queue& queue() override { return queue_; }
    Later& later() override { return later_; }
    Sessions& sessions() override { return sessions_; }
    Transfer& transfer() override { return transfer_; }
    Search& search() override { return search_; }
    Changes& changes() override { return changes_; }
    Vault& vault() override { return vault_; }
    Devices& devices() override { return devices_; }
    Events& events() override { return events_; }
    Drafts& drafts() override { return drafts_; }
    Submissions& submissions() override { return submissions_; }
    Contacts& contacts() override { return contacts_; }
    DkimKeys& dkim_keys() override { return dkim_keys_; }
    Identities& identities() override { return identities_; }
    ApiTokens& api_tokens() override { return api_tokens_; }
    TlsFacts& tls_facts() override { return tls_facts_; }
    Tallies& tallies() override { return tallies_; }
    Junk& junk() override { return junk_; }
    DeadAddresses& dead_addresses() override { return dead_addresses_; }
    ResetLinks& reset_links() override { return reset_links_; }
    void set_expire(std::chrono::days expire) override;
    bool healthy() const override { return core_->writer->healthy(); }

    Core& core() { return *core_; }

private:
    Descriptor lock_; // let go last
    std::unique_ptr<Core> core_;
    SqliteMail mail_;
    SqliteAccounts accounts_;
    SqliteQueue queue_;
    SqliteLater later_;
    SqliteSessions sessions_;
    SqliteTransfer transfer_;
    SqliteSearch search_;
    SqliteChanges changes_;
    SqliteVault vault_;
    SqliteDevices devices_;
    SqliteEvents events_;
    SqliteDrafts drafts_;
    SqliteSubmissions submissions_;
    SqliteContacts contacts_;
    SqliteDkimKeys dkim_keys_;
    SqliteIdentities identities_;
    SqliteApiTokens api_tokens_;
    SqliteTlsFacts tls_facts_;
    SqliteTallies tallies_;
    SqliteJunk junk_;
    SqliteDeadAddresses dead_addresses_;
    SqliteResetLinks reset_links_;
};

/// open() for `sqlite:`.
std::unique_ptr<SqliteStore> open_sqlite(const Options& options, Underneath underneath = {});

} // namespace pillarbox::storage::sqlite
