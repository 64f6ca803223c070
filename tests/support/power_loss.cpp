#include "tests/support/power_loss.hpp"

#include <algorithm>
#include <cerrno>
#include <iterator>
#include <set>
#include <system_error>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace pillarbox::storage {
namespace {

constexpr std::size_t sector = 512; // what a disk writes whole or not at all

using sqlite::Descriptor;

/// For what the test itself does to the disk: it cannot go on without.
void expect(bool done, const std::string& what)
{
    if (!done) throw std::system_error(errno, std::generic_category(), what);
}

struct stat about(int file)
{
    struct stat answer{};
    expect(::fstat(file, &answer) == 0, "stat");
    return answer;
}

std::uint64_t size_of(int file)
{
    return static_cast<std::uint64_t>(about(file).st_size);
}

std::string read(int file, std::uint64_t offset, std::uint64_t octets)
{
    std::string room(octets, '\0');
    const auto done = sqlite::read_at(file, room, offset);
    expect(done.has_value(), "read");
    room.resize(*done);
    return room;
}

void write(int file, std::string_view octets, std::uint64_t offset)
{
    const auto done = ::pwrite(file, octets.data(), octets.size(), static_cast<off_t>(offset));
    expect(done == static_cast<ssize_t>(octets.size()), "write");
}

void resize(int file, std::uint64_t octets)
{
    expect(::ftruncate(file, static_cast<off_t>(octets)) == 0, "truncate");
}

Descriptor open_again(const std::filesystem::path& file)
{
    Descriptor opened(::open(file.c_str(), O_RDWR | O_CLOEXEC | O_NOFOLLOW));
    expect(bool(opened), "open " + file.string());
    return opened;
}

} // namespace

PowerLoss::PowerLoss(std::filesystem::path graveyard) : graveyard_(std::move(graveyard))
{
    std::filesystem::create_directories(graveyard_);
}

void PowerLoss::arm(std::size_t n)
{
    const std::lock_guard lock(mutex_);
    left_ = n;
}

void PowerLoss::cut()
{
    const std::lock_guard lock(mutex_);
    gone_ = true;
}

bool PowerLoss::gone() const
{
    const std::lock_guard lock(mutex_);
    return gone_;
}

std::size_t PowerLoss::calls() const
{
    const std::lock_guard lock(mutex_);
    return calls_;
}

bool PowerLoss::power_for_one_call()
{
    ++calls_;
    if (left_ > 0 && --left_ == 0) gone_ = true;
    return !gone_;
}

bool PowerLoss::record(int file, std::uint64_t offset, std::uint64_t octets, const Call& call)
{
    if (gone_) return false;
    // The change that the power goes with reaches the disk or not, as any
    // other that was not synced.
    const bool power = power_for_one_call();
    Change change{.offset = offset,
                  .before = read(file, offset, octets),
                  .after = {},
                  .size_before = size_of(file),
                  .size_after = 0};
    const bool done = call();
    change.after = read(file, offset, octets);
    change.size_after = size_of(file);
    const auto inode = about(file);
    changes_[{inode.st_dev, inode.st_ino}].push_back(std::move(change));
    return done && power;
}

/// What lies behind the new end may come back.
bool PowerLoss::cut_short(int file, std::uint64_t octets, const Call& call)
{
    const auto size = size_of(file);
    return record(file, octets, size > octets ? size - octets : 0, call);
}

bool PowerLoss::change(int file, std::uint64_t offset, std::uint64_t octets, const Call& call)
{
    const std::lock_guard lock(mutex_);
    return record(file, offset, octets, call);
}

bool PowerLoss::change(const std::filesystem::path& file, std::uint64_t offset, std::uint64_t octets,
                       const Call& call)
{
    const std::lock_guard lock(mutex_);
    return record(open_again(file).number(), offset, octets, call);
}

bool PowerLoss::resize(int file, std::uint64_t octets, const Call& call)
{
    const std::lock_guard lock(mutex_);
    return cut_short(file, octets, call);
}

bool PowerLoss::resize(const std::filesystem::path& file, std::uint64_t octets, const Call& call)
{
    const std::lock_guard lock(mutex_);
    return cut_short(open_again(file).number(), octets, call);
}

bool PowerLoss::forget(int file)
{
    const auto inode = about(file);
    if (gone_ || !power_for_one_call()) return false;
    changes_.erase({inode.st_dev, inode.st_ino});
    return true;
}

bool PowerLoss::sync(int file)
{
    const std::lock_guard lock(mutex_);
    return forget(file);
}

bool PowerLoss::sync(const std::filesystem::path& file)
{
    const std::lock_guard lock(mutex_);
    return forget(open_again(file).number());
}

bool PowerLoss::make(const std::filesystem::path& file, const Call& call)
{
    const std::lock_guard lock(mutex_);
    if (gone_ || !power_for_one_call()) return false;
    const bool done = call();
    if (done) namings_.push_back({.from = {}, .to = file, .buried = {}});
    return done;
}

bool PowerLoss::link(const std::filesystem::path& name, const Call& call)
{
    return make(name, call); // a new name, all the same
}

