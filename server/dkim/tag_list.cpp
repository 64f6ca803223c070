#include "server/dkim/tag_list.hpp"

#include "server/base/ascii.hpp"

#include <algorithm>

namespace pillarbox::dkim {

namespace {

constexpr std::size_t most_tags = 64;

/// Folding counts as white space: RFC 6376 §3.2 allows it wherever that may be.
bool is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

bool is_letter(char c)
{
    const char small = ascii::lower(c);
    return small >= 'a' && small <= 'z';
}

std::string_view trim(std::string_view text)
{
    while (!text.empty() && is_space(text.front()))
        text.remove_prefix(1);
    while (!text.empty() && is_space(text.back()))
        text.remove_suffix(1);
    return text;
}

/// tag-name, RFC 6376 §3.2.
bool is_name(std::string_view text)
{
    const auto may_follow = [](char c) { return is_letter(c) || ascii::is_digit(c) || c == '_'; };
    return !text.empty() && is_letter(text.front()) && std::ranges::all_of(text, may_follow);
}

/// tag-value, RFC 6376 §3.2; and octets of UTF-8, RFC 8616 §5.
bool is_value(std::string_view text)
{
    return std::ranges::all_of(text,
                               [](char c) { return is_space(c) || (c != '\x7F' && (c > ' ' || c < 0)); });
}

} // namespace

std::optional<TagList> TagList::parse(std::string_view text)
{
    TagList list;
    while (!trim(text).empty()) { // a last ";" has nothing behind it
        const std::string_view spec = ascii::take_until(text, ';');
        const std::size_t equals = spec.find('=');
        if (equals == std::string_view::npos) return std::nullopt;
        const std::string_view extent = spec.substr(equals + 1);
        const Tag tag{trim(spec.substr(0, equals)), trim(extent), extent};
        if (!is_name(tag.name) || !is_value(tag.value)) return std::nullopt;
        if (list.tag(tag.name) != nullptr || list.tags_.size() == most_tags) return std::nullopt;
        list.tags_.push_back(tag);
    }
    if (list.tags_.empty()) return std::nullopt;
    return list;
}

std::optional<std::string_view> TagList::find(std::string_view name) const
{
    const Tag* found = tag(name);
    return found ? std::optional(found->value) : std::nullopt;
}

std::optional<std::string_view> TagList::extent(std::string_view name) const
{
    const Tag* found = tag(name);
    return found ? std::optional(found->extent) : std::nullopt;
}

// Names compare with case, RFC 6376 §3.2.
const TagList::Tag* TagList::tag(std::string_view name) const
{
    const auto found = std::ranges::find(tags_, name, &Tag::name);
    return found == tags_.end() ? nullptr : &*found;
}

std::string without_white_space(std::string_view text)
{
    std::string kept;
    kept.reserve(text.size());
    std::ranges::remove_copy_if(text, std::back_inserter(kept), is_space);
    return kept;
}

std::vector<std::string_view> split_words(std::string_view value)
{
    std::vector<std::string_view> words;
    for (std::size_t at = 0; at <= value.size();) {
        const std::size_t colon = std::min(value.find(':', at), value.size());
        words.push_back(trim(value.substr(at, colon - at)));
        at = colon + 1;
    }
    return words;
}

} // namespace pillarbox::dkim
