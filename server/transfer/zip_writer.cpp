#include "server/transfer/zip_writer.hpp"

#include <zlib.h>

#include <algorithm>
#include <limits>

namespace pillarbox::transfer {

namespace {

constexpr std::size_t largest_block = 65'535; // RFC 1951 §3.2.4
constexpr std::uint64_t no_room_16 = std::numeric_limits<std::uint16_t>::max();
constexpr std::uint64_t no_room_32 = std::numeric_limits<std::uint32_t>::max();

constexpr std::uint16_t version = 20;
constexpr std::uint16_t version_64 = 45;
constexpr std::uint16_t flags = 0x0808; // the descriptor follows, the name is UTF-8
constexpr std::uint16_t deflated = 8;

/// Little-endian numbers, one after the other.
class Record
{
public:
    Record& u16(std::uint64_t value) { return number(value, 2); }
    Record& u32(std::uint64_t value) { return number(value, 4); }
    Record& u64(std::uint64_t value) { return number(value, 8); }
    Record& text(std::string_view octets)
    {
        octets_ += octets;
        return *this;
    }
    const std::string& octets() const { return octets_; }

private:
    Record& number(std::uint64_t value, int octets)
    {
        for (int i = 0; i < octets; ++i)
            octets_ += static_cast<char>(value >> (8 * i) & 0xff);
        return *this;
    }

    std::string octets_;
};

/// As MS-DOS has it, in UTC: the date above, the time below.
std::uint32_t dos_moment(std::chrono::sys_seconds time)
{
    const auto day = std::chrono::floor<std::chrono::days>(time);
    const std::chrono::year_month_day date(day);
    const std::chrono::hh_mm_ss clock(time - day);
    const int year = std::clamp(static_cast<int>(date.year()), 1980, 2107);
    const auto days = static_cast<std::uint32_t>(year - 1980) << 9 |
                      static_cast<unsigned>(date.month()) << 5 | static_cast<unsigned>(date.day());
    const auto seconds = static_cast<std::uint32_t>(clock.hours().count()) << 11 |
                         static_cast<std::uint32_t>(clock.minutes().count()) << 5 |
                         static_cast<std::uint32_t>(clock.seconds().count() / 2);
    return days << 16 | seconds;
}

} // namespace

void ZipWriter::begin(std::string_view name, std::chrono::sys_seconds modified, std::string& out)
{
    name_ = name.substr(0, no_room_16);
    moment_ = dos_moment(modified);
    start_ = written_;
    checksum_ = 0;
    size_ = 0;
    Record header;
    header.u32(0x04034b50).u16(version).u16(flags).u16(deflated).u32(moment_);
    header.u32(0).u32(0).u32(0).u16(name_.size()).u16(0).text(name_);
    write(header.octets(), out);
    data_ = written_;
}

void ZipWriter::append(std::string_view octets, std::string& out)
{
    size_ += octets.size();
    checksum_ = static_cast<std::uint32_t>(
        ::crc32(checksum_, reinterpret_cast<const Bytef*>(octets.data()), static_cast<uInt>(octets.size())));
    while (!octets.empty()) { // blocks that are stored as they are
        const auto block = octets.substr(0, largest_block);
        write(Record().text({"\0", 1}).u16(block.size()).u16(~block.size()).octets(), out);
        write(block, out);
        octets.remove_prefix(block.size());
    }
}

void ZipWriter::finish(std::string& out)
{
    write(Record().text("\1").u16(0).u16(0xffff).octets(), out); // the last block, an empty one
    data_ = written_ - data_;
    write(Record().u32(0x08074b50).u32(checksum_).u32(data_).u32(size_).octets(), out);
    const bool far = start_ >= no_room_32;
    Record entry;
    entry.u32(0x02014b50).u16(version_64).u16(far ? version_64 : version).u16(flags).u16(deflated);
    entry.u32(moment_).u32(checksum_).u32(data_).u32(size_).u16(name_.size()).u16(far ? 12 : 0);
    entry.u16(0).u16(0).u16(0).u32(0).u32(far ? no_room_32 : start_).text(name_);
    if (far) entry.u16(1).u16(8).u64(start_);
    directory_ += entry.octets();
    ++files_;
}

void ZipWriter::end(std::string& out)
{
    const auto start = written_;
    const auto size = directory_.size();
    write(directory_, out);
    directory_.clear();
    Record last;
    if (files_ >= no_room_16 || start >= no_room_32 || size >= no_room_32) {
        const auto here = written_;
        last.u32(0x06064b50).u64(44).u16(version_64).u16(version_64).u32(0).u32(0);
        last.u64(files_).u64(files_).u64(size).u64(start);
        last.u32(0x07064b50).u32(0).u64(here).u32(1);
    }
    last.u32(0x06054b50).u16(0).u16(0).u16(std::min(files_, no_room_16)).u16(std::min(files_, no_room_16));
    last.u32(std::min<std::uint64_t>(size, no_room_32)).u32(std::min(start, no_room_32)).u16(0);
    write(last.octets(), out);
}

void ZipWriter::write(std::string_view octets, std::string& out)
{
    out += octets;
    written_ += octets.size();
}

} // namespace pillarbox::transfer
