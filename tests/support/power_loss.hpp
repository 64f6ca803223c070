#pragma once

#include "storage/sqlite/files.hpp"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <random>
#include <string>
#include <utility>
#include <vector>

namespace pillarbox::storage {

/// A disk whose power can go. It remembers what has not been synced yet: the
/// changes to each file, and the names that were given and taken. blackout()
/// leaves of these what a disk may: any of the changes, torn at sectors, and
/// names up to some moment, as a journalling file system does. What was synced
/// stays. Shared by PowerLossFiles and an SQLite file layer. Any thread.
class PowerLoss
{
public:
    /// Removed files wait in `graveyard` until their removal is durable; on
    /// the file system of the data, beside it.
    explicit PowerLoss(std::filesystem::path graveyard);

    /// The power goes with the n-th call from now on, counted from 1.
    void arm(std::size_t n);

    /// The power goes now: from here on every call fails.
    void cut();

    /// Whether it has gone.
    bool gone() const;

    /// Calls so far.
    std::size_t calls() const;

    /// Leaves in `directory` what the disk would have, and the power is back.
    /// Nobody may have a file of it open.
    void blackout(const std::filesystem::path& directory, std::mt19937& dice);

    // What the layers tell. Each returns false, and does nothing, when the
    // power has gone; a write that it goes with is done in part.

    using Call = std::function<bool()>; // whether it succeeded

    bool change(int file, std::uint64_t offset, std::uint64_t octets, const Call& call);
    bool resize(int file, std::uint64_t octets, const Call& call);
    bool change(const std::filesystem::path& file, std::uint64_t offset, std::uint64_t octets,
                const Call& call);
    bool resize(const std::filesystem::path& file, std::uint64_t octets, const Call& call);
    bool sync(int file);
    bool sync(const std::filesystem::path& file);
    bool make(const std::filesystem::path& file, const Call& call);
    bool rename(const std::filesystem::path& from, const std::filesystem::path& to, const Call& call);
    bool link(const std::filesystem::path& name, const Call& call);
    bool remove(const std::filesystem::path& file, const Call& call);
    bool sync_directory(const std::filesystem::path& directory);

private:
    using Inode = std::pair<std::uint64_t, std::uint64_t>; // device, number

    /// A change to what is in a file.
    struct Change
    {
        std::uint64_t offset = 0;
        std::string before; // shorter at the end of the file
        std::string after;
        std::uint64_t size_before = 0;
        std::uint64_t size_after = 0;
    };

    /// A name that was given or taken.
    struct Naming
    {
        std::filesystem::path from;   // empty: the name is new
        std::filesystem::path to;     // empty: the name was taken
        std::filesystem::path buried; // what had the name before; empty: nothing
    };

    bool power_for_one_call();
    bool record(int file, std::uint64_t offset, std::uint64_t octets, const Call& call);
    bool cut_short(int file, std::uint64_t octets, const Call& call);
    bool forget(int file);
    std::filesystem::path bury(const std::filesystem::path& file);
    void settle(const Naming& naming);
    static void undo(const Naming& naming);
    static void restore(const std::filesystem::path& file, const std::vector<Change>& changes,
                        std::mt19937& dice);

    const std::filesystem::path graveyard_;
    mutable std::mutex mutex_; // guards what follows
    std::size_t left_ = 0;     // calls until the power goes; 0: it stays
    std::size_t calls_ = 0;
    bool gone_ = false;
    std::uint64_t graves_ = 0;
    std::map<Inode, std::vector<Change>> changes_;
    std::vector<Naming> namings_;
};

/// Body files on such a disk.
class PowerLossFiles : public sqlite::Files
{
public:
    explicit PowerLossFiles(std::shared_ptr<PowerLoss> disk) : disk_(std::move(disk)) {}

    boost::system::result<sqlite::Descriptor> open(const std::filesystem::path& path, int flags) override;
    sqlite::error_code write(int file, std::span<iovec> parts, std::uint64_t offset) override;
    void begin_sync(int file, std::uint64_t offset, std::uint64_t octets) override;
    sqlite::error_code sync(int file) override;
    sqlite::error_code sync_directory(const std::filesystem::path& directory) override;
    sqlite::error_code rename(const std::filesystem::path& from, const std::filesystem::path& to) override;
    sqlite::error_code link(const std::filesystem::path& file, const std::filesystem::path& name) override;
    sqlite::error_code remove(const std::filesystem::path& path) override;
    sqlite::error_code truncate(int file, std::uint64_t octets) override;
    sqlite::error_code allocate(int file, std::uint64_t octets) override;
    sqlite::error_code punch(int file, std::uint64_t offset, std::uint64_t octets) override;

private:
    std::shared_ptr<PowerLoss> disk_;
};

/// SQLite's files on such a disk, for databases opened with the name it
/// returns. One disk at a time.
const char* register_power_loss_vfs(std::shared_ptr<PowerLoss> disk);

} // namespace pillarbox::storage
