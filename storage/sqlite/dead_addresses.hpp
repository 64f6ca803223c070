#pragma once

#include "storage/dead_addresses.hpp"
#include "storage/events.hpp"
#include "storage/queue.hpp"

namespace pillarbox::storage::sqlite {

struct Core;
class Database;

/// As those of storage/sqlite/access.hpp.
class SqliteDeadAddresses final : public DeadAddresses
{
public:
    explicit SqliteDeadAddresses(Core& core) : core_(core) {}

    awaitable<Result<std::optional<DeadAddress>>> find(std::string address) override;
    awaitable<Result<std::vector<DeadAddress>>> list(std::uint32_t least, Time since,
                                                     std::size_t most) override;
    awaitable<Result<void>> forget(std::string address, std::string by) override;

private:
    Core& core_;
};

/// Counts what an attempt says of its recipient, and writes down that it gets no more mail from
/// now on, or mail again; within the commit that settles it. `attempt` is what is told of
/// that; `after` as Settlement::suppress_after.
void note_life(Database& database, const Event& attempt, const Outcome& outcome, std::uint32_t after);

} // namespace pillarbox::storage::sqlite
