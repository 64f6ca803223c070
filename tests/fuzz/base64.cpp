// What decodes must encode to the same text again: there is one spelling for
// every string of octets, so nothing slips past a comparison.

#include "server/base/base64.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    if (const auto octets = pillarbox::base64_decode(text))
        if (pillarbox::base64_encode(*octets) != text) std::abort();
    const auto again = pillarbox::base64_decode(pillarbox::base64_encode(text));
    if (again != text) std::abort();
    return 0;
}
