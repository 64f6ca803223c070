#pragma once

#include "storage/sqlite/files.hpp"
#include "storage/sqlite/segment.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <vector>

namespace pillarbox::storage::sqlite {

struct Core;
struct Place;

/// Empties segments that are mostly garbage, so that they can go: holes give
/// whole blocks back only, and not every file system has them. What lives there
/// is copied to the end of the current segment through the writer, so that the
/// copies are durable before a row says so, and the places left are garbage,
/// given back once nobody reads there. What fails its checksum stays where it
/// is, and its segment with it, and is reported.
///
/// Nothing is moved while another process reads, nor when the room that it takes
/// meanwhile would be missing. For the upkeep's thread.
class Compaction
{
public:
    explicit Compaction(Core& core) : core_(core) {}
    Compaction(const Compaction&) = delete;
    Compaction& operator=(const Compaction&) = delete;

    /// Moves a few milliseconds' worth. False when there is nothing to move, or
    /// when it cannot be moved now.
    bool step();

private:
    struct Sparse
    {
        std::int64_t number;
        std::uint64_t live; // octets of it
    };
    struct Found
    {
        std::uint64_t offset;
        Record record;
    };

    bool begin();
    bool worth_it(const Sparse& segment);
    bool has_room(std::uint64_t octets) const;
    void scan(const Sparse& segment);
    std::vector<Place> next_places();
    bool move(std::vector<Place> places);
    void finish();

    Core& core_;
    std::map<std::int64_t, std::uint64_t>
        left_; // segments to leave alone, as long as so many octets live there
    std::chrono::steady_clock::time_point not_before_{}; // once something failed

    std::int64_t segment_ = 0; // being emptied; 0: none
    Descriptor file_;
    std::vector<Found> records_; // in it, sound, in their order
    std::size_t next_ = 0;       // of them
};

} // namespace pillarbox::storage::sqlite
