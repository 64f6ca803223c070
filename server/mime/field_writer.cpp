#include "server/mime/field_writer.hpp"

#include "server/base/ascii.hpp"
#include "server/base/base64.hpp"
#include "server/base/utf8_text.hpp"
#include "server/mime/characters.hpp"

#include <algorithm>

namespace pillarbox::mime {

namespace {

constexpr std::size_t longest_field_line = 76; // with encoded words, RFC 2047 §2; else 78
constexpr std::size_t longest_word = 62;       // encoded; a line's longest field name still fits before it
constexpr std::size_t longest_plain = 300;     // octets of a word that is left whole
constexpr std::size_t most_text = 2000;        // characters of a value

/// A field that is folded between its words.
class Folded
{
public:
    explicit Folded(std::string_view name) : text_(name), column_(name.size() + 1) { text_ += ':'; }

    void add(std::string_view word)
    {
        const bool first = text_.ends_with(':');
        if (!first && column_ + 1 + word.size() > longest_field_line) {
            text_ += "\r\n";
            column_ = 0;
        }
        text_.append(1, ' ').append(word);
        column_ += 1 + word.size();
    }

    std::string finish() && { return std::move(text_) + "\r\n"; }

private:
    std::string text_;
    std::size_t column_;
};

bool is_atext(char c)
{
    return is_alpha(c) || ascii::is_digit(c) || static_cast<unsigned char>(c) >= 0x80 ||
           std::string_view("!#$%&'*+-/=?^_`{|}~").find(c) != std::string_view::npos;
}

/// What stands for itself in an encoded word wherever that is, RFC 2047 §5 (3).
bool stands_for_itself(char c)
{
    return is_alpha(c) || ascii::is_digit(c) || std::string_view("!*+-/").find(c) != std::string_view::npos;
}

std::string encode_q(std::string_view text)
{
    std::string out;
    for (const char c : text) {
        const auto octet = static_cast<unsigned char>(c);
        if (stands_for_itself(c))
            out += c;
        else if (c == ' ')
            out += '_';
        else
            out.append(1, '=').append(1, hex_digits[octet >> 4U]).append(1, hex_digits[octet & 15U]);
    }
    return out;
}

std::string encoded_word(std::string_view text)
{
    const std::string q = encode_q(text);
    const std::string b = base64_encode(text);
    return q.size() <= b.size() ? "=?UTF-8?Q?" + q + "?=" : "=?UTF-8?B?" + b + "?=";
}

/// The text as encoded words, each of whole characters (RFC 2047 §5).
std::vector<std::string> encoded_words(std::string_view text)
{
    std::vector<std::string> words;
    while (!text.empty()) {
        std::size_t length = first_code_point(text).length;
        std::string word = encoded_word(text.substr(0, length));
        while (length < text.size()) {
            const auto next = length + first_code_point(text.substr(length)).length;
            std::string longer = encoded_word(text.substr(0, next));
            if (longer.size() > longest_word) break;
            word = std::move(longer);
            length = next;
        }
        words.push_back(std::move(word));
        text.remove_prefix(length);
    }
    return words;
}

std::vector<std::string> split(std::string_view text)
{
    std::vector<std::string> words;
    while (!text.empty())
        words.emplace_back(ascii::take_until(text, ' '));
    return words;
}

/// Whether it can be written without encoding: nothing in it would be taken
/// for an encoded word, and no word is too long for a line.
bool plain(std::string_view text, HeaderForm form)
{
    if (form == HeaderForm::ascii && utf8::beyond_ascii(text)) return false;
    if (text.find("=?") != std::string_view::npos) return false;
    std::size_t word = 0;
    for (const char c : text) {
        word = c == ' ' ? 0 : word + 1;
        if (word > longest_plain) return false;
    }
    return true;
}

std::string quoted_string(std::string_view text)
{
    std::string out = "\"";
    for (const char c : text) {
        if (c == '"' || c == '\\') out += '\\';
        out += c;
    }
    return out += '"';
}

/// A display name, RFC 5322 §3.2.5: as it is, in quotes, or encoded.
std::vector<std::string> phrase(std::string_view name, HeaderForm form)
{
    const bool atoms = std::ranges::all_of(name, [](char c) { return c == ' ' || is_atext(c); });
    if (plain(name, form) && atoms) return split(name);
    if (plain(name, form)) return split(quoted_string(name));
    return encoded_words(name);
}

/// The words of one address; the last may be followed by a comma.
std::vector<std::string> words_of(const Address& person, HeaderForm form)
{
    const std::string name = one_line(scrub_utf8(person.name), most_text);
    if (!is_address(person.address)) {
        // A name by itself would be read as an address if it had an "@" outside quotes.
        const std::string whole = one_line(scrub_utf8(name + " " + person.address), most_text);
        if (whole.empty()) return {};
        if (!plain(whole, form)) return encoded_words(whole);
        return split(quoted_string(whole));
    }
    if (name.empty()) return {person.address};
    auto words = phrase(name, form);
    words.push_back("<" + person.address + ">");
    return words;
}

bool is_message_id(std::string_view id)
{
    return id.size() > 2 && id.size() <= longest_plain && id.starts_with('<') && id.ends_with('>') &&
           std::ranges::all_of(id, [](char c) { return c > ' ' && c < '\x7f'; });
}

/// Pieces of a percent-encoded value that fit on a line, RFC 2231 §4.
std::vector<std::string> percent_pieces(std::string_view value)
{
    constexpr std::size_t longest_piece = 50;
    std::vector<std::string> pieces(1);
    for (const char c : value) {
        const auto octet = static_cast<unsigned char>(c);
        if (pieces.back().size() + 3 > longest_piece) pieces.emplace_back();
        if (is_alpha(c) || ascii::is_digit(c) || std::string_view("-._").find(c) != std::string_view::npos)
            pieces.back() += c;
        else
            pieces.back()
                .append(1, '%')
                .append(1, hex_digits[octet >> 4U])
                .append(1, hex_digits[octet & 15U]);
    }
    return pieces;
}

bool fits_a_line(std::string_view value)
{
    return value.size() <= 60 && !utf8::beyond_ascii(value) && value.find("=?") == std::string_view::npos;
}

} // namespace

std::string text_field(std::string_view name, std::string_view value, HeaderForm form)
{
    const std::string line = one_line(scrub_utf8(value), most_text);
    Folded field(name);
    for (const auto& word : plain(line, form) ? split(line) : encoded_words(line))
        field.add(word);
    return std::move(field).finish();
}

std::string address_field(std::string_view name, const std::vector<Address>& people, HeaderForm form)
{
    std::vector<std::vector<std::string>> list;
    for (const auto& person : people) {
        auto words = words_of(person, form);
        if (!words.empty()) list.push_back(std::move(words));
    }
    if (list.empty()) return {};
    Folded field(name);
    for (std::size_t i = 0; i < list.size(); ++i) {
        if (i + 1 < list.size()) list[i].back() += ',';
        for (const auto& word : list[i])
            field.add(word);
    }
    return std::move(field).finish();
}

std::string id_field(std::string_view name, const std::vector<std::string>& ids)
{
    Folded field(name);
    bool any = false;
    for (const auto& id : ids) {
        if (!is_message_id(id)) continue;
        field.add(id);
        any = true;
    }
    return any ? std::move(field).finish() : std::string();
}

std::string parameter(std::string_view name, std::string_view value)
{
    const std::string line = one_line(scrub_utf8(value), most_text);
    std::string out = ";\r\n ";
    if (fits_a_line(line)) return out.append(name).append("=").append(quoted_string(line));
    const auto pieces = percent_pieces(line);
    if (pieces.size() == 1) return out.append(name).append("*=UTF-8''").append(pieces.front());
    out.clear();
    for (std::size_t i = 0; i < pieces.size(); ++i) {
        out.append(";\r\n ").append(name).append("*").append(std::to_string(i));
        out.append(i == 0 ? "*=UTF-8''" : "*=").append(pieces[i]);
    }
    return out;
}

std::string encoded_parameter(std::string_view name, std::string_view value)
{
    const std::string line = one_line(scrub_utf8(value), most_text);
    std::string out = ";\r\n ";
    out.append(name).append("=");
    if (fits_a_line(line)) return out.append(quoted_string(line));
    std::string_view between = "\"";
    for (const auto& word : encoded_words(line)) {
        out.append(between).append(word);
        between = "\r\n ";
    }
    return out += '"';
}

bool is_address(std::string_view text)
{
    const auto at = text.rfind('@');
    if (at == std::string_view::npos || at == 0 || at + 1 == text.size() || !is_utf8(text)) return false;
    if (one_line(text, text.size()) != text) return false;
    const auto list = parse_address_list(text);
    return list.total == 1 && list.addresses.size() == 1 && list.groups.empty() &&
           list.addresses.front().address == text && list.addresses.front().name.empty() &&
           text.find_first_of("<>,;:()") == std::string_view::npos;
}

} // namespace pillarbox::mime
