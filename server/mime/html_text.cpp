#include "server/mime/html_text.hpp"

#include "server/base/ascii.hpp"
#include "server/mime/characters.hpp"

#include <algorithm>
#include <array>

namespace pillarbox::mime {

namespace {

// Elements whose content is not text to read.
constexpr std::array<std::string_view, 7> unread{"script",   "style", "title", "template",
                                                 "noscript", "svg",   "object"};

// Elements that do not part words.
constexpr std::array<std::string_view, 17> inline_elements{"a",    "abbr", "b",   "bdi",    "bdo", "code",
                                                           "em",   "font", "i",   "mark",   "s",   "small",
                                                           "span", "sub",  "sup", "strong", "u"};

struct Reference
{
    std::string_view name;
    char32_t code_point;
};

constexpr std::array<Reference, 22> references{
    {{"amp", '&'},       {"lt", '<'},       {"gt", '>'},       {"quot", '"'},     {"apos", '\''},
     {"nbsp", 0xA0},     {"copy", 0xA9},    {"reg", 0xAE},     {"euro", 0x20AC},  {"pound", 0xA3},
     {"hellip", 0x2026}, {"ndash", 0x2013}, {"mdash", 0x2014}, {"lsquo", 0x2018}, {"rsquo", 0x2019},
     {"ldquo", 0x201C},  {"rdquo", 0x201D}, {"bull", 0x2022},  {"middot", 0xB7},  {"zwnj", 0x200B},
     {"shy", 0xAD},      {"trade", 0x2122}}};

class Stripper
{
public:
    Stripper(std::string_view html, std::size_t most) : rest_(html), most_(most) {}

    std::string strip()
    {
        while (!rest_.empty() && out_.size() < most_) {
            const char c = rest_.front();
            if (c == '<') {
                take_markup();
            } else if (c == '&') {
                take_reference();
            } else {
                out_ += c;
                rest_.remove_prefix(1);
            }
        }
        return std::move(out_);
    }

private:
    void skip_past(std::string_view end)
    {
        const std::size_t found = rest_.find(end);
        rest_.remove_prefix(found == std::string_view::npos ? rest_.size() : found + end.size());
    }

    void take_markup()
    {
        if (rest_.starts_with("<!--")) {
            rest_.remove_prefix(2); // "<!-->" is a whole comment
            skip_past("-->");
            return;
        }
        const char second = rest_.size() > 1 ? rest_[1] : '\0';
        if (second == '!' || second == '?') {
            skip_past(">");
            return;
        }
        const bool closing = second == '/';
        std::size_t end = closing ? 2 : 1;
        const std::size_t begin = end;
        while (end < rest_.size() && (is_alpha(rest_[end]) || ascii::is_digit(rest_[end])))
            ++end;
        const std::string_view name = rest_.substr(begin, end - begin);
        if (name.empty() || !is_alpha(name.front())) {
            out_ += '<'; // text, as in "1 < 2"
            rest_.remove_prefix(1);
            return;
        }
        rest_.remove_prefix(end);
        skip_attributes();
        if (!is_one_of(inline_elements, name)) out_ += ' ';
        if (!closing && is_one_of(unread, name)) skip_element(name);
    }

    // To the ">" of a tag; one inside quotes is none.
    void skip_attributes()
    {
        char quote = '\0';
        char before = ' ';
        while (!rest_.empty()) {
            const char c = rest_.front();
            rest_.remove_prefix(1);
            if (quote != '\0') {
                if (c == quote) quote = '\0';
            } else if (c == '>') {
                return;
            } else if ((c == '"' || c == '\'') && before == '=') {
                quote = c;
            }
            if (!is_space(c)) before = c;
        }
    }

    // To the end tag of `name`, or to the end.
    void skip_element(std::string_view name)
    {
        while (!rest_.empty()) {
            skip_past("</");
            if (rest_.size() >= name.size() && ascii::equal(rest_.substr(0, name.size()), name)) {
                skip_past(">");
                return;
            }
        }
    }

    void take_reference()
    {
        constexpr std::size_t most_octets = 12;
        const std::string_view head = rest_.substr(1, most_octets);
        const std::size_t end = head.find(';');
        char32_t code_point = 0;
        if (end != std::string_view::npos && end > 0) {
            const std::string_view name = head.substr(0, end);
            code_point = name.front() == '#' ? numeric(name.substr(1)) : named(name);
        }
        if (code_point == 0) {
            out_ += '&';
            rest_.remove_prefix(1);
            return;
        }
        append_utf8(out_, code_point);
        rest_.remove_prefix(end + 2);
    }

    static char32_t named(std::string_view name)
    {
        const auto found = std::find_if(references.begin(), references.end(),
                                        [name](const Reference& r) { return r.name == name; });
        return found == references.end() ? 0 : found->code_point;
    }

    static char32_t numeric(std::string_view digits)
    {
        const bool hex = digits.starts_with('x') || digits.starts_with('X');
        if (hex) digits.remove_prefix(1);
        if (digits.empty() || digits.size() > 8) return 0;
        std::uint64_t value = 0;
        for (const char c : digits) {
            const int digit = hex_value(c);
            if (digit < 0 || (!hex && digit > 9)) return 0;
            value = value * (hex ? 16 : 10) + static_cast<unsigned>(digit);
        }
        return value > 0x10FFFF ? 0xFFFD : static_cast<char32_t>(value);
    }

    std::string_view rest_;
    std::size_t most_;
    std::string out_;
};

} // namespace

std::string html_to_text(std::string_view html, std::size_t most_octets)
{
    return Stripper{html, most_octets}.strip();
}

} // namespace pillarbox::mime
