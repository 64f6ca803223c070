#pragma once

#include "storage/maintenance.hpp"
#include "storage/sqlite/core.hpp"

namespace pillarbox::storage::sqlite {

/// restore() for `sqlite:`.
BackupSummary restore_sqlite(const Options& options, const std::filesystem::path& source,
                             const RestoreOptions& restore, Underneath underneath = {});

/// Where a restore builds what it will put in place.
std::filesystem::path staging_of(const Layout& layout);

} // namespace pillarbox::storage::sqlite
