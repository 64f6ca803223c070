#pragma once

#include "storage/sqlite/core.hpp"
#include "storage/sqlite/findings.hpp"
#include "storage/sqlite/quarantine.hpp"

#include <functional>
#include <string_view>

namespace pillarbox::storage::sqlite {

/// Hears what a repair did, one sentence each; may be empty.
using Repaired = std::function<void(std::string_view)>;

/// Mends what a verification found, on a store nobody else uses: copies what is
/// damaged into quarantine/, then changes all rows in one transaction, then
/// clears the files. Interrupted, it can be run again. Throws
/// std::runtime_error.
void repair(const Layout& layout, Files& files, const Damage& damage, const Repaired& repaired);

// In the transaction of its caller.

/// Moves one copy out of sight. `reason` is for people.
void shelve(Database& database, std::int64_t msg, std::string_view reason);

/// Sets right what rows say of each other: places, counters, numbers that go on.
void mend_rows(Database& database, const Repaired& repaired);

} // namespace pillarbox::storage::sqlite
