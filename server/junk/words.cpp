#include "server/junk/words.hpp"

#include "server/base/ascii.hpp"
#include "server/base/fnv.hpp"

#include <unordered_set>
#include <utility>

namespace pillarbox::junk {

namespace {

constexpr std::size_t most_text = std::size_t{64} << 10; // octets of each kind
constexpr std::size_t shortest = 3;                      // octets of a word
constexpr std::size_t longest = 24;                      // characters; beyond, it is no word
constexpr std::size_t longest_host = 80;

bool continues(char c)
{
    return (static_cast<unsigned char>(c) & 0xC0) == 0x80;
}

bool is_letter(char c)
{
    const char low = ascii::lower(c);
    return (low >= 'a' && low <= 'z') || ascii::is_digit(c) || static_cast<unsigned char>(c) >= 0x80 ||
           c == '\'' || c == '$' || c == '-';
}

std::size_t characters(std::string_view text)
{
    std::size_t count = 0;
    for (const char c : text)
        count += continues(c) ? 0 : 1;
    return count;
}

/// The octets of the first character.
std::size_t character(std::string_view text)
{
    std::size_t octets = 1;
    while (octets < text.size() && octets < 4 && continues(text[octets]))
        ++octets;
    return octets;
}

/// Words in the order in which they come, each once, and not too many.
class Gatherer
{
public:
    void add(std::string_view kind, std::string_view word)
    {
        if (words_.size() >= most_words) return;
        std::string whole(kind);
        whole += ascii::to_lower(word);
        if (seen_.insert(whole).second) words_.push_back(std::move(whole));
    }

    void add_text(std::string_view kind, std::string_view text)
    {
        text = text.substr(0, most_text);
        while (!text.empty() && words_.size() < most_words) {
            std::size_t end = 0;
            while (end < text.size() && is_letter(text[end]))
                ++end;
            if (end > 0) add_word(kind, text.substr(0, end));
            text.remove_prefix(end > 0 ? end : 1);
        }
    }

    /// The hosts of links: what junk wants to be clicked.
    void add_links(std::string_view text)
    {
        text = text.substr(0, most_text);
        for (auto at = text.find("://"); at != std::string_view::npos; at = text.find("://", at + 3)) {
            const auto rest = text.substr(at + 3, longest_host);
            const auto end =
                rest.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-");
            const auto host = rest.substr(0, end);
            if (host.find('.') != std::string_view::npos) add("link:", host);
        }
    }

    std::vector<std::string> take() { return std::move(words_); }

private:
    void add_word(std::string_view kind, std::string_view word)
    {
        const bool beyond_ascii = characters(word) < word.size();
        if (word.size() < shortest) return;
        if (characters(word) <= (beyond_ascii ? longest / 3 : longest)) return add(kind, word);
        if (beyond_ascii) add_pairs(kind, word);
    }

    /// Of writing that puts no spaces between words.
    void add_pairs(std::string_view kind, std::string_view run)
    {
        while (!run.empty() && words_.size() < most_words) {
            const auto first = character(run);
            if (first == run.size()) return;
            add(kind, run.substr(0, first + character(run.substr(first))));
            run.remove_prefix(first);
        }
    }

    std::vector<std::string> words_;
    std::unordered_set<std::string> seen_;
};

} // namespace

std::vector<std::string> words_of(const storage::MessageText& text)
{
    Gatherer words;
    std::string_view lines = text.from;
    while (!lines.empty()) {
        const auto line = ascii::take_until(lines, '\n');
        const auto at = line.rfind('@');
        if (at == std::string_view::npos) {
            words.add_text("from:", line);
        } else if (line.size() <= 2 * longest_host) {
            words.add("from:", line);
            words.add("from:", line.substr(at));
        }
    }
    words.add_text("subject:", text.subject);
    if (!text.list.empty()) words.add_text("list:", text.list);
    words.add_text("file:", text.filenames);
    words.add_links(text.body);
    words.add_text("", text.body);
    return words.take();
}

std::uint64_t hash_of(std::string_view word)
{
    return fnv1a(word);
}

} // namespace pillarbox::junk
