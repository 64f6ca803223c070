#include "server/base/ascii.hpp"
#include "server/transfer/folder_names.hpp"
#include "server/transfer/input.hpp"
#include "server/transfer/mbox_quoter.hpp"
#include "server/transfer/output.hpp"
#include "server/transfer/target.hpp"

#include <fmt/format.h>

#include <optional>

namespace pillarbox::transfer {

namespace {

constexpr std::uint64_t noted_every = 16ull * 1024 * 1024; // octets; what is written again at most

/// How far an export into a file has come: what a second run needs to know, in
/// a file beside it.
struct Note
{
    std::uint32_t uid = 0;    // of the last message
    std::uint64_t octets = 0; // of the file, with it
};

/// An mbox that is being written, under another name until it is complete.
class Part
{
public:
    Part(std::filesystem::path path, storage::AccountId account, storage::MailboxId mailbox)
        : path_(std::move(path)),
          part_(path_.string() + ".part"),
          note_(path_.string() + ".part.note"),
          whose_(fmt::format("account {} folder {}", static_cast<std::int64_t>(account),
                             static_cast<std::int64_t>(mailbox))),
          written_(read_note()),
          output_(part_, written_.octets)
    {}

    Output& output() { return output_; }
    std::uint32_t uid() const { return written_.uid; }

    void wrote(std::uint32_t uid)
    {
        written_.uid = uid;
        if (output_.octets() - written_.octets >= noted_every) note();
    }

    /// So that another run goes on from here.
    void note()
    {
        output_.sync();
        written_.octets = output_.octets();
        const auto next = note_.string() + ".new";
        {
            Output file(next, 0);
            file.write(fmt::format("{} uid {} octets {}\n", whose_, written_.uid, written_.octets));
            file.sync();
        }
        std::filesystem::rename(next, note_);
    }

    void complete()
    {
        output_.sync();
        rename_new(part_, path_);
        sync_directory(directory());
        std::error_code error;
        std::filesystem::remove(note_, error); // without the part it says nothing
    }

private:
    std::filesystem::path directory() const { return path_.has_parent_path() ? path_.parent_path() : "."; }

    /// Nothing when there is none that fits.
    Note read_note() const
    {
        auto part = Input::open(part_, false);
        auto file = Input::open(note_, false);
        if (!part || !file) return {};
        auto text = file->read();
        if (!text.starts_with(whose_ + " uid ") || !text.ends_with('\n')) return {};
        text.remove_prefix(whose_.size() + 5);
        text.remove_suffix(1);
        const auto uid = ascii::parse_number<std::uint32_t>(ascii::take_until(text, ' '));
        ascii::take_until(text, ' ');
        const auto octets = ascii::parse_number<std::uint64_t>(text);
        if (!uid || !octets || *octets > part->size()) return {};
        return {*uid, *octets};
    }

    std::filesystem::path path_;
    std::filesystem::path part_;
    std::filesystem::path note_;
    std::string whose_;
    Note written_;
    Output output_;
};

awaitable<void> write_message(Exporter& exporter, storage::Leaving message, Output& output)
{
    const auto reader = co_await exporter.open(message);
    if (!reader) co_return;
    const auto begin = output.octets();
    MboxQuoter quoter;
    std::string text;
    while (true) {
        const auto piece = co_await reader->next();
        if (!piece) {
            exporter.leave_out(message, piece.error());
            output.take_back(begin);
            co_return;
        }
        if (output.octets() == begin) text = MboxQuoter::begin(*piece, message.received, message.flags);
        if (piece->empty()) break;
        quoter.append(*piece, text);
        output.write(text);
        text.clear();
    }
    quoter.finish(text);
    output.write(text);
    exporter.count(message);
}

awaitable<void> write_to_stream(Exporter& exporter, storage::MailboxId mailbox)
{
    auto output = Output::standard_output();
    std::uint32_t uid = 0;
    auto messages = co_await exporter.after(mailbox, uid);
    while (!messages.empty() && !exporter.stopping()) {
        for (const auto& message : messages) {
            if (exporter.stopping()) break;
            co_await write_message(exporter, message, output);
            exporter.show();
        }
        uid = messages.back().uid;
        messages = co_await exporter.after(mailbox, uid);
    }
    output.flush();
}

awaitable<void> write_to_file(Exporter& exporter, storage::MailboxId mailbox, std::filesystem::path path)
{
    Part part(std::move(path), exporter.account(), mailbox);
    auto messages = co_await exporter.after(mailbox, part.uid());
    while (!messages.empty()) {
        for (const auto& message : messages) {
            if (exporter.stopping()) {
                part.note();
                co_return;
            }
            co_await write_message(exporter, message, part.output());
            part.wrote(message.uid);
            exporter.show();
        }
        messages = co_await exporter.after(mailbox, part.uid());
    }
    part.complete();
}

} // namespace

awaitable<void> export_mbox(Exporter& exporter, Target target)
{
    const auto folders = co_await exporter.folders(target.folder);
    for (const auto& folder : folders)
        exporter.expect(folder.messages);
    if (target.path == "-") {
        if (target.folder.empty()) throw Failed("standard output takes one folder: say which with --folder");
        co_await write_to_stream(exporter, folders.front().id);
        co_return;
    }
    if (target.folder.empty()) ensure_directory(target.path);
    for (const auto& folder : folders) {
        if (exporter.stopping()) break;
        const auto path =
            target.folder.empty() ? target.path / (encode_folder(folder.name) + ".mbox") : target.path;
        std::error_code error;
        const bool there = std::filesystem::exists(std::filesystem::symlink_status(path, error));
        if (there && !target.folder.empty())
            throw Failed(fmt::format("{}: is there already; remove it, or choose another", path.string()));
        if (there) {
            exporter.note(fmt::format("{}: is there already and stays as it is", path.string()));
            continue;
        }
        co_await write_to_file(exporter, folder.id, path);
    }
}

} // namespace pillarbox::transfer
