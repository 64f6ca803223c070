#include "storage/sqlite/spool.hpp"

#include "storage/sqlite/checksum.hpp"

#include <algorithm>
#include <atomic>

#include <fcntl.h>
#include <unistd.h>

namespace pillarbox::storage::sqlite {
namespace {

constexpr std::uint64_t sync_step = 4ull * 1024 * 1024;

/// A name that no other spool has, in this process or another.
std::string next_name()
{
    static std::atomic<std::uint64_t> last = 0;
    return std::to_string(::getpid()) + "-" + std::to_string(++last);
}

} // namespace

FileSpool::~FileSpool()
{
    // What cannot be removed now is at the next start.
    if (owned_) ignore(files_.remove(path_));
}

Result<void> FileSpool::append(std::string_view octets)
{
    if (failed_) return failed_;
    if (!in_file() && memory_.size() + octets.size() <= spool_memory) {
        memory_.append(octets);
    } else if (const auto error = write(octets)) {
        failed_ = make_error_code(no_space(error) ? Errc::out_of_space : Errc::unavailable);
        return failed_;
    }
    size_ += octets.size();
    checksum_ = sqlite::checksum(octets, checksum_);
    return boost::system::in_place_value;
}

error_code FileSpool::write(std::string_view octets)
{
    if (!in_file()) {
        path_ = directory_ / next_name();
        auto file = files_.open(path_, O_RDWR | O_CREAT | O_EXCL);
        if (!file) return file.error();
        descriptor_ = std::move(*file);
        owned_ = true;
        iovec all{memory_.data(), memory_.size()};
        if (const auto error = files_.write(descriptor_.number(), {&all, 1}, 0)) return error;
        memory_ = {}; // gives its memory back
    }
    iovec part{const_cast<char*>(octets.data()), octets.size()};
    if (const auto error = files_.write(descriptor_.number(), {&part, 1}, size_)) return error;
    // A large message must not hold up the group it is synced with.
    if (const auto end = size_ + octets.size(); end - sync_begun_ >= sync_step) {
        files_.begin_sync(descriptor_.number(), sync_begun_, end - sync_begun_);
        sync_begun_ = end;
    }
    return {};
}

Result<std::string> FileSpool::read(std::uint64_t offset, std::size_t length) const
{
    if (offset >= size_) return std::string();
    length = static_cast<std::size_t>(std::min<std::uint64_t>(length, size_ - offset));
    if (!in_file()) return memory_.substr(static_cast<std::size_t>(offset), length);
    std::string octets(length, '\0');
    const auto read = read_at(descriptor_.number(), octets, offset);
    if (!read || *read != length) return make_error_code(Errc::not_found);
    return octets;
}

} // namespace pillarbox::storage::sqlite
