#pragma once

#include "storage/text_extractor.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace pillarbox::junk {

/// Words of one message that the filter looks at; beyond, there are none.
inline constexpr std::size_t most_words = 1000;

/// The words of a message, each once: those of its text as they are, those of
/// the subject, of From, of links and of attachments with where they stood
/// before them ("subject:offer"). ASCII in lower case; writing without spaces by
/// pairs of characters. The same for a message as it comes and as it is stored:
/// trace fields have no say. Pure.
std::vector<std::string> words_of(const storage::MessageText& text);

/// As which a filter keeps a word: FNV-1a, 64 bits. Stays the same for good.
std::uint64_t hash_of(std::string_view word);

} // namespace pillarbox::junk
