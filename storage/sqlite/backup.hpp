#pragma once

#include "storage/maintenance.hpp"
#include "storage/sqlite/core.hpp"

namespace pillarbox::storage::sqlite {

/// backup() for `sqlite:`.
BackupSummary backup_sqlite(const Options& options, const std::filesystem::path& destination,
                            const OnProgress& progress, Underneath underneath = {});

} // namespace pillarbox::storage::sqlite
