#include "storage/sqlite/backup_folder.hpp"

#include "storage/sqlite/checksum.hpp"

#include <algorithm>
#include <stdexcept>

#include <fcntl.h>

namespace pillarbox::storage::sqlite {
namespace {

constexpr std::size_t longest_manifest = 1024ul * 1024;

void write_all(Files& files, int file, std::string_view octets, std::uint64_t offset,
               const std::filesystem::path& path)
{
    iovec part{const_cast<char*>(octets.data()), octets.size()};
    expect_done(files.write(file, {&part, 1}, offset), "write", path);
}

Descriptor open_file(Files& files, const std::filesystem::path& path, int flags)
{
    auto file = files.open(path, flags);
    if (!file) expect_done(file.error(), "open", path);
    return std::move(*file);
}

} // namespace

void expect_done(const error_code& error, const std::string& doing, const std::filesystem::path& path)
{
    if (error) throw std::runtime_error("cannot " + doing + " '" + path.string() + "': " + error.message());
}

BackupFolder::BackupFolder(Files& files, std::filesystem::path directory)
    : files_(files), directory_(std::move(directory))
{}

std::optional<Manifest> BackupFolder::read() const
{
    const auto file = files_.open(manifest_file(), O_RDONLY);
    if (!file && file.error() == boost::system::errc::no_such_file_or_directory) return std::nullopt;
    if (!file) expect_done(file.error(), "read", manifest_file());
    std::string text(longest_manifest, '\0');
    const auto octets = read_at(file->number(), text, 0);
    if (!octets) expect_done(octets.error(), "read", manifest_file());
    auto manifest = parse_manifest(std::string_view(text).substr(0, *octets));
    if (!manifest)
        throw std::runtime_error("'" + manifest_file().string() +
                                 "' is damaged, or is none; use another backup");
    return manifest;
}

void BackupFolder::write(const Manifest& manifest)
{
    const auto text = write_manifest(manifest);
    const auto path = directory_ / (std::string(manifest_name) + ".new");
    {
        const auto file = open_file(files_, path, O_RDWR | O_CREAT | O_TRUNC);
        write_all(files_, file.number(), text, 0, path);
        expect_done(files_.sync(file.number()), "sync", path);
    }
    expect_done(files_.rename(path, manifest_file()), "replace", manifest_file());
    expect_done(files_.sync_directory(directory_), "sync", directory_);
}

ManifestFile copy_file(Files& files, const std::filesystem::path& from, const std::filesystem::path& to,
                       const Tick& tick)
{
    const auto source = open_file(files, from, O_RDONLY);
    const auto target = open_file(files, to, O_RDWR | O_CREAT | O_EXCL);
    ManifestFile copied{.name = to.filename().string()};
    std::string piece(piece_octets, '\0');
    while (true) {
        const auto octets = read_at(source.number(), piece, copied.octets);
        if (!octets) expect_done(octets.error(), "read", from);
        if (*octets == 0) break;
        const auto read = std::string_view(piece).substr(0, *octets);
        write_all(files, target.number(), read, copied.octets, to);
        copied.checksum = checksum(read, copied.checksum);
        copied.octets += *octets;
        if (tick) tick(*octets);
    }
    expect_done(files.sync(target.number()), "sync", to);
    return copied;
}

void copy_range(Files& files, int source, int target, std::uint64_t from, std::uint64_t to,
                const std::filesystem::path& path, const Tick& tick)
{
    expect_done(files.truncate(target, from), "cut", path);
    std::string piece(piece_octets, '\0');
    for (auto at = from; at < to;) {
        const auto wanted = static_cast<std::size_t>(std::min<std::uint64_t>(piece.size(), to - at));
        const auto octets = read_at(source, std::span(piece).first(wanted), at);
        if (!octets) expect_done(octets.error(), "read", path);
        if (*octets == 0) break; // it is too short: what is missing stays zero
        const auto read = std::string_view(piece).substr(0, *octets);
        if (read.find_first_not_of('\0') != std::string_view::npos) write_all(files, target, read, at, path);
        at += *octets;
        if (tick) tick(*octets);
    }
    expect_done(files.truncate(target, to), "lengthen", path);
    expect_done(files.sync(target), "sync", path);
}

ManifestFile measure(Files& files, const std::filesystem::path& path, const Tick& tick)
{
    const auto file = open_file(files, path, O_RDONLY);
    ManifestFile measured{.name = path.filename().string()};
    std::string piece(piece_octets, '\0');
    while (true) {
        const auto octets = read_at(file.number(), piece, measured.octets);
        if (!octets) expect_done(octets.error(), "read", path);
        if (*octets == 0) return measured;
        measured.checksum = checksum(std::string_view(piece).substr(0, *octets), measured.checksum);
        measured.octets += *octets;
        if (tick) tick(*octets);
    }
}

} // namespace pillarbox::storage::sqlite
