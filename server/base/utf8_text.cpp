#include "server/base/utf8_text.hpp"

#include <unictype.h>
#include <uninorm.h>
#include <unistr.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <memory>

namespace pillarbox::utf8 {

namespace {

struct Free
{
    void operator()(std::uint8_t* memory) const { std::free(memory); }
};

bool forbidden(ucs4_t c)
{
    constexpr std::uint32_t kinds = UC_CATEGORY_MASK_Cc | UC_CATEGORY_MASK_Zl | UC_CATEGORY_MASK_Zp;
    return c >= 0x80 && uc_is_general_category_withtable(c, kinds);
}

} // namespace

bool beyond_ascii(std::string_view text)
{
    return std::ranges::any_of(text, [](char c) { return static_cast<unsigned char>(c) >= 0x80; });
}

std::optional<std::string> compose(std::string_view text)
{
    if (!beyond_ascii(text)) return std::string(text);
    const auto* octets = reinterpret_cast<const std::uint8_t*>(text.data());
    for (std::size_t at = 0; at < text.size();) {
        ucs4_t c = 0;
        const int length = u8_mbtoucr(&c, octets + at, text.size() - at);
        if (length <= 0 || forbidden(c)) return std::nullopt;
        at += static_cast<std::size_t>(length);
    }
    std::size_t size = 0;
    const std::unique_ptr<std::uint8_t, Free> made(
        u8_normalize(UNINORM_NFC, octets, text.size(), nullptr, &size));
    if (!made) return std::nullopt;
    return std::string(reinterpret_cast<const char*>(made.get()), size);
}

} // namespace pillarbox::utf8
