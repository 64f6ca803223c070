// Whatever the text: few words, each once and short, and the same for the same text.

#include "server/junk/words.hpp"

#include <cstdint>
#include <cstdlib>
#include <set>
#include <string>
#include <string_view>

using namespace pillarbox;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const std::string_view input(reinterpret_cast<const char*>(data), size);
    storage::MessageText text;
    text.subject = input.substr(0, size / 2);
    text.from = input.substr(size / 3);
    text.list = input.substr(0, size / 4);
    text.filenames = input.substr(size / 2);
    text.body = input;
    const auto words = junk::words_of(text);
    if (words.size() > junk::most_words || words != junk::words_of(text)) std::abort();
    if (std::set<std::string>(words.begin(), words.end()).size() != words.size()) std::abort();
    for (const auto& word : words)
        if (word.empty() || word.size() > 200) std::abort();
    return 0;
}
