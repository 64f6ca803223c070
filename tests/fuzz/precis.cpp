// The input as a name and as a password. What is prepared stays as it is when it
// is prepared again, and has nothing in it that was to be kept out.

#include "server/base/precis.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

namespace {

bool control(char c)
{
    return static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    namespace precis = pillarbox::precis;
    if (size > 1024) return 0; // names and passwords are shorter
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    const auto name = precis::user_name(text);
    if (name) {
        if (name->empty() || precis::user_name(*name) != name) std::abort();
        const auto unfit = [](char c) { return control(c) || c == ' ' || (c >= 'A' && c <= 'Z'); };
        if (std::ranges::any_of(*name, unfit)) std::abort();
        // The other class allows more, and changes nothing of this.
        if (precis::password(*name) != name) std::abort();
        if (precis::user_name_to_find(text) != *name) std::abort();
    }
    const auto password = precis::password(text);
    if (password) {
        if (password->empty() || precis::password(*password) != password) std::abort();
        if (std::ranges::any_of(*password, control)) std::abort();
    }
    return 0;
}
