#pragma once

#include "storage/devices.hpp"
#include "storage/sqlite/database.hpp"

#include <cstddef>
#include <map>
#include <mutex>
#include <string>
#include <tuple>
#include <vector>

namespace pillarbox::storage::sqlite {

struct Core;

/// Visits that nobody waits for, gathered until the next upkeep, so that a
/// program that polls every minute costs no commits. When they are lost, a
/// device seems to have been here a little earlier, and to have a little less.
class Visits
{
public:
    /// Of a device in a mailbox the last sign-in stands for all, with what any
    /// of them fetched. Returns how many messages have been gathered.
    std::size_t add(Visit visit);

    std::vector<Visit> take();
    std::vector<Visit> take(AccountId account);

private:
    using Key = std::tuple<AccountId, std::string, MailboxId>;

    std::mutex mutex_;
    std::map<Key, Visit> visits_;
    std::size_t fetched_ = 0;
};

/// Work for the writer: writes them down, and reports what could not be.
struct WriteVisits
{
    Core& core;
    std::vector<Visit> visits;

    Result<void> operator()(Database& database);
    void settle(bool committed);
};

} // namespace pillarbox::storage::sqlite
