#include "server/mime/characters.hpp"
#include "server/mime/summary.hpp"

#include <cstdint>
#include <cstdlib>
#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    using namespace pillarbox::mime;
    const Summary summary = summarise({reinterpret_cast<const char*>(data), size});
    for (const auto& text : {summary.subject, summary.preview, summary.sender_name, summary.sender_address}) {
        if (text != one_line(text, 320)) std::abort();
    }
    if (!is_utf8(summary.message_id) || !is_utf8(summary.thread_key)) std::abort();
    return 0;
}
