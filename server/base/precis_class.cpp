#include "server/base/precis_class.hpp"

#include <unictype.h>
#include <uninorm.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdlib>
#include <string_view>

namespace pillarbox::precis {

namespace {

enum class Property
{
    valid,
    freeform_only,
    contextual,
    disallowed
};

constexpr std::uint32_t zero_width_non_joiner = 0x200C;
constexpr std::uint32_t zero_width_joiner = 0x200D;

constexpr std::uint32_t letters_and_digits = UC_CATEGORY_MASK_Ll | UC_CATEGORY_MASK_Lu | UC_CATEGORY_MASK_Lo |
                                             UC_CATEGORY_MASK_Nd | UC_CATEGORY_MASK_Lm | UC_CATEGORY_MASK_Mn |
                                             UC_CATEGORY_MASK_Mc;
constexpr std::uint32_t other_letters_and_digits =
    UC_CATEGORY_MASK_Lt | UC_CATEGORY_MASK_Nl | UC_CATEGORY_MASK_No | UC_CATEGORY_MASK_Me;
constexpr std::uint32_t spaces_symbols_punctuation =
    UC_CATEGORY_MASK_Zs | UC_CATEGORY_MASK_S | UC_CATEGORY_MASK_P;

bool in(std::uint32_t c, std::uint32_t first, std::uint32_t last)
{
    return c >= first && c <= last;
}

bool arabic_indic_digit(std::uint32_t c)
{
    return in(c, 0x0660, 0x0669);
}

bool extended_arabic_indic_digit(std::uint32_t c)
{
    return in(c, 0x06F0, 0x06F9);
}

/// RFC 8264 §9.6, which takes them over from RFC 5892 §2.6.
bool exceptionally_valid(std::uint32_t c)
{
    constexpr std::array<std::uint32_t, 6> valid{0x00DF, 0x03C2, 0x06FD, 0x06FE, 0x0F0B, 0x3007};
    return std::ranges::find(valid, c) != valid.end();
}

bool exceptionally_contextual(std::uint32_t c)
{
    constexpr std::array<std::uint32_t, 5> contextual{0x00B7, 0x0375, 0x05F3, 0x05F4, 0x30FB};
    return std::ranges::find(contextual, c) != contextual.end() || arabic_indic_digit(c) ||
           extended_arabic_indic_digit(c);
}

bool exceptionally_disallowed(std::uint32_t c)
{
    return c == 0x0640 || c == 0x07FA || c == 0x302E || c == 0x302F || in(c, 0x3031, 0x3035) || c == 0x303B;
}

/// RFC 8264 §9.9.
bool old_hangul_jamo(std::uint32_t c)
{
    return in(c, 0x1100, 0x11FF) || in(c, 0xA960, 0xA97C) || in(c, 0xD7B0, 0xD7C6) || in(c, 0xD7CB, 0xD7FB);
}

/// RFC 8264 §9.17: it stands for something else in another form.
bool has_compatible(std::uint32_t c)
{
    std::array<std::uint32_t, 32> room{}; // of the longest there are, 18
    std::size_t size = room.size();
    auto* made = u32_normalize(UNINORM_NFKC, &c, 1, room.data(), &size);
    if (made != room.data()) std::free(made);
    return made != room.data() || size != 1 || room[0] != c;
}

/// The order is that of RFC 8264 §8.
Property property_of(std::uint32_t c)
{
    if (exceptionally_valid(c)) return Property::valid;
    if (exceptionally_contextual(c)) return Property::contextual;
    if (exceptionally_disallowed(c)) return Property::disallowed;
    if (uc_is_general_category_withtable(c, UC_CATEGORY_MASK_Cn)) return Property::disallowed;
    if (in(c, '!', '~')) return Property::valid;
    if (c == zero_width_non_joiner || c == zero_width_joiner) return Property::contextual;
    if (old_hangul_jamo(c)) return Property::disallowed;
    if (uc_is_property_default_ignorable_code_point(c)) return Property::disallowed;
    if (uc_is_general_category_withtable(c, UC_CATEGORY_MASK_Cc)) return Property::disallowed;
    if (has_compatible(c)) return Property::freeform_only;
    if (uc_is_general_category_withtable(c, letters_and_digits)) return Property::valid;
    if (uc_is_general_category_withtable(c, other_letters_and_digits | spaces_symbols_punctuation))
        return Property::freeform_only;
    return Property::disallowed;
}

bool of_script(std::uint32_t c, std::string_view name)
{
    const uc_script_t* script = uc_script(c);
    return script && script->name == name;
}

bool is_virama(std::uint32_t c)
{
    return uc_combining_class(c) == UC_CCC_VR;
}

/// RFC 5892 A.1: between letters that it keeps from being joined.
bool parts_joined(const Text& text, std::size_t at)
{
    const auto transparent = [](std::uint32_t c) { return uc_joining_type(c) == UC_JOINING_TYPE_T; };
    std::size_t before = at;
    while (before > 0 && transparent(text[before - 1]))
        --before;
    std::size_t after = at + 1;
    while (after < text.size() && transparent(text[after]))
        ++after;
    if (before == 0 || after == text.size()) return false;
    const int left = uc_joining_type(text[before - 1]);
    const int right = uc_joining_type(text[after]);
    return (left == UC_JOINING_TYPE_L || left == UC_JOINING_TYPE_D) &&
           (right == UC_JOINING_TYPE_R || right == UC_JOINING_TYPE_D);
}

/// RFC 5892, Appendix A, in its order.
bool fits_context(const Text& text, std::size_t at)
{
    const auto c = text[at];
    const std::uint32_t before = at > 0 ? text[at - 1] : 0;
    const std::uint32_t after = at + 1 < text.size() ? text[at + 1] : 0;
    if (c == zero_width_non_joiner) return is_virama(before) || parts_joined(text, at);
    if (c == zero_width_joiner) return is_virama(before);
    if (c == 0x00B7) return before == 'l' && after == 'l';
    if (c == 0x0375) return of_script(after, "Greek");
    if (c == 0x05F3 || c == 0x05F4) return of_script(before, "Hebrew");
    if (c == 0x30FB)
        return std::ranges::any_of(text, [](std::uint32_t other) {
            return of_script(other, "Hiragana") || of_script(other, "Katakana") || of_script(other, "Han");
        });
    return arabic_indic_digit(c) ? std::ranges::none_of(text, extended_arabic_indic_digit)
                                 : std::ranges::none_of(text, arabic_indic_digit);
}

bool from_right(int direction)
{
    return direction == UC_BIDI_R || direction == UC_BIDI_AL;
}

} // namespace

bool all_of_class(const Text& text, Class kind)
{
    for (std::size_t i = 0; i < text.size(); ++i) {
        switch (property_of(text[i])) {
        case Property::valid:
            break;
        case Property::freeform_only:
            if (kind == Class::identifier) return false;
            break;
        case Property::contextual:
            if (!fits_context(text, i)) return false;
            break;
        case Property::disallowed:
            return false;
        }
    }
    return true;
}

bool one_direction(const Text& text)
{
    std::vector<int> directions;
    directions.reserve(text.size());
    for (const auto c : text)
        directions.push_back(uc_bidi_class(c));
    const auto has = [&](int direction) {
        return std::ranges::find(directions, direction) != directions.end();
    };
    if (!has(UC_BIDI_R) && !has(UC_BIDI_AL) && !has(UC_BIDI_AN)) return true;

    if (!from_right(directions.front())) return false;    // 1, and 5 for what begins from the left
    if (has(UC_BIDI_EN) && has(UC_BIDI_AN)) return false; // 4
    const auto fits = [](int direction) {                 // 2
        constexpr std::array allowed{UC_BIDI_R,  UC_BIDI_AL, UC_BIDI_AN, UC_BIDI_EN, UC_BIDI_ES,
                                     UC_BIDI_CS, UC_BIDI_ET, UC_BIDI_ON, UC_BIDI_BN, UC_BIDI_NSM};
        return std::ranges::find(allowed, direction) != allowed.end();
    };
    if (!std::ranges::all_of(directions, fits)) return false;
    while (directions.back() == UC_BIDI_NSM) // the first is none
        directions.pop_back();
    const int last = directions.back(); // 3
    return from_right(last) || last == UC_BIDI_EN || last == UC_BIDI_AN;
}

} // namespace pillarbox::precis
