// Details of whatever octets: one field, which is read as it was written. And
// whatever is taken for one is read to its end.

#include "server/junk/score_field.hpp"
#include "server/mime/header.hpp"

#include <cstdint>
#include <cstdlib>
#include <string>

using namespace pillarbox;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const std::string input(reinterpret_cast<const char*>(data), size);
    const auto field = junk::score_field(
        {.total = 5, .fate = junk::Fate::junk, .reasons = {{"words", 5, input}, {"spf", 1, input}}});
    const std::string text = field + "\r\n";
    const mime::Header header(text);
    if (header.fields().size() != 1 || header.size() != text.size()) std::abort();
    const auto read = junk::parse_score_field(header.fields().front().body);
    if (!read || read->reasons.size() != 2 || read->reasons[1].detail != input.substr(0, 200)) std::abort();
    const auto other = junk::parse_score_field(input);
    if (other &&
        !junk::parse_score_field(junk::score_field(*other).substr(junk::score_field_name.size() + 1)))
        std::abort();
    return 0;
}
