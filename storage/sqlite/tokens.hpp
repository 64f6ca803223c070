#pragma once

#include <string>
#include <string_view>

namespace pillarbox::storage::sqlite {

// What text looks like before the tokenizer of the index sees it, the same
// when it is indexed and when it is looked for. Pure.

/// `text` with spaces around every Han, Hiragana, Katakana, Hangul and Bopomofo
/// character: those scripts put no spaces between words, so each character is a
/// word of its own, and what was one run of them is a phrase. UTF-8; octets
/// that are none stay.
std::string split_scripts(std::string_view text);

/// `text` of the header field `name`, as words that no other text has: each
/// begins with the field's name.
std::string field_words(std::string_view name, std::string_view text);

} // namespace pillarbox::storage::sqlite
