#include "server/mime/findings.hpp"

#include "server/base/ascii.hpp"
#include "server/mime/html_text.hpp"

#include <algorithm>
#include <cstddef>

namespace pillarbox::mime {

namespace {

constexpr std::size_t most_links = 100;
constexpr std::size_t longest_link = 2000; // octets
constexpr std::size_t most_codes = 20;
constexpr std::size_t shortest_code = 4;
constexpr std::size_t longest_code = 8;

constexpr std::string_view white = " \t\r\n\f\v";
constexpr std::string_view not_in_links = " \t\r\n\f\v\"<>`";

bool one_of(char c, std::string_view set)
{
    return set.find(c) != std::string_view::npos;
}

void add_once(std::vector<std::string>& all, std::string text, std::size_t most)
{
    if (all.size() < most && std::ranges::find(all, text) == all.end()) all.push_back(std::move(text));
}

bool is_web(std::string_view text)
{
    return ascii::equal(text.substr(0, 7), "http://") || ascii::equal(text.substr(0, 8), "https://");
}

/// Without what belongs to the sentence that it stands in.
std::string_view trim_link(std::string_view link)
{
    while (!link.empty()) {
        const char last = link.back();
        const bool closes = (last == ')' && std::ranges::count(link, ')') > std::ranges::count(link, '(')) ||
                            (last == ']' && std::ranges::count(link, ']') > std::ranges::count(link, '['));
        if (!closes && !one_of(last, ".,;:!?'")) break;
        link.remove_suffix(1);
    }
    return link;
}

/// Reads the attributes of a tag, from behind its name on; leaves the rest
/// behind its end. The first href counts.
std::string_view read_href(std::string_view& rest)
{
    std::string_view href;
    while (!rest.empty() && rest.front() != '>') {
        if (one_of(rest.front(), white) || rest.front() == '/') {
            rest.remove_prefix(1);
            continue;
        }
        const auto name = rest.substr(0, std::min(rest.find_first_of(" \t\r\n\f\v/>="), rest.size()));
        rest.remove_prefix(std::max<std::size_t>(name.size(), 1));
        rest.remove_prefix(std::min(rest.find_first_not_of(white), rest.size()));
        if (rest.empty() || rest.front() != '=') continue;
        rest.remove_prefix(1);
        rest.remove_prefix(std::min(rest.find_first_not_of(white), rest.size()));
        std::string_view value;
        if (!rest.empty() && one_of(rest.front(), "\"'")) {
            const char quote = rest.front();
            rest.remove_prefix(1);
            value = rest.substr(0, std::min(rest.find(quote), rest.size()));
            rest.remove_prefix(std::min(value.size() + 1, rest.size()));
        } else {
            value = rest.substr(0, std::min(rest.find_first_of(" \t\r\n\f\v>"), rest.size()));
            rest.remove_prefix(value.size());
        }
        if (href.empty() && ascii::equal(name, "href")) href = value;
    }
    return href;
}

bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

bool is_code_letter(char c)
{
    return is_digit(c) || (c >= 'A' && c <= 'Z');
}

bool is_code(std::string_view word, bool alone)
{
    if (word.size() < shortest_code || word.size() > longest_code) return false;
    if (!std::ranges::all_of(word, is_code_letter)) return false;
    const auto digits = std::ranges::count_if(word, is_digit);
    const bool year = word.size() == 4 && digits == 4 && (word.starts_with("19") || word.starts_with("20"));
    if (alone) return true;
    return digits > 0 && !year;
}

} // namespace

std::vector<std::string> links_in_text(std::string_view text)
{
    std::vector<std::string> links;
    while (links.size() < most_links) {
        const auto scheme = text.find("://");
        if (scheme == std::string_view::npos) break;
        std::size_t begin = scheme;
        for (const std::size_t length : {std::size_t{5}, std::size_t{4}})
            if (begin == scheme && scheme >= length && is_web(text.substr(scheme - length)))
                begin = scheme - length;
        if (begin == scheme) {
            text.remove_prefix(scheme + 3);
            continue;
        }
        text.remove_prefix(begin);
        const auto whole = text.substr(0, std::min(text.find_first_of(not_in_links), text.size()));
        text.remove_prefix(whole.size());
        if (whole.size() > longest_link) continue;
        const auto link = trim_link(whole);
        if (link.size() > scheme - begin + 3) add_once(links, std::string(link), most_links);
    }
    return links;
}

std::vector<std::string> links_in_html(std::string_view html)
{
    std::vector<std::string> links;
    while (links.size() < most_links) {
        const auto tag = html.find('<');
        if (tag == std::string_view::npos) break;
        html.remove_prefix(tag + 1);
        const auto name = html.substr(0, std::min(html.find_first_of(" \t\r\n\f\v/>"), html.size()));
        if (!ascii::equal(name, "a") && !ascii::equal(name, "area")) continue;
        html.remove_prefix(name.size());
        const auto href = read_href(html);
        if (href.empty() || href.size() > longest_link) continue;
        auto link = html_to_text(href, longest_link); // resolves &amp;
        if (is_web(link) && link.size() <= longest_link && !one_of(' ', link))
            add_once(links, std::move(link), most_links);
    }
    return links;
}

std::vector<std::string> codes_in_text(std::string_view text)
{
    constexpr std::string_view around = "()[]\"'*:;,.!?";
    std::vector<std::string> codes;
    while (!text.empty() && codes.size() < most_codes) {
        const auto line = text.substr(0, std::min(text.find('\n'), text.size()));
        text.remove_prefix(std::min(line.size() + 1, text.size()));
        auto rest = ascii::trim(line);
        const bool alone = rest.find_first_of(white) == std::string_view::npos;
        while (!rest.empty()) {
            auto word = rest.substr(0, std::min(rest.find_first_of(white), rest.size()));
            rest.remove_prefix(word.size());
            rest.remove_prefix(std::min(rest.find_first_not_of(white), rest.size()));
            while (!word.empty() && one_of(word.front(), around))
                word.remove_prefix(1);
            while (!word.empty() && one_of(word.back(), around))
                word.remove_suffix(1);
            if (is_code(word, alone)) add_once(codes, std::string(word), most_codes);
        }
    }
    return codes;
}

} // namespace pillarbox::mime
