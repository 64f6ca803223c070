#include "server/mime/characters.hpp"
#include "server/mime/charset.hpp"

#include <cstdint>
#include <cstdlib>
#include <string_view>

// The first line names the charset, the rest is text in it.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    using namespace pillarbox::mime;
    const std::string_view input{reinterpret_cast<const char*>(data), size};
    const std::size_t end = input.find('\n');
    const std::string_view text = end == std::string_view::npos ? input : input.substr(end + 1);
    if (!is_utf8(to_utf8(text, input.substr(0, end)))) std::abort();
    if (!is_utf8(one_line(text, 100))) std::abort();
    return 0;
}
