#include "server/mime/encoded_word.hpp"
#include "server/mime/characters.hpp"

#include <cstdint>
#include <cstdlib>
#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    using namespace pillarbox::mime;
    if (!is_utf8(decode_text({reinterpret_cast<const char*>(data), size}))) std::abort();
    return 0;
}
