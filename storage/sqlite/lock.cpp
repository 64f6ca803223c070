#include "storage/sqlite/lock.hpp"

#include <stdexcept>
#include <thread>

#include <fcntl.h>
#include <sys/file.h>

namespace pillarbox::storage::sqlite {

using namespace std::chrono_literals;

Descriptor take_lock(Files& files, const std::filesystem::path& path, std::chrono::milliseconds patience)
{
    auto file = files.open(path, O_RDWR | O_CREAT);
    if (!file)
        throw std::runtime_error("cannot open '" + path.string() + "': " + file.error().message() + "; " +
                                 what_to_do(file.error()));
    const auto until = std::chrono::steady_clock::now() + patience;
    while (::flock(file->number(), LOCK_EX | LOCK_NB) != 0) {
        if (std::chrono::steady_clock::now() >= until) return {};
        std::this_thread::sleep_for(20ms); // flock has no deadline of its own
    }
    return std::move(*file);
}

} // namespace pillarbox::storage::sqlite
