#include "storage/sqlite/verify_bodies.hpp"

#include "storage/sqlite/segment.hpp"
#include "storage/sqlite/stray.hpp"

#include <algorithm>
#include <optional>
#include <string>

#include <fcntl.h>

namespace pillarbox::storage::sqlite {
namespace {

/// A record that a row says is there.
struct Expected
{
    Place place;
    bool used = false; // else garbage, whose octets do not matter any more
};

class SegmentCheck
{
public:
    SegmentCheck(const Inspection& inspection, std::int64_t number)
        : inspection_(inspection),
          number_(number),
          path_(inspection.layout.segments / BodyStore::name_of(number))
    {}

    void run()
    {
        std::uint64_t end = 0;
        {
            Query row(inspection_.database, "SELECT end FROM temp.extent WHERE number = ?", number_);
            if (row.step()) end = row.as<std::uint64_t>(0);
        }
        open(end);
        std::uint64_t at = 0;
        for (auto place = next(-1, 0); place; place = next(offset_, place->place.body)) {
            offset_ = static_cast<std::int64_t>(place->place.offset);
            if (place->place.offset > at) look_between(at, place->place.offset);
            check(*place);
            at = std::max(at, place->place.offset + place->place.record_octets());
        }
        if (end > at) look_between(at, end);
        // What lies behind the end, a running server may be writing.
        if (!inspection_.findings.beside_server() && size_ > std::max(end, at))
            look_between(std::max(end, at), size_);
    }

private:
    void open(std::uint64_t end)
    {
        auto file = inspection_.files.open(path_, O_RDONLY);
        const auto size = file ? size_of(file->number()) : file.error();
        if (size) {
            file_ = std::move(*file);
            size_ = *size;
        }
        if (size && size_ >= end) return;
        inspection_.findings.add({.kind = "segment_damaged",
                                  .what = size ? "the segment has " + std::to_string(size_) +
                                                     " octets instead of " + std::to_string(end)
                                               : "the segment cannot be read: " + size.error().message(),
                                  .path = path_.string()});
        inspection_.findings.damage.short_segments.push_back(number_);
    }

    /// The place behind that one.
    std::optional<Expected> next(std::int64_t offset, std::int64_t body)
    {
        Query row(inspection_.database,
                  "SELECT body, ?1, segment, offset, octets, checksum, used FROM temp.place "
                  "WHERE segment = ?2 AND (offset, body) > (?3, ?4) ORDER BY offset, body LIMIT 1",
                  Tier::segment, number_, offset, body);
        if (!row.step()) return std::nullopt;
        return Expected{place_of(row, 0), row.as<bool>(6)};
    }

    void check(const Expected& expected)
    {
        const Place& place = expected.place;
        if (!expected.used) return;
        inspection_.checked(place.octets);
        if (Query(inspection_.database, "SELECT 1 FROM temp.shelved WHERE body = ?", place.body).step())
            return;
        const auto fault = fault_of(place);
        if (!fault.empty()) inspection_.findings.add_body(inspection_.database, place, fault, path_);
    }

    std::string fault_of(const Place& place)
    {
        if (!file_) return "its segment cannot be read";
        if (place.octets > longest_segment_body)
            return "its row says that it is longer than any in a segment";
        record_.resize(static_cast<std::size_t>(place.record_octets()));
        const auto octets = read_at(file_.number(), record_, place.offset);
        if (!octets) return "its segment cannot be read: " + octets.error().message();
        const auto read = std::string_view(record_).substr(0, *octets);
        if (*octets < record_.size()) return "its segment ends too early";
        const auto header = parse_header(read);
        if (!header || header->body != place.body || header->octets != place.octets)
            return "its place in the segment has something else";
        return parse_body(read, place.record()) ? "" : "its octets fail their checksum";
    }

    void look_between(std::uint64_t from, std::uint64_t to)
    {
        if (!file_) return;
        for_each_stray(
            file_.number(), from, std::min(to, size_),
            [&](std::uint64_t offset, std::uint64_t octets, std::optional<Record> record) {
                // Beside a server a record may have got its row since the snapshot.
                if (record && record->body > 0 && now_known(record->body)) return;
                Stray stray{number_, offset, octets, record ? record->body : 0};
                inspection_.findings.add_leftover(
                    {.kind = record ? "record_unknown" : "octets_unknown",
                     .what = std::to_string(octets) + " octets at " + std::to_string(offset) +
                             (record ? " are a whole message that no row knows" : " belong to no message"),
                     .path = path_.string(),
                     .body = stray.body});
                inspection_.findings.damage.strays.push_back(stray);
            });
    }

    bool now_known(std::int64_t body)
    {
        return Query(inspection_.database,
                     "SELECT 1 FROM body WHERE id = ?1 AND segment = ?2 UNION ALL "
                     "SELECT 1 FROM garbage WHERE body = ?1 AND segment = ?2",
                     body, number_)
            .step();
    }

    const Inspection& inspection_;
    std::int64_t number_;
    std::filesystem::path path_;
    Descriptor file_;
    std::uint64_t size_ = 0;
    std::int64_t offset_ = -1;
    std::string record_;
};

} // namespace

void check_segments(const Inspection& inspection)
{
    std::vector<std::int64_t> numbers;
    {
        Query row(inspection.database, "SELECT number FROM temp.extent UNION SELECT segment FROM temp.place "
                                       "ORDER BY 1");
        while (row.step())
            numbers.push_back(row.integer(0));
    }
    for (const auto number : numbers)
        SegmentCheck(inspection, number).run();
}

} // namespace pillarbox::storage::sqlite
