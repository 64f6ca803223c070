#include "server/base/ascii.hpp"
#include "server/transfer/folder_names.hpp"
#include "server/transfer/line_ends.hpp"
#include "server/transfer/maildir_name.hpp"
#include "server/transfer/output.hpp"
#include "server/transfer/target.hpp"

#include <boost/unordered/unordered_flat_map.hpp>

#include <fmt/format.h>

#include <cstdint>

namespace pillarbox::transfer {

namespace {

/// Messages that an earlier run wrote, and when each was received: both are in
/// its name, and together they are no other message's.
using Written = boost::unordered_flat_map<std::int64_t, std::int64_t>;

constexpr std::string_view mark = ".pillarbox,";

void list_written(const std::filesystem::path& directory, Written& written)
{
    std::error_code error;
    for (std::filesystem::directory_iterator at(directory, error), end; !error && at != end;
         at.increment(error)) {
        const auto name = at->path().filename().string();
        auto base = parse_maildir_name(name).base;
        const auto end_of_id = base.find(mark);
        if (end_of_id == std::string_view::npos) continue;
        base = base.substr(0, end_of_id);
        const auto received = ascii::parse_number<std::uint64_t>(ascii::take_until(base, '.'));
        const auto id = ascii::parse_number<std::uint64_t>(base);
        if (received && id)
            written.emplace(static_cast<std::int64_t>(*id), static_cast<std::int64_t>(*received));
    }
    if (error) throw Failed(fmt::format("{}: {}", directory.string(), error.message()));
}

/// One folder: a directory with cur, new and tmp.
class Folder
{
public:
    explicit Folder(std::filesystem::path path) : path_(std::move(path))
    {
        ensure_directory(path_);
        for (const auto* part : {"cur", "new", "tmp"})
            ensure_directory(path_ / part);
        // A client may have moved nothing to new/, but other programs do.
        list_written(path_ / "cur", written_);
        list_written(path_ / "new", written_);
    }

    bool has(const storage::Leaving& message) const
    {
        const auto found = written_.find(static_cast<std::int64_t>(message.id));
        return found != written_.end() && found->second == message.received.time_since_epoch().count();
    }

    std::filesystem::path temporary(const storage::Leaving& message) const
    {
        return path_ / "tmp" / std::to_string(static_cast<std::int64_t>(message.id));
    }

    std::filesystem::path final_name(const storage::Leaving& message, std::uint64_t octets) const
    {
        return path_ / "cur" /
               (maildir_base(message.id, message.received, octets) + maildir_flags(message.flags));
    }

    void sync() const { sync_directory(path_ / "cur"); }

private:
    std::filesystem::path path_;
    Written written_;
};

/// Writes it into tmp/, and then into cur/ once it is on the disk.
awaitable<void> write_message(Exporter& exporter, storage::Leaving message, const Folder& folder)
{
    const auto reader = co_await exporter.open(message);
    if (!reader) co_return;
    const auto temporary = folder.temporary(message);
    Output output(temporary, 0);
    ToFile line_ends;
    std::string text;
    while (true) {
        const auto piece = co_await reader->next();
        if (!piece) {
            exporter.leave_out(message, piece.error());
            std::filesystem::remove(temporary);
            co_return;
        }
        if (piece->empty()) break;
        line_ends.append(*piece, text);
        output.write(text);
        text.clear();
    }
    line_ends.finish(text);
    output.write(text);
    output.sync();
    output.set_time(message.received);
    rename_new(temporary, folder.final_name(message, output.octets()));
    exporter.count(message);
}

awaitable<void> write_folder(Exporter& exporter, storage::MailboxId mailbox, std::filesystem::path path)
{
    const Folder folder(std::move(path));
    std::uint32_t uid = 0;
    auto messages = co_await exporter.after(mailbox, uid);
    while (!messages.empty() && !exporter.stopping()) {
        for (const auto& message : messages) {
            if (exporter.stopping()) break;
            if (folder.has(message))
                exporter.count_already();
            else
                co_await write_message(exporter, message, folder);
            exporter.show();
        }
        uid = messages.back().uid;
        messages = co_await exporter.after(mailbox, uid);
    }
    folder.sync();
}

} // namespace

awaitable<void> export_maildir(Exporter& exporter, Target target)
{
    const auto folders = co_await exporter.folders(target.folder);
    for (const auto& folder : folders)
        exporter.expect(folder.messages);
    ensure_directory(target.path);
    for (const auto& folder : folders) {
        if (exporter.stopping()) break;
        const bool root = !target.folder.empty() || folder.role == storage::MailboxRole::inbox;
        const auto path = root ? target.path : target.path / ("." + encode_folder(folder.name));
        co_await write_folder(exporter, folder.id, path);
        if (!root) Output(path / "maildirfolder", 0).sync(); // how Maildir++ tells a folder from a maildir
    }
}

} // namespace pillarbox::transfer
