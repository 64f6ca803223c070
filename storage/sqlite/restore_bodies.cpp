#include "storage/sqlite/restore_bodies.hpp"

#include "storage/sqlite/segment.hpp"

#include <algorithm>

#include <fcntl.h>

namespace pillarbox::storage::sqlite {
namespace {

class BodyRestore
{
public:
    BodyRestore(const BackupFolder& folder, const Layout& layout, Files& files, Database& snapshot,
                Findings& findings, const Tick& tick)
        : folder_(folder),
          layout_(layout),
          files_(files),
          snapshot_(snapshot),
          findings_(findings),
          tick_(tick)
    {}

    std::uint64_t run()
    {
        std::vector<std::int64_t> segments;
        for (Query row(snapshot_, "SELECT DISTINCT segment FROM temp.place WHERE used = 1"); row.step();)
            segments.push_back(row.integer(0));
        for (const auto number : segments)
            copy_segment(number);
        expect_done(files_.sync_directory(layout_.segments), "sync", layout_.segments);
        std::vector<Place> large;
        for (Query row(snapshot_,
                       "SELECT id, tier, segment, offset, octets, checksum FROM body WHERE tier = ?",
                       Tier::file);
             row.step();)
            large.push_back(place_of(row, 0));
        for (const auto& place : large)
            copy_one(place);
        expect_done(files_.sync_directory(layout_.files), "sync", layout_.files);
        return copied_;
    }

private:
    void copy_segment(std::int64_t number)
    {
        const auto name = BodyStore::name_of(number);
        const auto from = folder_.segments() / name;
        const auto to = layout_.segments / name;
        const auto source = files_.open(from, O_RDONLY);
        const auto target = files_.open(to, O_RDWR | O_CREAT | O_EXCL);
        if (!target) expect_done(target.error(), "make", to);
        std::uint64_t end = 0;
        {
            Query row(snapshot_, "SELECT end FROM segment WHERE number = ?", number);
            if (row.step()) end = row.as<std::uint64_t>(0);
        }
        {
            Query row(snapshot_,
                      "SELECT body, ?, segment, offset, octets, checksum FROM temp.place WHERE segment = ? "
                      "AND used = 1 ORDER BY offset",
                      Tier::segment, number);
            while (row.step())
                copy_record(place_of(row, 0), source ? source->number() : -1, target->number(), from, to);
        }
        expect_done(files_.truncate(target->number(), end), "lengthen", to);
        expect_done(files_.sync(target->number()), "sync", to);
    }

    void copy_record(const Place& place, int source, int target, const std::filesystem::path& from,
                     const std::filesystem::path& to)
    {
        if (place.octets > longest_segment_body) return damaged(place, "its row is damaged", from);
        record_.resize(static_cast<std::size_t>(place.record_octets()));
        const auto got = source < 0 ? boost::system::result<std::size_t>(std::size_t{0})
                                    : read_at(source, record_, place.offset);
        const std::size_t octets = got ? *got : 0;
        const auto read = std::string_view(record_).substr(0, octets);
        if (!parse_body(read, place.record())) damaged(place, "its octets are damaged in the backup", from);
        iovec part{record_.data(), octets};
        if (octets > 0) expect_done(files_.write(target, {&part, 1}, place.offset), "write", to);
        count(place.octets);
    }

    void copy_one(const Place& place)
    {
        const auto name = BodyStore::name_of(place.body);
        const auto from = folder_.bodies() / name;
        if (!std::filesystem::exists(from)) return damaged(place, "its file is missing in the backup", from);
        const auto copied =
            copy_file(files_, from, layout_.files / name, [this](std::uint64_t octets) { count(octets); });
        if (copied.octets != place.octets || copied.checksum != place.checksum)
            damaged(place, "its octets are damaged in the backup", from);
    }

    void damaged(const Place& place, const std::string& reason, const std::filesystem::path& path)
    {
        if (Query(snapshot_, "SELECT 1 FROM temp.shelved WHERE body = ?", place.body).step()) return;
        findings_.add_body(snapshot_, place, reason, path);
    }

    void count(std::uint64_t octets)
    {
        copied_ += octets;
        if (tick_) tick_(octets);
    }

    const BackupFolder& folder_;
    const Layout& layout_;
    Files& files_;
    Database& snapshot_;
    Findings& findings_;
    const Tick& tick_;
    std::uint64_t copied_ = 0;
    std::string record_;
};

} // namespace

std::uint64_t restore_bodies(const BackupFolder& folder, const Layout& layout, Files& files,
                             Database& snapshot, Findings& findings, const Tick& tick)
{
    return BodyRestore(folder, layout, files, snapshot, findings, tick).run();
}

} // namespace pillarbox::storage::sqlite
