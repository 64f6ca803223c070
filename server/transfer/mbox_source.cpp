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

/// What came over the network and lies in a spool, to be read as a file is.
class SpoolInput
{
public:
    explicit SpoolInput(std::shared_ptr<const storage::Spool> spool) : spool_(std::move(spool)) {}

    /// The next octets; empty at the end. Throws Failed.
    std::string_view read()
    {
        auto read = spool_->read(offset_, piece);
        if (!read) throw Failed("what was sent cannot be read any more; send it again");
        octets_ = std::move(*read);
        offset_ += octets_.size();
        return octets_;
    }

    std::uint64_t offset() const { return offset_; }
    std::uint64_t size() const { return spool_->size(); }

private:
    static constexpr std::size_t piece = 128 * 1024; // below a millisecond's work

    std::shared_ptr<const storage::Spool> spool_;
    std::string octets_;
    std::uint64_t offset_ = 0;
};

template <class Octets>
awaitable<void> import_file(Importer& importer, Octets input, std::string name, storage::MailboxId mailbox)
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
            co_await importer.pause();
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

awaitable<void> import_message(Importer& importer, SpoolInput input, std::string name,
                               storage::MailboxId mailbox)
{
    Importer::About about;
    about.mailbox = mailbox;
    about.place = name;
    auto letter = importer.begin(Letter::Form::plain);
    for (auto octets = input.read(); !octets.empty() && !importer.stopping(); octets = input.read()) {
        const auto stored = letter.append(octets);
        if (!stored) throw Failed(fmt::format("{}: {}; send it again", name, stored.error().message()));
        importer.show(input.offset(), input.size());
        co_await importer.pause();
    }
    if (!importer.stopping()) co_await importer.take(std::move(letter), std::move(about));
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

awaitable<void> import_sent(Importer& importer, std::shared_ptr<const storage::Spool> octets,
                            std::string name, storage::MailboxId mailbox)
{
    constexpr std::string_view begins_mbox = "From "; // no message does: a field's name ends with a colon
    const auto head = octets->read(0, begins_mbox.size());
    if (!head) throw Failed("what was sent cannot be read any more; send it again");
    if (*head == begins_mbox)
        co_await import_file(importer, SpoolInput(std::move(octets)), std::move(name), mailbox);
    else
        co_await import_message(importer, SpoolInput(std::move(octets)), std::move(name), mailbox);
    co_await importer.settle();
}

} // namespace pillarbox::transfer
