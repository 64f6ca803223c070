#pragma once

#include "storage/sqlite/core.hpp"

#include <span>

namespace pillarbox::storage::sqlite {

/// Brings the database of a version before `steps` up to date on a copy, checks
/// the copy against the original, and switches. The original stays, as
/// `mail.db.vN`. An empty database is left to migrate(). Nobody else may have
/// it open; the data directory's lock is held.
///
/// Whenever it is interrupted there is one whole `mail.db`, the old or the new
/// one. Throws std::runtime_error with a sentence when it cannot be done, and
/// then everything is as it was. `free`: octets that there is room for.
void upgrade(Core& core, std::span<const char* const> steps, std::uint64_t free);

} // namespace pillarbox::storage::sqlite