std::filesystem::path PowerLoss::bury(const std::filesystem::path& file)
{
    const auto grave = graveyard_ / std::to_string(++graves_);
    if (::link(file.c_str(), grave.c_str()) == 0) return grave;
    expect(errno == ENOENT, "bury " + file.string());
    return {};
}

bool PowerLoss::rename(const std::filesystem::path& from, const std::filesystem::path& to, const Call& call)
{
    const std::lock_guard lock(mutex_);
    if (gone_ || !power_for_one_call()) return false;
    Naming naming{.from = from, .to = to, .buried = bury(to)};
    const bool done = call();
    if (done)
        namings_.push_back(std::move(naming));
    else
        settle(naming);
    return done;
}

bool PowerLoss::remove(const std::filesystem::path& file, const Call& call)
{
    const std::lock_guard lock(mutex_);
    if (gone_ || !power_for_one_call()) return false;
    Naming naming{.from = file, .to = {}, .buried = bury(file)};
    const bool done = call();
    if (done && !naming.buried.empty())
        namings_.push_back(std::move(naming));
    else
        settle(naming);
    return done;
}

bool PowerLoss::sync_directory(const std::filesystem::path& directory)
{
    const std::lock_guard lock(mutex_);
    if (gone_ || !power_for_one_call()) return false;
    // With a name's change become durable those before it that led to it.
    std::set<std::filesystem::path> led;
    std::vector<Naming> left;
    for (auto naming = namings_.rbegin(); naming != namings_.rend(); ++naming) {
        if (naming->from.parent_path() != directory && naming->to.parent_path() != directory &&
            !led.contains(naming->to)) {
            left.push_back(std::move(*naming));
            continue;
        }
        if (!naming->from.empty()) led.insert(naming->from);
        settle(*naming);
    }
    namings_.assign(std::move_iterator(left.rbegin()), std::move_iterator(left.rend()));
    return true;
}

/// What had the name before is gone for good.
void PowerLoss::settle(const Naming& naming)
{
    if (naming.buried.empty()) return;
    const auto file = open_again(naming.buried);
    const auto inode = about(file.number());
    expect(::unlink(naming.buried.c_str()) == 0, "unlink");
    if (inode.st_nlink == 1) changes_.erase({inode.st_dev, inode.st_ino}); // its number may be given again
}

void PowerLoss::undo(const Naming& naming)
{
    if (naming.from.empty()) {
        expect(::unlink(naming.to.c_str()) == 0, "unlink " + naming.to.string());
        return;
    }
    if (!naming.to.empty())
        expect(::rename(naming.to.c_str(), naming.from.c_str()) == 0, "rename " + naming.to.string());
    const auto& name = naming.to.empty() ? naming.from : naming.to;
    if (!naming.buried.empty())
        expect(::rename(naming.buried.c_str(), name.c_str()) == 0, "dig up " + name.string());
}

void PowerLoss::restore(const std::filesystem::path& path, const std::vector<Change>& changes,
                        std::mt19937& dice)
{
    const auto opened = open_again(path);
    const int file = opened.number();
    for (auto change = changes.rbegin(); change != changes.rend(); ++change) {
        storage::resize(file, change->size_before);
        storage::write(file, change->before, change->offset);
    }
    for (const auto& change : changes) {
        const auto fate = dice() % 4;
        if (fate == 0) continue; // none of it
        const bool torn = fate == 1 && change.after.size() > sector;
        const bool resized = change.size_after < change.size_before;
        if (resized) storage::resize(file, change.size_after);
        for (std::size_t at = 0; at < change.after.size();) {
            // Sectors lie where the disk has them, wherever the write begins.
            const auto end = std::min<std::size_t>(
                change.after.size(), at + sector - static_cast<std::size_t>((change.offset + at) % sector));
            if (!torn || dice() % 2 == 0)
                storage::write(file, std::string_view(change.after).substr(at, end - at), change.offset + at);
            at = end;
        }
        if (!torn && size_of(file) < change.size_after) storage::resize(file, change.size_after);
    }
}

void PowerLoss::blackout(const std::filesystem::path& directory, std::mt19937& dice)
{
    const std::lock_guard lock(mutex_);
    const std::size_t kept = dice() % (namings_.size() + 1);
    for (std::size_t i = namings_.size(); i > kept; --i)
        undo(namings_[i - 1]);
    namings_.clear();
    for (const auto& entry : std::filesystem::recursive_directory_iterator(directory)) {
        if (!entry.is_regular_file()) continue;
        if (entry.path().string().ends_with("-shm")) { // is memory
            std::filesystem::remove(entry.path());
            continue;
        }
        struct stat answer{};
        expect(::stat(entry.path().c_str(), &answer) == 0, "stat " + entry.path().string());
        const auto found = changes_.find({answer.st_dev, answer.st_ino});
        if (found != changes_.end()) restore(entry.path(), found->second, dice);
    }
    changes_.clear();
    for (const auto& entry : std::filesystem::directory_iterator(graveyard_))
        std::filesystem::remove(entry.path());
    gone_ = false;
    left_ = 0;
}

} // namespace pillarbox::storage
