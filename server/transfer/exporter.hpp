#pragma once

#include "server/transfer/failed.hpp"
#include "server/transfer/progress.hpp"
#include "server/transfer/tally.hpp"
#include "storage/store.hpp"

#include <boost/asio/awaitable.hpp>

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace pillarbox::transfer {

using boost::asio::awaitable;

/// Hands out an account's messages, oldest first, a page at a time, beside a
/// server that may remove any of them meanwhile. Lives on one thread.
class Exporter
{
public:
    struct Options
    {
        storage::AccountId account{};
        std::function<bool()> stopping; // asked between two messages
    };

    Exporter(storage::Store& store, Progress& progress, Options options);

    storage::AccountId account() const { return options_.account; }

    /// The account's folders, or the one called so, by its use or its name.
    /// Throws Failed, also when there is none.
    awaitable<std::vector<storage::Mailbox>> folders(std::string name);

    /// The next messages behind that uid; none at the end. Keeps the server from
    /// giving octets back for as long as reading them may take. Throws Failed.
    awaitable<std::vector<storage::Leaving>> after(storage::MailboxId mailbox, std::uint32_t uid);

    /// One message's octets. Null when it is to be left out, which was counted:
    /// it was deleted meanwhile, or is damaged. Throws Failed.
    awaitable<std::unique_ptr<storage::MessageReader>> open(storage::Leaving message);

    /// The server may give octets back again. To be called at the end.
    awaitable<void> release();

    /// The person wants it to end.
    bool stopping();

    /// Reading it failed half way: damaged, it is left out, and said to be. Throws
    /// Failed when it is not the message that failed.
    void leave_out(const storage::Leaving& message, boost::system::error_code error);

    void count(const storage::Leaving& message);
    void count_already() { ++tally_.already; }

    /// How many messages there are in all, and that one more was seen to.
    void expect(std::uint64_t messages) { expected_ += messages; }
    void show();
    void note(std::string_view line) { progress_.note(line); }

    const Tally& tally() const { return tally_; }

private:
    storage::Store& store_;
    Progress& progress_;
    Options options_;
    Tally tally_;
    std::uint64_t expected_ = 0;
    std::string holder_; // of the lease
    storage::Time leased_{};
};

} // namespace pillarbox::transfer
