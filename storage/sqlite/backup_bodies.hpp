#pragma once

#include "storage/sqlite/backup_folder.hpp"
#include "storage/sqlite/core.hpp"

#include <map>

namespace pillarbox::storage::sqlite {

/// Up to where a segment's copy is known to be on the disk, by its number.
using Extents = std::map<std::int64_t, std::uint64_t>;

struct CopiedBodies
{
    std::uint64_t copied = 0;  // octets
    std::uint64_t damaged = 0; // bodies
};

/// Brings the backup's segments and files up to what `snapshot` refers to:
/// segments only grow, so what is there already is left as it is. Reads what it
/// has copied once more and counts bodies that fail their checksum. After
/// note_places() on the snapshot.
CopiedBodies copy_bodies(const Layout& layout, Files& files, const BackupFolder& folder, Database& snapshot,
                         const Extents& known, const Tick& tick);

/// Removes what the snapshot does not need; returns how many files went.
std::uint64_t drop_unneeded(Files& files, const BackupFolder& folder, Database& snapshot);

} // namespace pillarbox::storage::sqlite
