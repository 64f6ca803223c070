#include "storage/sqlite/body_store.hpp"

#include "storage/sqlite/database.hpp"
#include "storage/sqlite/spool.hpp"

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <string>

#include <fcntl.h>

namespace pillarbox::storage::sqlite {
namespace {

constexpr std::size_t most_open_segments = 32;

iovec part(std::string_view octets)
{
    return {const_cast<char*>(octets.data()), octets.size()};
}

} // namespace

Place place_of(const Query& row, int first)
{
    return Place{.body = row.integer(first),
                 .tier = row.as<Tier>(first + 1),
                 .segment = row.integer(first + 2),
                 .offset = row.as<std::uint64_t>(first + 3),
                 .octets = row.as<std::uint64_t>(first + 4),
                 .checksum = row.as<std::uint32_t>(first + 5)};
}

std::optional<std::string_view> read_body(int file, const Place& place, std::span<char> room)
{
    const auto octets = read_at(file, room, place.offset);
    if (!octets) return std::nullopt;
    return parse_body({room.data(), *octets}, place.record());
}

BodyStore::BodyStore(Files& files, Options options, Start start)
    : files_(files),
      options_(std::move(options)),
      lane_(start.lane),
      last_body_(start.last_body),
      segment_(start.segment),
      segment_end_(start.segment_end),
      written_end_(start.segment_end)
{}

std::string BodyStore::name_of(std::int64_t number)
{
    std::array<char, 17> name{};
    std::snprintf(name.data(), name.size(), "%016llx", static_cast<unsigned long long>(number));
    return name.data();
}

std::filesystem::path BodyStore::file_of(std::int64_t body) const
{
    return options_.files / name_of(body);
}

std::filesystem::path BodyStore::file_of_segment(std::int64_t segment) const
{
    return options_.segments / name_of(segment);
}

void BodyStore::put(FileSpool& spool, Written& written)
{
    written.error = {};
    last_body_ = next_number(lane_, last_body_);
    written.place = {.body = last_body_, .octets = spool.size(), .checksum = spool.checksum()};
    if (spool.in_file()) {
        written.place.tier = Tier::file;
        moves_.push_back({&spool, &written});
        return;
    }
    if (spool.size() <= row_octets) return;

    written.place.tier = Tier::segment;
    append(spool.memory(), written, true);
}

void BodyStore::put_again(const Place& place, std::string_view body, Written& written)
{
    written.error = {};
    written.place = {
        .body = place.body, .tier = Tier::segment, .octets = place.octets, .checksum = place.checksum};
    append(body, written, false);
}

void BodyStore::append(std::string_view body, Written& written, bool anew)
{
    appends_.push_back({write_header(written.place.record()), body, &written, anew});
}

error_code BodyStore::write()
{
    refused_for_space_ = false;
    error_code error;
    if (all_fit_in_rows()) {
        for (auto& append : appends_)
            append.written->place.tier = Tier::row;
    } else {
        error = write_appends();
    }
    if (!error && !moves_.empty()) error = sync_moves();
    appends_.clear();
    moves_.clear();
    return error;
}

error_code BodyStore::sync()
{
    if (written_end_ == segment_end_) return {};
    if (const auto error = files_.sync(segment_file_.number())) return error;
    segment_end_ = written_end_;
    return {};
}

error_code BodyStore::begin_segment()
{
    const bool goes_on = segment_ != 0 && segment_end_ < options_.segment_octets;
    if (goes_on && segment_file_) return {};
    if (goes_on) {
        auto file = files_.open(file_of_segment(segment_), O_RDWR);
        if (file) segment_file_ = std::move(*file);
        return file ? error_code{} : file.error();
    }
    const std::int64_t next = next_number(lane_, segment_);
    // A file of that name was begun before a crash, and no row knows it.
    if (const auto error = files_.remove(file_of_segment(next))) return error;
    auto file = files_.open(file_of_segment(next), O_RDWR | O_CREAT | O_EXCL);
    if (!file) return file.error();
    if (const auto error = files_.sync_directory(options_.segments)) return error;
    segment_file_ = std::move(*file);
    segment_ = next;
    segment_end_ = 0;
    written_end_ = 0;
    return {};
}

bool BodyStore::all_fit_in_rows() const
{
    std::size_t octets = 0;
    for (const auto& append : appends_) {
        if (!append.anew) return false;
        octets += append.body.size();
    }
    return octets <= lone_octets;
}

error_code BodyStore::write_appends()
{
    auto error = begin_segment();
    if (!error) {
        std::vector<iovec> parts;
        parts.reserve(appends_.size() * 2);
        for (auto& append : appends_) {
            append.written->place.segment = segment_;
            append.written->place.offset = written_end_;
            written_end_ += append.written->place.record_octets();
            parts.push_back(part({append.header.data(), append.header.size()}));
            parts.push_back(part(append.body));
        }
        error = files_.write(segment_file_.number(), parts, segment_end_);
    }
    if (error && no_space(error)) {
        refused_for_space_ = true;
        written_end_ = segment_end_;
        for (auto& append : appends_)
            append.written->error = make_error_code(Errc::out_of_space);
        // What was written of it gives its blocks back; the next group writes
        // over it in any case.
        if (segment_file_) ignore(files_.truncate(segment_file_.number(), segment_end_));
        return {};
    }
    return error;
}

error_code BodyStore::sync_moves()
{
    bool renamed = false;
    for (auto& [spool, written] : moves_) {
        auto error = files_.sync(spool->file());
        // Delayed allocation: a file system may find out only now.
        if (!error) error = files_.rename(spool->path(), file_of(written->place.body));
        if (error && no_space(error)) {
            refused_for_space_ = true;
            written->error = make_error_code(Errc::out_of_space);
            continue;
        }
        if (error) return error;
        spool->handed_over();
        renamed = true;
    }
    return renamed ? files_.sync_directory(options_.files) : error_code{};
}

boost::system::result<std::shared_ptr<Descriptor>> BodyStore::open(const Place& place)
{
    if (place.tier == Tier::segment) return open_segment(place.segment);
    auto file = files_.open(file_of(place.body), O_RDONLY);
    if (!file) return file.error();
    return std::make_shared<Descriptor>(std::move(*file));
}

boost::system::result<std::shared_ptr<Descriptor>> BodyStore::open_segment(std::int64_t segment)
{
    const std::lock_guard lock(mutex_);
    if (const auto found = open_segments_.find(segment); found != open_segments_.end()) return found->second;
    auto file = files_.open(file_of_segment(segment), O_RDWR);
    if (!file) return file.error();
    // The oldest mail is read least.
    if (open_segments_.size() >= most_open_segments) open_segments_.erase(open_segments_.begin());
    auto shared = std::make_shared<Descriptor>(std::move(*file));
    open_segments_.emplace(segment, shared);
    return shared;
}

error_code BodyStore::remove(std::vector<Place> places)
{
    std::ranges::sort(places, {}, [](const Place& place) { return std::pair(place.segment, place.offset); });
    for (std::size_t i = 0; i < places.size();) {
        const Place& first = places[i];
        if (first.tier != Tier::segment) {
            if (first.tier == Tier::file) {
                if (const auto error = files_.remove(file_of(first.body))) return error;
            }
            ++i;
            continue;
        }
        // One hole for neighbours: blocks that two of them share go as well.
        std::uint64_t end = first.offset;
        for (; i < places.size() && places[i].segment == first.segment && places[i].offset == end; ++i)
            end += places[i].record_octets();
        const auto file = open_segment(first.segment);
        if (!file && file.error() == boost::system::errc::no_such_file_or_directory)
            continue; // went as a whole
        if (!file) return file.error();
        if (const auto error = files_.clear((*file)->number(), first.offset, end - first.offset))
            return error;
        // Before their rows go: or, without power, octets come back that nobody knows.
        const bool last = i == places.size() || places[i].segment != first.segment;
        if (!last) continue;
        if (const auto error = files_.sync((*file)->number())) return error;
    }
    return {};
}

error_code BodyStore::remove_segment(std::int64_t segment)
{
    {
        const std::lock_guard lock(mutex_);
        open_segments_.erase(segment);
    }
    return files_.remove(file_of_segment(segment));
}

std::optional<std::int64_t> number_of_file(const std::filesystem::path& file)
{
    const auto name = file.filename().string();
    std::int64_t number = 0;
    const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), number, 16);
    if (error != std::errc() || end != name.data() + name.size() || name.size() != 16) return std::nullopt;
    return number;
}

} // namespace pillarbox::storage::sqlite
