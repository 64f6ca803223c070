#include "server/base/precis.hpp"

#include "server/base/ascii.hpp"
#include "server/base/precis_class.hpp"

#include <unicase.h>
#include <unictype.h>
#include <uninorm.h>
#include <unistr.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <memory>

namespace pillarbox::precis {

namespace {

/// RFC 8264 §7: a string that is not the same when it is prepared again is
/// prepared so many times more, and is refused then.
constexpr int most_repetitions = 3;

struct Free
{
    void operator()(void* memory) const { std::free(memory); }
};

/// What libunistring made; null where it could not.
template <class Unit>
using Made = std::unique_ptr<Unit, Free>;

std::optional<Text> text_of(std::uint32_t* made, std::size_t size)
{
    const Made<std::uint32_t> owned(made);
    if (!owned) return std::nullopt;
    return Text(made, made + size);
}

std::optional<Text> decode(std::string_view octets)
{
    std::size_t size = 0;
    auto* made =
        u8_to_u32(reinterpret_cast<const std::uint8_t*>(octets.data()), octets.size(), nullptr, &size);
    return text_of(made, size);
}

std::optional<std::string> encode(const Text& text)
{
    std::size_t size = 0;
    const Made<std::uint8_t> made(u32_to_u8(text.data(), text.size(), nullptr, &size));
    if (!made) return std::nullopt;
    return std::string(reinterpret_cast<const char*>(made.get()), size);
}

std::optional<Text> compose(const Text& text)
{
    std::size_t size = 0;
    auto* made = u32_normalize(UNINORM_NFC, text.data(), text.size(), nullptr, &size);
    return text_of(made, size);
}

std::optional<Text> lower(const Text& text)
{
    std::size_t size = 0;
    // In no language: a name is the same whoever's machine it is typed on.
    auto* made = u32_tolower(text.data(), text.size(), nullptr, nullptr, nullptr, &size);
    return text_of(made, size);
}

/// Full and half width are no difference in a name, RFC 8265 §3.3.1.
Text usual_width(const Text& text)
{
    Text usual;
    ucs4_t decomposed[UC_DECOMPOSITION_MAX_LENGTH];
    for (const auto c : text) {
        int kind = 0;
        const int size = uc_decomposition(c, &kind, decomposed);
        if (size > 0 && (kind == UC_DECOMP_WIDE || kind == UC_DECOMP_NARROW))
            usual.insert(usual.end(), decomposed, decomposed + size);
        else
            usual.push_back(c);
    }
    return usual;
}

std::optional<Text> map_name(const Text& text)
{
    const auto lowered = lower(usual_width(text));
    return lowered ? compose(*lowered) : std::nullopt;
}

std::optional<Text> map_password(Text text)
{
    for (auto& c : text)
        if (uc_is_general_category_withtable(c, UC_CATEGORY_MASK_Zs)) c = ' ';
    return compose(text);
}

/// Mapped until it stays as it is; nothing when it does not come to that.
template <class Map>
std::optional<Text> settle(std::string_view octets, Map map)
{
    auto text = decode(octets);
    for (int i = 0; text && i <= most_repetitions; ++i) {
        auto mapped = map(*text);
        if (mapped == text) return text;
        text = std::move(mapped);
    }
    return std::nullopt;
}

bool between(std::string_view text, char first, char last)
{
    return std::ranges::all_of(text, [=](char c) { return c >= first && c <= last; });
}

} // namespace

std::optional<std::string> user_name(std::string_view text)
{
    if (text.empty()) return std::nullopt;
    if (between(text, '!', '~')) return ascii::to_lower(text); // as nearly all are
    const auto name = settle(text, map_name);
    if (!name || !all_of_class(*name, Class::identifier) || !one_direction(*name)) return std::nullopt;
    return encode(*name);
}

std::string user_name_to_find(std::string_view text)
{
    const auto name = user_name(text);
    return name ? *name : ascii::to_lower(text);
}

std::optional<std::string> password(std::string_view text)
{
    if (text.empty()) return std::nullopt;
    if (between(text, ' ', '~')) return std::string(text);
    const auto password = settle(text, map_password);
    if (!password || !all_of_class(*password, Class::freeform)) return std::nullopt;
    return encode(*password);
}

} // namespace pillarbox::precis
