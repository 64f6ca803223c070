#include "storage/sqlite/segment.hpp"

#include "storage/sqlite/checksum.hpp"

#include <cstring>

namespace pillarbox::storage::sqlite {
namespace {

constexpr std::string_view magic = "PBR1";

template <class Number>
void put(char* at, Number number)
{
    for (std::size_t i = 0; i < sizeof number; ++i)
        at[i] = static_cast<char>(static_cast<std::uint64_t>(number) >> (8 * i));
}

template <class Number>
Number take(const char* at)
{
    std::uint64_t number = 0;
    for (std::size_t i = 0; i < sizeof(Number); ++i)
        number |= std::uint64_t{static_cast<unsigned char>(at[i])} << (8 * i);
    return static_cast<Number>(number);
}

} // namespace

std::array<char, record_header_octets> write_header(const Record& record)
{
    std::array<char, record_header_octets> header{};
    std::memcpy(header.data(), magic.data(), magic.size());
    put(header.data() + 4, record.octets);
    put(header.data() + 8, record.body);
    put(header.data() + 16, record.checksum);
    put(header.data() + 20, checksum({header.data(), 20}));
    return header;
}

std::optional<Record> parse_header(std::string_view octets)
{
    if (octets.size() < record_header_octets || !octets.starts_with(magic)) return std::nullopt;
    if (take<std::uint32_t>(octets.data() + 20) != checksum(octets.substr(0, 20))) return std::nullopt;
    return Record{.body = take<std::int64_t>(octets.data() + 8),
                  .octets = take<std::uint32_t>(octets.data() + 4),
                  .checksum = take<std::uint32_t>(octets.data() + 16)};
}

std::optional<std::string_view> parse_body(std::string_view octets, const Record& expected)
{
    const auto record = parse_header(octets);
    if (!record || *record != expected) return std::nullopt;
    const auto body = octets.substr(record_header_octets, record->octets);
    if (body.size() != record->octets || checksum(body) != record->checksum) return std::nullopt;
    return body;
}

SoundPart sound_part(std::string_view octets)
{
    SoundPart sound;
    while (true) {
        const auto rest = octets.substr(sound.octets);
        const auto record = parse_header(rest);
        if (!record || !parse_body(rest, *record)) return sound;
        sound.octets += record_header_octets + record->octets;
        ++sound.records;
    }
}

} // namespace pillarbox::storage::sqlite
