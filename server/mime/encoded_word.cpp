#include "server/mime/encoded_word.hpp"

#include "server/base/ascii.hpp"
#include "server/mime/characters.hpp"
#include "server/mime/charset.hpp"
#include "server/mime/transfer.hpp"

#include <algorithm>
#include <optional>

namespace pillarbox::mime {

namespace {

constexpr std::size_t most_charset_octets = 64;

struct Word
{
    std::string_view charset;
    std::string octets;     // decoded, in that charset
    std::size_t length = 0; // of the whole word in the field
};

// RFC 2047 §4.2: quoted-printable in which "_" is a space.
std::string decode_q(std::string_view text)
{
    std::string out;
    out.reserve(text.size());
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '_') {
            out += ' ';
        } else if (text[i] == '=' && i + 2 < text.size() && hex_value(text[i + 1]) >= 0 &&
                   hex_value(text[i + 2]) >= 0) {
            out += static_cast<char>(hex_value(text[i + 1]) * 16 + hex_value(text[i + 2]));
            i += 2;
        } else {
            out += text[i];
        }
    }
    return out;
}

// "=?charset?encoding?text?=" at the start of `text`, RFC 2047 §2. Longer words
// than its 75 characters and spaces inside occur, and are taken.
std::optional<Word> first_word(std::string_view text)
{
    if (!text.starts_with("=?")) return std::nullopt;
    const std::string_view head = text.substr(2, most_charset_octets + 1);
    const std::size_t charset_end = head.find('?');
    if (charset_end == std::string_view::npos || charset_end == 0) return std::nullopt;
    std::string_view charset = head.substr(0, charset_end);
    if (std::any_of(charset.begin(), charset.end(), is_space)) return std::nullopt;
    charset = charset.substr(0, charset.find('*')); // a language, RFC 2231 §5

    const std::size_t at = 2 + charset_end + 1;
    if (at + 1 >= text.size() || text[at + 1] != '?') return std::nullopt;
    const char encoding = ascii::lower(text[at]);
    if (encoding != 'q' && encoding != 'b') return std::nullopt;
    const std::size_t begin = at + 2;
    const std::size_t end = text.find('?', begin);
    if (end == std::string_view::npos || end + 1 >= text.size() || text[end + 1] != '=') return std::nullopt;

    const std::string_view encoded = text.substr(begin, end - begin);
    return Word{charset, encoding == 'q' ? decode_q(encoded) : decode_transfer(Encoding::base64, encoded),
                end + 2};
}

// "%41" to "A", RFC 2231 §4; what is not a percent triple stays.
std::string decode_percent(std::string_view text)
{
    std::string out;
    out.reserve(text.size());
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '%' && i + 2 < text.size() && hex_value(text[i + 1]) >= 0 &&
            hex_value(text[i + 2]) >= 0) {
            out += static_cast<char>(hex_value(text[i + 1]) * 16 + hex_value(text[i + 2]));
            i += 2;
        } else {
            out += text[i];
        }
    }
    return out;
}

// "filename*1*" taken apart, RFC 2231 §3 and §4.1.
struct Section
{
    std::string name;
    unsigned number = 0;
    bool extended = false; // percent-encoded
    bool plain = true;     // neither: an ordinary parameter
    std::string value;
    std::size_t order = 0; // in the field
};

Section take_apart(std::string_view name, std::string value)
{
    Section section{ascii::to_lower(name), 0, false, true, std::move(value), 0};
    const std::size_t star = section.name.find('*');
    if (star == std::string::npos) return section;
    std::string_view rest = std::string_view{section.name}.substr(star + 1);
    if (rest.empty()) {
        section.extended = true;
    } else {
        if (rest.ends_with('*')) {
            section.extended = true;
            rest.remove_suffix(1);
        }
        if (rest.empty() || rest.size() > 4 || !std::all_of(rest.begin(), rest.end(), ascii::is_digit))
            return section;
        for (const char c : rest)
            section.number = section.number * 10 + static_cast<unsigned>(c - '0');
    }
    section.plain = false;
    section.name.resize(star);
    return section;
}

std::string join(std::vector<Section>::const_iterator first, std::vector<Section>::const_iterator last)
{
    std::string charset;
    std::string octets;
    unsigned expected = 0;
    for (auto section = first; section != last; ++section) {
        if (section->number < expected) continue; // said twice: the first counts
        if (section->number > expected) break;
        std::string_view value = section->value;
        if (section->extended && expected == 0) {
            // charset'language'text, only in the first (RFC 2231 §4.1).
            const std::size_t one = value.find('\'');
            const std::size_t two = one == std::string_view::npos ? one : value.find('\'', one + 1);
            if (two != std::string_view::npos) {
                charset = value.substr(0, one);
                value.remove_prefix(two + 1);
            }
        }
        octets += section->extended ? decode_percent(value) : std::string{value};
        ++expected;
    }
    return to_utf8(octets, charset);
}

} // namespace

std::string decode_text(std::string_view body)
{
    std::string out;
    std::size_t words = 0;
    // Octets that share a charset gather here until something else comes.
    std::string gathered;
    std::string charset;
    const auto flush = [&] {
        if (gathered.empty()) return;
        out += to_utf8(gathered, charset);
        gathered.clear();
    };

    const std::string text = [body] {
        std::string unfolded;
        unfolded.reserve(body.size());
        for (const char c : body) {
            if (c != '\r' && c != '\n') unfolded += c;
        }
        return unfolded;
    }();
    std::string_view rest = text; // from what is not yet in `out` or gathered
    std::size_t at = 0;           // in rest: where the next word may begin
    bool after_word = false;
    while (words < most_encoded_words) {
        at = rest.find("=?", at);
        if (at == std::string_view::npos) break;
        auto word = first_word(rest.substr(at));
        if (!word) {
            at += 2;
            continue;
        }
        ++words;
        const std::string_view between = rest.substr(0, at);
        const bool adjacent = after_word && std::all_of(between.begin(), between.end(), is_wsp);
        if (!adjacent || !ascii::equal(word->charset, charset)) flush();
        if (!adjacent) out += to_utf8(between, {});
        charset = word->charset;
        gathered += word->octets;
        rest.remove_prefix(at + word->length);
        at = 0;
        after_word = true;
    }
    flush();
    return out + to_utf8(rest, {});
}

std::vector<Parameter> join_parameters(std::vector<std::pair<std::string, std::string>> raw)
{
    std::vector<Section> sections;
    sections.reserve(raw.size());
    for (auto& [name, value] : raw)
        sections.push_back(take_apart(std::move(name), std::move(value)));
    // By name, those of RFC 2231 before a plain one, in their numbers' order.
    std::sort(sections.begin(), sections.end(), [](const Section& a, const Section& b) {
        if (a.name != b.name) return a.name < b.name;
        if (a.plain != b.plain) return b.plain;
        return a.number != b.number ? a.number < b.number : a.order < b.order;
    });

    std::vector<Parameter> parameters;
    for (auto first = sections.cbegin(); first != sections.cend();) {
        const auto last =
            std::find_if(first, sections.cend(), [&](const Section& s) { return s.name != first->name; });
        const auto plain = std::find_if(first, last, [](const Section& s) { return s.plain; });
        // Without its beginning a continued value is worth less than a plain one.
        const bool whole = first != plain && first->number == 0;
        if (whole) {
            parameters.push_back({first->name, join(first, plain)});
        } else if (plain != last) {
            parameters.push_back({plain->name, plain->value});
        }
        first = last;
    }
    return parameters;
}

} // namespace pillarbox::mime
