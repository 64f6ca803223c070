#include "server/mime/content_type.hpp"

#include "server/base/ascii.hpp"
#include "server/mime/characters.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace pillarbox::mime {

namespace {

constexpr std::size_t most_name_octets = 200;
constexpr std::size_t most_extension_octets = 20;

// Reads a field from the front.
class Cursor
{
public:
    explicit Cursor(std::string_view text) : rest_(text) {}

    bool done() const { return rest_.empty(); }
    bool at(char c) const { return !rest_.empty() && rest_.front() == c; }
    void skip_one() { rest_.remove_prefix(1); }

    // White space and comments, RFC 5322 §3.2.2.
    void skip_cfws() { rest_ = skip_comments(rest_, is_space); }

    std::string_view until_any(std::string_view stops)
    {
        const std::size_t end = std::min(rest_.find_first_of(stops), rest_.size());
        const std::string_view taken = rest_.substr(0, end);
        rest_.remove_prefix(end);
        return taken;
    }

    std::string quoted()
    {
        std::string out;
        skip_one();
        while (!rest_.empty() && rest_.front() != '"') {
            if (rest_.front() == '\\' && rest_.size() > 1 && (rest_[1] == '"' || rest_[1] == '\\'))
                skip_one();
            if (rest_.front() != '\r' && rest_.front() != '\n') out += rest_.front();
            skip_one();
        }
        if (!rest_.empty()) skip_one();
        return out;
    }

private:
    std::string_view rest_;
};

std::string parameter_value(Cursor& cursor, std::string_view name)
{
    if (cursor.at('"')) return cursor.quoted();
    // Without quotes a value ends at a semicolon, for file names are often
    // written so, with spaces; where spaces make no sense it is a token.
    const std::string_view value = trim(cursor.until_any(";"));
    const bool token = ascii::equal(name, "boundary") || ascii::equal(name, "charset");
    return std::string{token ? value.substr(0, value.find_first_of(" \t\r\n(")) : value};
}

bool is_token(std::string_view word)
{
    static constexpr std::string_view specials = "()<>@,;:\\\"/[]?="; // RFC 2045 §5.1
    return !word.empty() && std::all_of(word.begin(), word.end(), [](char c) {
        return c > ' ' && c < '\x7F' && specials.find(c) == std::string_view::npos;
    });
}

bool is_refused_in_names(char32_t c)
{
    return c < 0x80 && std::string_view{"\"*/:<>?\\|"}.find(static_cast<char>(c)) != std::string_view::npos;
}

// Names that Windows gives to devices, whatever their extension.
bool is_device(std::string_view name)
{
    const std::string_view stem = name.substr(0, name.find('.'));
    for (const std::string_view device : {"con", "prn", "aux", "nul"}) {
        if (ascii::equal(stem, device)) return true;
    }
    return stem.size() == 4 && ascii::is_digit(stem[3]) &&
           (ascii::equal(stem.substr(0, 3), "com") || ascii::equal(stem.substr(0, 3), "lpt"));
}

// At most `most` octets, cut between characters.
std::string_view cut(std::string_view utf8, std::size_t most)
{
    if (utf8.size() <= most) return utf8;
    while (most > 0 && (static_cast<unsigned char>(utf8[most]) & 0xC0U) == 0x80U)
        --most;
    return utf8.substr(0, most);
}

} // namespace

std::string_view Parameters::find(std::string_view name) const
{
    const auto found =
        std::find_if(list.begin(), list.end(), [name](const Parameter& p) { return p.name == name; });
    return found == list.end() ? std::string_view{} : std::string_view{found->value};
}

Parameters parse_parameters(std::string_view body)
{
    Parameters result;
    Cursor cursor{body};
    cursor.skip_cfws();
    result.word = ascii::to_lower(trim(cursor.until_any(";(")));
    std::erase_if(result.word, is_space); // "text / plain"
    std::vector<std::pair<std::string, std::string>> raw;
    while (raw.size() < most_parameters) {
        cursor.skip_cfws();
        while (cursor.at(';')) {
            cursor.skip_one();
            cursor.skip_cfws();
        }
        if (cursor.done()) break;
        const std::string_view name = trim(cursor.until_any("=;"));
        if (!cursor.at('=')) continue; // a word without a value
        cursor.skip_one();
        cursor.skip_cfws();
        std::string value = parameter_value(cursor, name);
        if (is_token(name)) raw.emplace_back(name, std::move(value));
    }
    result.list = join_parameters(std::move(raw));
    return result;
}

ContentType parse_content_type(std::string_view body)
{
    ContentType result;
    result.parameters = parse_parameters(body);
    const std::string_view word = result.parameters.word;
    const std::size_t slash = word.find('/');
    if (slash != std::string_view::npos && is_token(word.substr(0, slash)) &&
        is_token(word.substr(slash + 1))) {
        result.type = word.substr(0, slash);
        result.subtype = word.substr(slash + 1);
    } else if (!word.empty() && word != "text" && !word.starts_with("text/")) {
        // Said, but unreadable: nothing to be shown as text.
        result.type = "application";
        result.subtype = "octet-stream";
    }
    return result;
}

std::string safe_file_name(std::string_view raw)
{
    const std::size_t slash = raw.find_last_of("/\\");
    if (slash != std::string_view::npos) raw.remove_prefix(slash + 1);
    std::string name;
    for (std::string line = one_line(raw, raw.size()); const char c : line) {
        name += is_refused_in_names(static_cast<unsigned char>(c)) ? '_' : c;
    }
    // A leading dot hides a file, a trailing one is dropped by some systems.
    const std::size_t first = name.find_first_not_of(" .");
    if (first == std::string::npos) return {};
    name = name.substr(first, name.find_last_not_of(" .") + 1 - first);
    if (name.size() > most_name_octets) {
        const std::size_t dot = name.rfind('.');
        const bool keep = dot != std::string::npos && name.size() - dot <= most_extension_octets;
        const std::string extension = keep ? name.substr(dot) : std::string{};
        name = std::string{cut(name, most_name_octets - extension.size())} + extension;
    }
    return is_device(name) ? "_" + name : name;
}

std::string file_name(const Parameters& type, const Parameters& disposition)
{
    std::string_view raw = disposition.find("filename");
    if (raw.empty()) raw = type.find("name");
    // RFC 2047 §5 forbids encoded words here; most senders use them.
    return safe_file_name(decode_text(raw));
}

} // namespace pillarbox::mime
