#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace pillarbox::dkim {

/// A list of tags and values, RFC 6376 §3.2: `v=1; a=rsa-sha256; ...`, as
/// signatures and key records have it. Holds views: the text must outlive it.
class TagList
{
public:
    /// Nothing when it is malformed: a name twice, characters that neither names
    /// nor values have, no tag at all, or more than 64 of them.
    static std::optional<TagList> parse(std::string_view text);

    /// A tag's value, without white space around it; folding within it stays.
    std::optional<std::string_view> find(std::string_view name) const;

    /// All between a tag's `=` and the next `;` or the end, white space too:
    /// what §3.7 has taken out of a signature before it is hashed.
    std::optional<std::string_view> extent(std::string_view name) const;

    /// Whether it begins with this tag.
    bool first_is(std::string_view name) const { return tags_.front().name == name; }

private:
    struct Tag
    {
        std::string_view name;
        std::string_view value;
        std::string_view extent;
    };

    const Tag* tag(std::string_view name) const;

    std::vector<Tag> tags_;
};

/// `text` without any white space, as it may stand in base64 (§3.5, b= and bh=).
std::string without_white_space(std::string_view text);

/// The words of a value like `h=from : to`, without white space around them.
std::vector<std::string_view> split_words(std::string_view value);

} // namespace pillarbox::dkim
