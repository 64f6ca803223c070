#pragma once

#include "storage/maintenance.hpp"
#include "storage/sqlite/backup_folder.hpp"
#include "storage/sqlite/core.hpp"

namespace pillarbox::storage::sqlite {

/// restore() for `sqlite:`.
BackupSummary restore_sqlite(const Options& options, const std::filesystem::path& source,
                             const RestoreOptions& restore, Underneath underneath = {});

/// A backup that was finished, for reading. Throws std::runtime_error when
/// there is none, or when its database is not what was written. `tick` hears
/// how far that check is.
class FinishedBackup
{
public:
    FinishedBackup(Files& files, const std::filesystem::path& source, const Tick& tick);

    const BackupFolder& folder() const { return folder_; }
    const Manifest& manifest() const { return manifest_; }
    std::filesystem::path snapshot() const { return folder_.snapshot(manifest_.snapshot); }

private:
    BackupFolder folder_;
    Manifest manifest_;
};

/// Where a restore builds what it will put in place.
std::filesystem::path staging_of(const Layout& layout);

} // namespace pillarbox::storage::sqlite
