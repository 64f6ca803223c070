#include "storage/sqlite/quarantine.hpp"

#include <algorithm>
#include <stdexcept>

#include <fcntl.h>

namespace pillarbox::storage::sqlite {
namespace {

void expect(const error_code& error, const std::filesystem::path& path)
{
    if (error)
        throw std::runtime_error("cannot put '" + path.string() + "' into quarantine: " + error.message() +
                                 "; nothing of the mail store was changed for it");
}

} // namespace

QuarantineFolder::QuarantineFolder(Files& files, const std::filesystem::path& directory)
    : files_(files), directory_(directory)
{
    ensure_directory(directory_);
}

std::filesystem::path QuarantineFolder::free_path(const std::string& name) const
{
    auto path = directory_ / name;
    for (int number = 2; std::filesystem::exists(path); ++number)
        path = directory_ / (std::to_string(number) + "-" + name);
    return path;
}

std::filesystem::path QuarantineFolder::save(const std::string& name, std::string_view octets)
{
    const auto path = free_path(name);
    const auto file = files_.open(path, O_RDWR | O_CREAT | O_EXCL);
    if (!file) expect(file.error(), path);
    iovec part{const_cast<char*>(octets.data()), octets.size()};
    if (!octets.empty()) expect(files_.write(file->number(), {&part, 1}, 0), path);
    expect(files_.sync(file->number()), path);
    return path;
}

std::filesystem::path QuarantineFolder::save(const std::string& name, const std::filesystem::path& from,
                                             std::uint64_t offset, std::uint64_t octets)
{
    const auto path = free_path(name);
    const auto file = files_.open(path, O_RDWR | O_CREAT | O_EXCL);
    if (!file) expect(file.error(), path);
    const auto source = files_.open(from, O_RDONLY);
    std::string piece(piece_octets, '\0');
    for (std::uint64_t done = 0; source && done < octets;) {
        const auto wanted = static_cast<std::size_t>(std::min<std::uint64_t>(piece.size(), octets - done));
        const auto read = read_at(source->number(), std::span(piece).first(wanted), offset + done);
        if (!read || *read == 0) break; // the rest is gone
        iovec part{piece.data(), *read};
        expect(files_.write(file->number(), {&part, 1}, done), path);
        done += *read;
    }
    expect(files_.sync(file->number()), path);
    return path;
}

std::filesystem::path QuarantineFolder::take(const std::filesystem::path& file)
{
    const auto path = free_path(file.parent_path().filename().string() + "-" + file.filename().string());
    expect(files_.rename(file, path), file);
    expect(files_.sync_directory(file.parent_path()), file);
    return path;
}

void QuarantineFolder::sync()
{
    expect(files_.sync_directory(directory_), directory_);
}

} // namespace pillarbox::storage::sqlite
