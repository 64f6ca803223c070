#include "server/mime/header.hpp"

#include <cstdint>
#include <cstdlib>
#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    using namespace pillarbox::mime;
    const std::string_view text{reinterpret_cast<const char*>(data), size};
    const Header header{text};
    if (header.size() > text.size()) std::abort();
    for (const Field& field : header.fields()) {
        if (field.name.empty() || field.name.data() < text.data()) std::abort();
        if (field.body.data() + field.body.size() > text.data() + header.size()) std::abort();
        if (header.find(field.name) == nullptr) std::abort();
        if (!header.faults().beyond_limits() && header.count(field.name) != count_fields(text, field.name))
            std::abort();
    }
    return 0;
}
