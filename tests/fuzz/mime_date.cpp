#include "server/mime/date.hpp"

#include <cstdint>
#include <cstdlib>
#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    using namespace pillarbox::mime;
    const auto date = parse_date({reinterpret_cast<const char*>(data), size});
    if (!date) return 0;
    // What is written reads as the same moment, while its year has four digits.
    const auto again = parse_date(format_date(date->time, date->offset));
    if (!again || again->time != date->time || again->offset != date->offset) std::abort();
    return 0;
}
