#pragma once

#include "storage/sqlite/backup_folder.hpp"

namespace pillarbox::storage::sqlite {

/// A backup that was finished, for reading. Throws std::runtime_error when
/// there is none, or when its database is not what was written. `tick` hears
/// how far that check is. No backup into it can run meanwhile.
class FinishedBackup
{
public:
    FinishedBackup(Files& files, const std::filesystem::path& source, const Tick& tick);

    const BackupFolder& folder() const { return folder_; }
    const Manifest& manifest() const { return manifest_; }
    std::filesystem::path snapshot() const { return folder_.snapshot(manifest_.snapshot); }

private:
    BackupFolder folder_;
    Descriptor lock_;
    Manifest manifest_;
};

} // namespace pillarbox::storage::sqlite
