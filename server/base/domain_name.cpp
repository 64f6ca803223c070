#include "server/base/domain_name.hpp"

#include "server/base/ascii.hpp"
#include "server/base/utf8_text.hpp"

#include <idn2.h>

#include <algorithm>
#include <cstdint>
#include <memory>

namespace pillarbox::domain_name {

namespace {

constexpr std::size_t longest_name = 255; // octets, in either form; more is not worth a look

struct Free
{
    void operator()(std::uint8_t* memory) const { idn2_free(memory); }
};

bool in_host_name(char c)
{
    return (c >= 'a' && c <= 'z') || ascii::is_digit(c) || c == '-' || c == '.';
}

} // namespace

std::optional<std::string> to_ascii(std::string_view name)
{
    if (name.empty() || name.size() > longest_name || name.find('\0') != std::string_view::npos)
        return std::nullopt;
    if (!utf8::beyond_ascii(name)) return ascii::to_lower(name);
    const std::string terminated(name);
    std::uint8_t* made = nullptr;
    // Registries have names with ß and ς of their own (RFC 5894 §7.2): no
    // transition to what they once became.
    const int answer = idn2_lookup_u8(reinterpret_cast<const std::uint8_t*>(terminated.c_str()), &made,
                                      IDN2_NFC_INPUT | IDN2_NONTRANSITIONAL);
    const std::unique_ptr<std::uint8_t, Free> owned(made);
    if (answer != IDN2_OK) return std::nullopt;
    std::string labels = ascii::to_lower(reinterpret_cast<const char*>(owned.get()));
    // What is ASCII stands in an A-label as it is, also where it was of full
    // width. The library's own rule for it (STD3) would leave it out.
    if (!std::ranges::all_of(labels, in_host_name)) return std::nullopt;
    return labels;
}

} // namespace pillarbox::domain_name
