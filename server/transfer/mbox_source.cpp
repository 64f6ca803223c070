#include "server/transfer/folder_names.hpp"
#include "server/transfer/input.hpp"
#include "server/transfer/mbox_splitter.hpp"
#include "server/transfer/source.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <vector>

namespace pillarbox::transfer {

namespace {

constexpr std::string_view extension = ".mbox";

awaitable<void> import_file(Importer& importer, Input input, std::string name, storage::MailboxId mailbox)
{
    MboxSplitter splitter;
    std::optional<Letter> letter;
    Importer::About about;
    while (!importer.stopping()) {
        const auto event = splitter.next();
        if (event.kind == MboxSplitter::Kind::done) break;
        if (event.kind == MboxSplitter::Kind::no_mbox)
            throw Failed(fmt::format("{}: at octet {}: an mbox has a line here like 'From alice@example.org "
                                     "Tue Nov 25 17:22:01 2025'; is this file one?",
                                     name, event.offset));
        if (event.kind == MboxSplitter::Kind::more) {
            const auto octets = input.read();
            if (octets.empty())
                splitter.finish();
            else
                splitter.feed(octets);
            importer.show(input.offset(), input.size());
        } else if (event.kind == MboxSplitter::Kind::begin) {
            letter.emplace(importer.begin(Letter::Form::mbox));
            about = {};
            about.mailbox = mailbox;
            about.received = event.from.time;
            about.place = fmt::format("{}: the message at octet {}", name, event.offset);
        } else if (event.kind == MboxSplitter::Kind::text) {
            const auto stored = letter->append(event.text);
            if (!stored)
                throw Failed(fmt::format("{}: {}; run this again: it goes on where it stopped", about.place,
                                         stored.error().message()));
        } else {
            co_await importer.take(std::move(*letter), std::move(about));
        }
    }
}

/// The files of a directory that are called *.mbox, by name.
std::vector<std::filesystem::path> list_files(const std::filesystem::path& directory)
{
    std::vector<std::filesystem::path> files;
    std::error_code error;
    for (std::filesystem::directory_iterator at(directory, error), end; !error && at != end;
         at.increment(error)) {
        if (at->path().extension() == extension) files.push_back(at->path());
    }
    if (error) throw Failed(fmt::format("{}: {}", directory.string(), error.message()));
    if (files.empty()) throw Failed(fmt::format("{}: no file in it is called *.mbox", directory.string()));
    std::ranges::sort(files);
    return files;
}

} // namespace

awaitable<void> import_mbox(Importer& importer, Source source)
{
    std::error_code error;
    const bool many = std::filesystem::is_directory(source.path, error);
    const auto files = many ? list_files(source.path) : std::vector{source.path};
    for (const auto& file : files) {
        auto input = file == "-" ? Input::standard_input() : Input::open(file, true);
        if (!input) throw Failed(fmt::format("{}: there is no such file", file.string()));
        auto folder = many ? decode_folder(file.stem().string()) : std::string("Inbox");
        if (!source.folder.empty()) folder = source.folder;
        const auto mailbox = co_await importer.folder(std::move(folder));
        co_await import_file(importer, std::move(*input), file.string(), mailbox);
        if (importer.stopping()) break;
    }
    co_await importer.settle();
}

} // namespace pillarbox::transfer
