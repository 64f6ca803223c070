#pragma once

#include "storage/result.hpp"
#include "storage/sqlite/files.hpp"
#include "storage/sqlite/segment.hpp"

#include <array>
#include <atomic>
#include <cstdint>
#include <deque>
#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace pillarbox::storage::sqlite {

class FileSpool;
class Query;

/// Where the octets of a body are.
enum class Tier : std::int64_t
{
    row,     // in the table, up to `row_octets`, or `lone_octets`
    segment, // in a file with many others, up to `spool_memory`
    file     // in a file of its own
};

/// Up to here one sync instead of two beats writing the octets twice.
inline constexpr std::size_t row_octets = 8ul * 1024;

/// So it does for a group whose bodies come to no more than this, as one that
/// came alone: the file system writes more than that to note that a segment grew.
inline constexpr std::size_t lone_octets = 16ul * 1024;

/// Whose numbers bodies and segments get: a server and an importer write at the
/// same time, one with even ones, the other with odd ones.
enum class Lane : std::int64_t
{
    server = 0,
    importer = 1
};

/// The lane's next number after `last`, which may be the other's.
constexpr std::int64_t next_number(Lane lane, std::int64_t last)
{
    return last + 1 + ((last + 1 + static_cast<std::int64_t>(lane)) & 1);
}

/// A body's place, as its row has it.
struct Place
{
    std::int64_t body = 0; // id; never reused
    Tier tier = Tier::row;
    std::int64_t segment = 0;
    std::uint64_t offset = 0; // of the record in the segment
    std::uint64_t octets = 0; // of the body
    std::uint32_t checksum = 0;

    /// What it takes in its segment.
    std::uint64_t record_octets() const { return record_header_octets + octets; }

    /// What the header of its record says.
    Record record() const { return {body, static_cast<std::uint32_t>(octets), checksum}; }
};

/// The body there, in a segment's file, once its record has been read into
/// `room`, which has record_octets(), and is whole and sound. It is a view of `room`.
std::optional<std::string_view> read_body(int file, const Place& place, std::span<char> room);

/// The place in a row whose columns from `first` on are id, tier, segment,
/// offset, octets, checksum.
Place place_of(const Query& row, int first);

/// Bodies in their three tiers. Writing belongs to the body thread; opening
/// and removing may be done on any.
class BodyStore
{
public:
    struct Start
    {
        Lane lane = Lane::server;
        std::int64_t last_body = 0;    // the highest id given so far
        std::int64_t segment = 0;      // the lane's last one; 0: none yet
        std::uint64_t segment_end = 0; // what of it is in use
    };

    struct Options
    {
        std::filesystem::path segments; // directories
        std::filesystem::path files;
        std::uint64_t segment_octets = 64ull * 1024 * 1024; // then another begins
    };

    BodyStore(Files& files, Options options, Start start);

    /// Where a body went, or why it could not (out_of_space).
    struct Written
    {
        Place place;
        error_code error;
    };

    /// Takes the spool's octets. `spool` and `written` must stay until the
    /// next write(), which may set the error.
    void put(FileSpool& spool, Written& written);

    /// Takes the octets of a body that has a place in a segment already, for
    /// another one: the body stays the same. As put() for the rest.
    void put_again(const Place& place, std::string_view body, Written& written);

    /// Writes what was put, and knows its places from then on. An error means
    /// that it is unknown what is on the disk.
    error_code write();

    /// Makes durable what was written. An error means the same.
    error_code sync();

    /// Whether the last write() found no space for a body.
    bool refused_for_space() const { return refused_for_space_; }

    /// A file to pread from; for bodies in segments it is shared. Any thread.
    boost::system::result<std::shared_ptr<Descriptor>> open(const Place& place);

    /// Gives the octets of bodies back that no row has any more; where the file
    /// system cannot, they become zeros, and go with their segment. Any thread.
    /// Neighbours in a segment should come together.
    error_code remove(std::vector<Place> places);

    /// Removes a segment that has no body any more. Any thread.
    error_code remove_segment(std::int64_t segment);

    /// What the file of a body or segment of that number is called.
    static std::string name_of(std::int64_t number);

    std::filesystem::path file_of(std::int64_t body) const;
    std::filesystem::path file_of_segment(std::int64_t segment) const;

private:
    struct Append
    {
        std::array<char, record_header_octets> header;
        std::string_view body;
        Written* written;
        bool anew; // it has no row yet, which could have it instead
    };
    struct Move
    {
        FileSpool* spool;
        Written* written;
    };

    void append(std::string_view body, Written& written, bool anew);
    error_code begin_segment();
    bool all_fit_in_rows() const;
    error_code write_appends();
    error_code sync_moves();
    boost::system::result<std::shared_ptr<Descriptor>> open_segment(std::int64_t segment);

    Files& files_;
    Options options_;

    const Lane lane_;

    // The body thread's.
    std::int64_t last_body_;
    std::int64_t segment_;
    std::uint64_t segment_end_; // durable
    std::uint64_t written_end_; // with what waits for the sync
    Descriptor segment_file_;
    std::deque<Append> appends_;
    std::vector<Move> moves_;
    bool refused_for_space_ = false;

    std::mutex mutex_; // guards what follows
    std::map<std::int64_t, std::shared_ptr<Descriptor>> open_segments_;
};

/// The number that a segment or a body's file is named after; empty when it is
/// named otherwise.
std::optional<std::int64_t> number_of_file(const std::filesystem::path& file);

} // namespace pillarbox::storage::sqlite
