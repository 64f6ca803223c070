#include "server/mailauth/results.hpp"

#include "server/base/ascii.hpp"

#include <algorithm>
#include <utility>

namespace pillarbox::mailauth {

namespace {

constexpr std::size_t longest_value = 300; // a domain and more; a reason is cut

bool is_token(std::string_view text)
{
    // RFC 2045 §5.1: no white space, no controls, no tspecials.
    const auto fits = [](char c) {
        return c > ' ' && c <= '~' && std::string_view("()<>@,;:\\\"/[]?=").find(c) == std::string_view::npos;
    };
    return !text.empty() && std::ranges::all_of(text, fits);
}

/// value, RFC 8601 §2.2.
std::string value_of(std::string_view text)
{
    text = text.substr(0, longest_value);
    if (is_token(text)) return std::string(text);
    std::string quoted = "\"";
    for (const char c : text) {
        if (c == '"' || c == '\\') quoted += '\\';
        quoted += c >= ' ' && c <= '~' ? c : '?';
    }
    return quoted + '"';
}

/// The words of one method's result, none of which may be broken.
std::vector<std::string> words_of(const MethodResult& result)
{
    std::vector<std::string> words{result.method + "=" + result.result};
    if (!result.reason.empty()) words.push_back("reason=" + value_of(result.reason));
    for (const auto& [name, value] : result.properties)
        if (!value.empty()) words.push_back(name + "=" + value_of(value));
    return words;
}

/// Cuts white space, line ends and comments from the front, RFC 5322 §3.2.2.
void skip_cfws(std::string_view& text)
{
    unsigned depth = 0;
    std::size_t at = 0;
    for (; at < text.size(); ++at) {
        const char c = text[at];
        if (depth > 0 && c == '\\') {
            ++at;
        } else if (c == '(') {
            ++depth;
        } else if (depth > 0 && c == ')') {
            --depth;
        } else if (depth == 0 && c != ' ' && c != '\t' && c != '\r' && c != '\n') {
            break;
        }
    }
    text.remove_prefix(std::min(at, text.size()));
}

/// Whom a method's result is of.
std::string_view domain_property(std::string_view method)
{
    if (method == "spf") return "smtp.mailfrom";
    if (method == "dkim") return "header.d";
    return method == "dmarc" ? "header.from" : "";
}

std::string take_quoted(std::string_view text)
{
    std::string value;
    for (std::size_t at = 1; at < text.size() && text[at] != '"'; ++at) {
        if (text[at] == '\\' && at + 1 < text.size()) ++at;
        value += text[at];
    }
    return value;
}

} // namespace

std::string authentication_results(std::string_view authserv_id, const std::vector<MethodResult>& results)
{
    constexpr std::size_t longest_line = 78; // RFC 5322 §2.1.1
    std::string field = "Authentication-Results: ";
    field += authserv_id;
    if (results.empty()) return field + "; none\r\n";
    for (const auto& result : results) {
        field += ";\r\n   ";
        std::size_t column = 3;
        for (const auto& word : words_of(result)) {
            if (column > 3 && column + 1 + word.size() > longest_line) {
                field += "\r\n    ";
                column = 4;
            }
            field += ' ';
            field += word;
            column += 1 + word.size();
        }
    }
    return field + "\r\n";
}

std::string in_one_line(const std::vector<MethodResult>& results)
{
    std::string line;
    for (const auto& result : results) {
        if (!line.empty()) line += "; ";
        bool first = true;
        for (const auto& word : words_of(result)) {
            if (!std::exchange(first, false)) line += ' ';
            line += word;
        }
    }
    return line;
}

std::vector<MethodResult> parse_results(std::string_view body)
{
    std::vector<MethodResult> results;
    std::string word;
    bool quoted = false, named = false; // named: the identifier is over
    bool first = true;                  // in a method's part
    const auto take_word = [&] {
        const auto equals = word.find('=');
        if (named && equals != std::string::npos) {
            std::string name = word.substr(0, equals), value = word.substr(equals + 1);
            if (std::exchange(first, false))
                results.push_back({std::move(name), std::move(value)});
            else if (name == domain_property(results.back().method))
                results.back().properties.emplace_back(std::move(name), std::move(value));
        }
        word.clear();
    };
    for (std::size_t at = 0; at < body.size(); ++at) {
        const char c = body[at];
        if (quoted && c == '\\' && at + 1 < body.size()) {
            word += body[++at];
        } else if (c == '"') {
            quoted = !quoted;
        } else if (quoted || (c > ' ' && c != ';')) {
            word += c;
        } else {
            take_word();
            if (c == ';') named = first = true;
        }
    }
    take_word();
    return results;
}

std::string without_comments(std::string_view body)
{
    std::string plain;
    bool quoted = false;
    while (!body.empty()) {
        const char c = body.front();
        if (!quoted && c == '(') {
            skip_cfws(body);
            plain += ' ';
            continue;
        }
        const std::size_t octets = c == '\\' ? std::min<std::size_t>(2, body.size()) : 1;
        if (c == '"') quoted = !quoted;
        plain += body.substr(0, octets);
        body.remove_prefix(octets);
    }
    return plain;
}

bool claims_to_be_from(std::string_view body, std::string_view authserv_id)
{
    skip_cfws(body);
    if (body.starts_with('"')) return ascii::equal(take_quoted(body), authserv_id);
    const auto end = std::min(body.find_first_of(" \t\r\n;("), body.size());
    return ascii::equal(body.substr(0, end), authserv_id);
}

} // namespace pillarbox::mailauth
