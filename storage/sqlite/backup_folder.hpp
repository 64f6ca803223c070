#pragma once

#include "storage/sqlite/files.hpp"
#include "storage/sqlite/manifest.hpp"

#include <filesystem>
#include <functional>
#include <string>

namespace pillarbox::storage::sqlite {

/// Octets copied or checked since the last call.
using Tick = std::function<void(std::uint64_t octets)>;

/// Where a backup is: its manifest, the folder of the snapshot that the
/// manifest names (the database and the keys), and the bodies of all snapshots
/// in segments/ and files/. Throws std::runtime_error.
class BackupFolder
{
public:
    BackupFolder(Files& files, std::filesystem::path directory);

    const std::filesystem::path& directory() const { return directory_; }
    std::filesystem::path manifest_file() const { return directory_ / manifest_name; }
    std::filesystem::path segments() const { return directory_ / "segments"; }
    std::filesystem::path bodies() const { return directory_ / "files"; }
    std::filesystem::path snapshot(const std::string& name) const { return directory_ / name; }

    /// Empty when there is none. Throws when it is damaged.
    std::optional<Manifest> read() const;

    /// From here on the manifest counts, whatever happens.
    void write(const Manifest& manifest);

private:
    Files& files_;
    std::filesystem::path directory_;
};

/// Copies a whole file, which must not be there yet, and syncs it.
ManifestFile copy_file(Files& files, const std::filesystem::path& from, const std::filesystem::path& to,
                       const Tick& tick);

/// Copies [from, to) to the same place of another file; what is zero there is
/// not written. The other file is cut at `from` before, and ends at `to`.
void copy_range(Files& files, int source, int target, std::uint64_t from, std::uint64_t to,
                const std::filesystem::path& path, const Tick& tick);

/// Its octets and their checksum.
ManifestFile measure(Files& files, const std::filesystem::path& file, const Tick& tick);

/// Throws with a sentence when there is an error.
void expect_done(const error_code& error, const std::string& doing, const std::filesystem::path& path);

} // namespace pillarbox::storage::sqlite
