#pragma once

#include "server/transfer/failed.hpp"
#include "server/transfer/letter.hpp"
#include "server/transfer/progress.hpp"
#include "server/transfer/tally.hpp"
#include "storage/store.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/unordered/unordered_flat_map.hpp>

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace pillarbox::transfer {

using boost::asio::awaitable;

/// Brings one message after the other into an account, many on their way at a
/// time so that they are committed in groups, and none of them twice: each is
/// known by its digest, and by how many like it the source had before. Lives on
/// one thread.
class Importer
{
public:
    struct Options
    {
        storage::AccountId account{};
        std::uint64_t limit = 0;        // octets of a message
        std::function<bool()> stopping; // asked between two messages
    };

    /// `executor` is where its coroutines run. All of these outlive it.
    Importer(const boost::asio::any_io_executor& executor, storage::Store& store, Progress& progress,
             Options options);

    /// The mailbox for a folder that the source calls so, by its use or by its
    /// name; made if there is none. Throws Failed.
    awaitable<storage::MailboxId> folder(std::string name);

    /// A message of the source begins.
    Letter begin(Letter::Form form);

    /// What the source says of a message besides its octets.
    struct About
    {
        storage::MailboxId mailbox{};
        std::uint32_t flags = 0;
        std::optional<storage::Time> received; // empty: as the message itself says
        std::string unique_id;                 // empty: none
        std::string name;                      // that pass_over() shall know; empty: none
        std::string place;                     // where in the source, for people
    };

    /// Whether a message that the source calls so, in 32 octets, was brought
    /// into the mailbox before. Then it is counted, and need not be read. Throws
    /// Failed.
    awaitable<bool> pass_over(storage::MailboxId mailbox, std::string name);

    /// Takes a finished letter. Waits while too many are on their way. Throws
    /// Failed once the account or the disk is full, or the store unavailable.
    awaitable<void> take(Letter letter, About about);

    /// Lets others on this thread have their turn; to be awaited now and then.
    awaitable<void> pause();

    /// Waits for all that are on their way. Throws Failed as take() does.
    awaitable<void> settle();

    /// The person wants it to end.
    bool stopping();

    /// A message is left out: counts it, and says so.
    void skip(const std::string& place, const std::string& reason);

    /// The same for one with more octets than limit(), its reason for it.
    void skip_too_large(const std::string& place);
    std::uint64_t limit() const { return options_.limit; }

    /// How far the source has been read, and how far it goes.
    void show(std::uint64_t done, std::uint64_t total);

    const Tally& tally() const { return tally_; }

private:
    awaitable<void> bring(storage::Brought message, std::string place);
    awaitable<void> wait(std::size_t most);
    void launch(storage::Brought message, std::string place);
    void settled(const storage::Result<storage::Arrived>& arrived, std::uint64_t octets,
                 const std::string& place);
    void fail(std::string why);
    std::string digest_in_source(Letter& letter, storage::MailboxId mailbox);

    storage::Store& store_;
    Progress& progress_;
    Options options_;
    Tally tally_;
    std::vector<storage::Mailbox> mailboxes_;
    // By the beginning of the digest: how many the source had so far.
    boost::unordered_flat_map<std::uint64_t, std::uint32_t> seen_;
    std::size_t under_way_ = 0;
    std::uint64_t octets_under_way_ = 0;
    boost::asio::steady_timer settled_; // cancelled whenever one is settled
    std::string failure_;               // the sentence, once it cannot go on
};

} // namespace pillarbox::transfer
