#include "server/transfer/folder_names.hpp"
#include "server/transfer/input.hpp"
#include "server/transfer/maildir_name.hpp"
#include "server/transfer/source.hpp"
#include "server/transfer/uid_list.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <tuple>
#include <vector>

namespace pillarbox::transfer {

namespace {

constexpr std::uint64_t largest_list = std::uint64_t{1} << 30; // octets of a file of unique ids
constexpr auto gone = "another program moved it meanwhile; run this again";

/// A message's file. With a million of them, their names are what is in memory.
struct File
{
    std::string name; // with "cur/" or "new/" before it
    std::uint64_t uid = UINT64_MAX;
    storage::Time delivered = storage::Time::max();
};

bool is_maildir(const std::filesystem::path& path)
{
    std::error_code error;
    return std::filesystem::is_directory(path / "cur", error);
}

std::string read_all(const std::filesystem::path& path)
{
    std::string text;
    auto input = Input::open(path, false);
    if (!input) return text;
    if (input->size() > largest_list) throw Failed(fmt::format("{}: too large for a list", path.string()));
    for (auto piece = input->read(); !piece.empty() && text.size() <= largest_list; piece = input->read())
        text += piece;
    return text;
}

/// What the folder's old server noted; Dovecot's list is the newer one where
/// somebody moved from Courier before.
UidList read_uids(const std::filesystem::path& folder)
{
    auto list = parse_dovecot_uidlist(read_all(folder / "dovecot-uidlist"));
    if (list.empty()) list = parse_courier_sizelist(read_all(folder / "courierpop3dsizelist"));
    return list;
}

void list_files(const std::filesystem::path& folder, const std::string& part, std::vector<File>& files)
{
    std::error_code error;
    for (std::filesystem::directory_iterator at(folder / part, error), end; !error && at != end;
         at.increment(error)) {
        auto name = at->path().filename().string();
        if (!name.starts_with('.')) files.push_back({.name = part + "/" + std::move(name)});
    }
    // A folder that has no new/ has no new messages.
    if (error && error != std::errc::no_such_file_or_directory)
        throw Failed(fmt::format("{}: {}", (folder / part).string(), error.message()));
}

std::string_view name_in_folder(const File& file)
{
    return std::string_view(file.name).substr(file.name.find('/') + 1);
}

/// All messages of a folder in the order in which its server showed them: those
/// it had not seen yet are the last.
std::vector<File> list_messages(const std::filesystem::path& folder, const UidList& uids)
{
    std::vector<File> files;
    list_files(folder, "cur", files);
    list_files(folder, "new", files);
    for (auto& file : files) {
        const auto name = parse_maildir_name(name_in_folder(file));
        file.delivered = name.delivered.value_or(storage::Time::max());
        if (const auto noted = uids.find(std::string(name.base)); noted != uids.end())
            file.uid = noted->second.uid;
    }
    std::ranges::sort(files, {}, [](const File& file) {
        return std::tuple(file.uid, file.delivered, name_in_folder(file));
    });
    return files;
}

awaitable<void> import_message(Importer& importer, Input input, Importer::About about)
{
    auto letter = importer.begin(Letter::Form::plain);
    for (auto piece = input.read(); !piece.empty(); piece = input.read()) {
        const auto stored = letter.append(piece);
        if (!stored)
            throw Failed(fmt::format("{}: {}; run this again: it goes on where it stopped", about.place,
                                     stored.error().message()));
    }
    co_await importer.take(std::move(letter), std::move(about));
}

awaitable<void> import_folder(Importer& importer, std::filesystem::path folder, storage::MailboxId mailbox)
{
    const auto uids = read_uids(folder);
    const auto files = list_messages(folder, uids);
    for (std::size_t at = 0; at < files.size() && !importer.stopping(); ++at) {
        const auto path = folder / files[at].name;
        auto input = Input::open(path, false);
        if (!input) {
            importer.skip(path.string(), gone);
            continue;
        }
        const auto name = parse_maildir_name(name_in_folder(files[at]));
        Importer::About about;
        about.mailbox = mailbox;
        about.flags = name.flags;
        about.place = path.string();
        // The time of the file is when the message came, as IMAP has it, unless
        // it was copied since: then its name is older.
        about.received = std::min(input->changed(), name.delivered.value_or(storage::Time::max()));
        if (const auto noted = uids.find(std::string(name.base)); noted != uids.end())
            about.unique_id = noted->second.unique_id;
        co_await import_message(importer, std::move(*input), std::move(about));
        importer.show(at + 1, files.size());
    }
}

/// The subfolders of a maildir, each with its name here.
std::vector<std::pair<std::string, std::filesystem::path>> list_folders(const std::filesystem::path& root)
{
    std::vector<std::pair<std::string, std::filesystem::path>> folders;
    std::error_code error;
    for (std::filesystem::directory_iterator at(root, error), end; !error && at != end; at.increment(error)) {
        const auto name = at->path().filename().string();
        if (name.size() > 1 && name.starts_with('.') && is_maildir(at->path()))
            folders.emplace_back(decode_folder(std::string_view(name).substr(1)), at->path());
    }
    if (error) throw Failed(fmt::format("{}: {}", root.string(), error.message()));
    std::ranges::sort(folders);
    return folders;
}

} // namespace

awaitable<void> import_maildir(Importer& importer, Source source)
{
    if (!is_maildir(source.path))
        throw Failed(
            fmt::format("{}: is no maildir, or may not be read: it has no folder cur", source.path.string()));
    std::vector<std::pair<std::string, std::filesystem::path>> folders;
    if (source.folder.empty()) folders = list_folders(source.path);
    folders.insert(folders.begin(), {source.folder.empty() ? "Inbox" : source.folder, source.path});
    for (const auto& [name, path] : folders) {
        if (importer.stopping()) break;
        const auto mailbox = co_await importer.folder(name);
        co_await import_folder(importer, path, mailbox);
    }
    co_await importer.settle();
}

} // namespace pillarbox::transfer
