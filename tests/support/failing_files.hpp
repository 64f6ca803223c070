#pragma once

#include "storage/sqlite/files.hpp"

#include <cstddef>
#include <memory>
#include <mutex>
#include <set>
#include <string>

namespace pillarbox::storage {

/// Decides which call to the disk fails, and knows what was not synced yet.
/// Shared by FailingFiles and the SQLite file layer `vfs_name`. Any thread.
class Faults
{
public:
    /// The n-th call from now on fails with `error`, counted from 1; with
    /// `for_good` all later ones too.
    void arm(std::size_t n, int error, bool for_good);

    /// Nothing fails any more. Returns whether something did.
    bool disarm();

    /// Calls since arm().
    std::size_t calls() const;

    /// The error for this call; 0: let it through.
    int next();

    void wrote(const std::string& path);
    void synced(const std::string& path);

    /// Files and directories whose last change a power cut could undo.
    std::set<std::string> unsynced() const;

private:
    mutable std::mutex mutex_;
    std::size_t left_ = 0; // calls until the one that fails; 0: none
    std::size_t calls_ = 0;
    int error_ = 0;
    bool for_good_ = false;
    bool failing_ = false;
    bool failed_ = false;
    std::set<std::string> unsynced_;
};

/// Body files whose calls fail as Faults says.
class FailingFiles final : public sqlite::Files
{
public:
    explicit FailingFiles(std::shared_ptr<Faults> faults) : faults_(std::move(faults)) {}

    boost::system::result<sqlite::Descriptor> open(const std::filesystem::path& path, int flags) override;
    sqlite::error_code write(int file, std::span<iovec> parts, std::uint64_t offset) override;
    sqlite::error_code sync(int file) override;
    sqlite::error_code sync_directory(const std::filesystem::path& directory) override;
    sqlite::error_code rename(const std::filesystem::path& from, const std::filesystem::path& to) override;
    sqlite::error_code link(const std::filesystem::path& file, const std::filesystem::path& name) override;
    sqlite::error_code remove(const std::filesystem::path& path) override;
    sqlite::error_code truncate(int file, std::uint64_t octets) override;
    sqlite::error_code allocate(int file, std::uint64_t octets) override;
    sqlite::error_code punch(int file, std::uint64_t offset, std::uint64_t octets) override;

private:
    std::shared_ptr<Faults> faults_;
};

/// Makes SQLite's file layer fail as `faults` says, for databases opened with
/// the name it returns. One at a time.
const char* register_failing_vfs(std::shared_ptr<Faults> faults);

} // namespace pillarbox::storage
