#include "server/mime/characters.hpp"
#include "server/mime/content_type.hpp"

#include <cstdint>
#include <cstdlib>
#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    using namespace pillarbox::mime;
    const std::string_view text{reinterpret_cast<const char*>(data), size};
    const ContentType type = parse_content_type(text);
    if (type.type.empty() || type.subtype.empty()) std::abort();
    if (type.parameters.list.size() > most_parameters) std::abort();
    const std::string name = file_name(type.parameters, parse_parameters(text));
    if (!is_utf8(name) || name.size() > 201 || name.find_first_of("/\\:\r\n") != std::string::npos)
        std::abort();
    if (name.starts_with('.')) std::abort();
    return 0;
}
