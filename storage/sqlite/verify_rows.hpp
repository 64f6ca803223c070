#pragma once

#include "storage/sqlite/findings.hpp"

namespace pillarbox::storage::sqlite {

/// Asks SQLite whether the file is sound, and then holds every row against
/// those that it must agree with. In one snapshot.
void check_database(Database& database, const std::filesystem::path& file, Findings& findings);

} // namespace pillarbox::storage::sqlite
