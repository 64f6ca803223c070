#include "server/mime/findings.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

using namespace pillarbox;

/// Whatever a message says, what is found in it is bounded, and links are of the web.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    for (const auto& links : {mime::links_in_text(text), mime::links_in_html(text)}) {
        if (links.size() > 100) std::abort();
        for (const auto& link : links)
            if (link.size() > 2000 || (link[0] != 'h' && link[0] != 'H')) std::abort();
    }
    for (const auto& code : mime::codes_in_text(text))
        if (code.size() < 4 || code.size() > 8) std::abort();
    return 0;
}
