#pragma once

#include "storage/sqlite/backup_folder.hpp"
#include "storage/sqlite/core.hpp"
#include "storage/sqlite/findings.hpp"

namespace pillarbox::storage::sqlite {

/// Copies the bodies that `snapshot` refers to from a backup into a store's
/// directories, only those, and checks each one on its way. Damaged ones are
/// copied as they are and found. After note_places(). Returns the octets copied.
std::uint64_t restore_bodies(const BackupFolder& folder, const Layout& layout, Files& files,
                             Database& snapshot, Findings& findings, const Tick& tick);

} // namespace pillarbox::storage::sqlite
