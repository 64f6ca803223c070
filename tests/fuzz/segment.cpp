#include "storage/sqlite/segment.hpp"

#include <cstdint>
#include <cstdlib>
#include <string_view>

using namespace pillarbox::storage::sqlite;

/// What a crash may leave at the end of a segment is any octets at all.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const std::string_view octets(reinterpret_cast<const char*>(data), size);
    const auto sound = sound_part(octets);
    if (sound.octets > octets.size()) std::abort();
    if (sound.octets < sound.records * record_header_octets) std::abort();
    // What is sound stays so without what follows, and the rest begins unsound.
    const auto again = sound_part(octets.substr(0, sound.octets));
    if (again.octets != sound.octets || again.records != sound.records) std::abort();
    if (sound_part(octets.substr(sound.octets)).records != 0) std::abort();
    if (const auto record = parse_header(octets)) {
        const auto body = parse_body(octets, *record);
        if (body && body->size() != record->octets) std::abort();
        const auto header = write_header(*record);
        if (std::string_view(header.data(), header.size()) != octets.substr(0, header.size())) std::abort();
    }
    return 0;
}
