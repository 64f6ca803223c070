#pragma once

#include "storage/store.hpp"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace pillarbox::storage {

// Looking after a store as a whole. These calls block, for minutes where there
// is much mail: they are for verbs, and for no reactor. All throw
// std::runtime_error with a sentence when they cannot do their work.

/// How far something is, in octets. Told often and on the caller's thread.
struct Progress
{
    std::string_view doing; // "checking bodies"
    std::uint64_t done = 0;
    std::uint64_t total = 0;
};
using OnProgress = std::function<void(const Progress&)>;

/// Something that is not as it should be. What does not apply is empty or 0.
struct Finding
{
    std::string kind;   // a word for machines: "body_damaged"
    bool wrong = true;  // false: worth knowing, but no damage
    bool left = false;  // still there after a repair
    std::string what;   // for people
    std::string path{}; // of the file where it is
    std::int64_t body = 0;

    // Whose message it is.
    std::int64_t message = 0;
    std::string account{}; // address
    std::string mailbox{}; // name
    std::uint32_t uid = 0;
    std::string subject{};
};

struct VerifyOptions
{
    /// Mends what can be mended, and puts the rest aside in `quarantine/`;
    /// never deletes. Only while no server runs.
    bool repair = false;
    std::function<void(const Finding&)> found;      // may be empty
    std::function<void(std::string_view)> repaired; // what was done about it
    OnProgress progress;
};

/// What a verification looked at, and how many findings it had.
struct Verification
{
    std::uint64_t messages = 0;
    std::uint64_t bodies = 0;
    std::uint64_t octets = 0;      // of the bodies
    std::uint64_t quarantined = 0; // messages that an earlier repair put aside
    std::uint64_t wrong = 0;       // after a repair: what is left
    std::uint64_t notes = 0;
    bool beside_server = false; // what the server may be about to clear counts as a note
};

/// Checks the database, every row against every other, and the checksum of
/// every body. Works beside a server, and on a store that will not open.
Verification verify(const Options& store, const VerifyOptions& options);

/// What a backup has, or what was restored from it.
struct BackupSummary
{
    Time made{};
    std::uint64_t accounts = 0;
    std::uint64_t messages = 0;
    std::uint64_t bodies = 0;
    std::uint64_t octets = 0;         // of the bodies
    std::uint64_t copied = 0;         // octets that were not there yet
    std::uint64_t dropped = 0;        // files that no snapshot needs any more
    std::uint64_t damaged = 0;        // bodies whose octets fail their checksum, copied as they are
    std::filesystem::path replaced{}; // where a restore has put what was there before
};

/// Copies the store to the directory `destination`, which is missing, empty, or
/// an earlier backup of it: then only bodies that are new are copied. Works
/// beside a server. Interrupted, it leaves the earlier backup as it was.
BackupSummary backup(const Options& store, const std::filesystem::path& destination,
                     const OnProgress& progress);

struct RestoreOptions
{
    bool replace = false; // moves aside what is in the data directory; no server may run
    std::function<void(const Finding&)> found{}; // messages that are damaged in the backup
    OnProgress progress{};
};

/// Makes the data directory from a backup. Messages keep their unique ids, and
/// whatever comes later gets ids that nothing had after the backup was made.
BackupSummary restore(const Options& store, const std::filesystem::path& source,
                      const RestoreOptions& options);

/// Messages of one account in a backup.
struct Selection
{
    std::string account;               // address, in the backup and here
    std::string mailbox{};             // name; empty: all of them
    std::vector<MessageId> messages{}; // as the backup numbers them; empty: all
    std::string to{};                  // the mailbox here, made if it is missing; empty: where they were
};

struct SelectionSummary
{
    std::uint64_t restored = 0;
    std::uint64_t octets = 0;  // of those
    std::uint64_t there = 0;   // still or again in the account, and left out
    std::uint64_t damaged = 0; // in the backup, and left out
    std::uint64_t missing = 0; // asked for, and not in the backup
};

/// Brings messages back from a backup as new ones, beside a running server.
/// Done again, it adds nothing.
SelectionSummary restore_messages(const Options& store, const std::filesystem::path& source,
                                  const Selection& selection, const RestoreOptions& options);

/// A mailbox in a backup.
struct KeptMailbox
{
    std::string account; // address
    std::string name;
    std::uint64_t messages = 0;
    std::uint64_t octets = 0;
};

/// All mailboxes of a backup, or those of one account.
std::vector<KeptMailbox> list_backup(const Options& store, const std::filesystem::path& source,
                                     const std::string& account);

/// The messages of one of its mailboxes, oldest first, one call each.
void list_backup(const Options& store, const std::filesystem::path& source, const std::string& account,
                 const std::string& mailbox, const std::function<void(const Listed&)>& message);

} // namespace pillarbox::storage
