#pragma once

#include "storage/sqlite/database.hpp"

#include <span>

namespace pillarbox::storage::sqlite {

/// The steps from an empty database to today's: SQL scripts. The n-th leads to
/// schema version n. A step that was released is never changed.
std::span<const char* const> migrations();

/// The schema version of the database; 0 when it is empty.
int schema_version(Database& database);

/// Brings the database up to date, each step in a transaction of its own.
/// Throws std::runtime_error with a sentence when the database is newer than
/// `steps`, or when a step fails, which then leaves it as it was before.
void migrate(Database& database, std::span<const char* const> steps);

} // namespace pillarbox::storage::sqlite
