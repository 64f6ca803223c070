#include "storage/sqlite/reserve.hpp"

#include <fcntl.h>

namespace pillarbox::storage::sqlite {

void Reserve::make_room()
{
    // Shared memory and journal of the database, and what recovery writes.
    constexpr std::uint64_t least = 4ull * 1024 * 1024;
    std::error_code failed;
    const auto space = std::filesystem::space(file_.parent_path(), failed);
    if (!failed && space.available < least) ignore(files_.remove(file_));
}

void Reserve::release()
{
    const std::lock_guard lock(mutex_);
    if (held_ && !files_.remove(file_)) held_ = false;
}

void Reserve::restore(std::uint64_t free)
{
    const std::lock_guard lock(mutex_);
    if (!held_) {
        // A crash may have left one without its space.
        const auto file = files_.open(file_, O_RDWR);
        const auto size = file ? size_of(file->number()) : file.error();
        held_ = size && *size == octets;
    }
    if (held_ || free < 2 * octets) return;
    const auto file = files_.open(file_, O_RDWR | O_CREAT);
    if (!file) return;
    if (files_.allocate(file->number(), octets))
        ignore(files_.remove(file_));
    else
        held_ = true;
}

bool Reserve::held() const
{
    const std::lock_guard lock(mutex_);
    return held_;
}

} // namespace pillarbox::storage::sqlite
