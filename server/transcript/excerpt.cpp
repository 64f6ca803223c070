#include "server/transcript/excerpt.hpp"

#include "server/base/ascii.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <initializer_list>
#include <iterator>
#include <vector>

namespace pillarbox::transcript {

namespace {

/// A line of a transcript, `0.123 C: what`.
struct Line
{
    std::string_view whole; // with its end
    std::string_view mark;  // "C:", "S:" or "**"
    std::string_view said;
};

Line parse_line(std::string_view whole)
{
    Line line{.whole = whole, .mark = {}, .said = {}};
    std::string_view rest = whole;
    if (rest.ends_with('\n')) rest.remove_suffix(1);
    ascii::take_until(rest, ' '); // the time
    line.mark = ascii::take_until(rest, ' ');
    line.said = rest;
    return line;
}

/// What the client sent, and what was answered and happened then. The first has
/// no client: the greeting.
struct Exchange
{
    std::string_view verb; // "<" for octets of a text
    Line client;
    std::vector<Line> answers;
};

std::string_view verb_of(std::string_view said)
{
    if (said.starts_with('<')) return "<";
    return said.substr(0, said.find_first_of(" :"));
}

std::vector<Exchange> exchanges_of(std::string_view text)
{
    std::vector<Exchange> all(1);
    while (!text.empty()) {
        const auto end = std::min(text.find('\n'), text.size() - 1) + 1;
        const Line line = parse_line(text.substr(0, end));
        text.remove_prefix(end);
        if (line.mark == "C:")
            all.push_back({.verb = verb_of(line.said), .client = line, .answers = {}});
        else
            all.back().answers.push_back(line);
    }
    return all;
}

bool is(const Exchange& exchange, std::string_view verb)
{
    return ascii::equal(exchange.verb, verb);
}

bool is_any(const Exchange& exchange, std::initializer_list<std::string_view> verbs)
{
    return std::ranges::any_of(verbs, [&](std::string_view verb) { return is(exchange, verb); });
}

/// The word behind "stored as".
std::string_view stored_name(std::string_view reply)
{
    constexpr std::string_view before = "stored as ";
    const auto at = reply.find(before);
    if (at == std::string_view::npos) return {};
    const auto name = reply.substr(at + before.size());
    return name.substr(0, name.find_first_of(" \r;,"));
}

bool stores(const Exchange& exchange, std::string_view name)
{
    return std::ranges::any_of(exchange.answers,
                               [name](const Line& line) { return stored_name(line.said) == name; });
}

/// As a transcript has it: net::Transcript escapes what is no printable ASCII.
std::string escaped(std::string_view text)
{
    std::string shown;
    for (const char c : text) {
        if (c == '\\')
            shown += "\\\\";
        else if (c >= ' ' && c <= '~')
            shown += c;
        else
            fmt::format_to(std::back_inserter(shown), "\\x{:02x}", static_cast<unsigned char>(c));
    }
    return shown;
}

/// Of a RCPT, the path up to its '>'.
std::string_view path_of(std::string_view said)
{
    const auto begin = said.find('<');
    if (begin == std::string_view::npos) return {};
    const auto path = said.substr(begin + 1);
    return path.substr(0, path.find('>'));
}

/// Cuts the exchanges that one recipient may see.
class Cut
{
public:
    Cut(std::string_view name, std::string_view recipient) : name_(name), recipient_(escaped(recipient)) {}

    /// `[first, last]` is the message's transaction.
    std::string of(const std::vector<Exchange>& all, std::size_t first, std::size_t last)
    {
        for (std::size_t i = 0; i < first; ++i) {
            if (i == 0 || is_any(all[i], {"EHLO", "HELO", "LHLO", "STARTTLS"})) take(all[i]);
        }
        take(all[first]);
        for (std::size_t i = first + 1; i <= last; ++i) {
            const Exchange& one = all[i];
            if (is(one, "RCPT") && ascii::equal(path_of(one.client.said), recipient_)) take(one);
            if (is_any(one, {"DATA", "BDAT", "<"})) take(one);
        }
        return std::move(text_);
    }

private:
    void take(const Exchange& exchange)
    {
        text_ += exchange.client.whole;
        for (const Line& answer : exchange.answers) {
            if (mine(answer.said)) text_ += answer.whole;
        }
    }

    /// An answer may name a recipient: then it must be this one.
    bool mine(std::string_view said) const
    {
        const auto name = stored_name(said);
        if (!name.empty() && name != name_) return false;
        return said.find('@') == std::string_view::npos || ascii::equal(path_of(said), recipient_);
    }

    std::string_view name_;
    const std::string recipient_;
    std::string text_;
};

} // namespace

std::string excerpt(std::string_view text, std::string_view name, std::string_view recipient)
{
    const auto all = exchanges_of(text);
    const auto last = std::ranges::find_if(all, [name](const Exchange& one) { return stores(one, name); });
    if (name.empty() || last == all.end()) return {};
    auto first = last;
    while (first != all.begin() && !is(*first, "MAIL"))
        --first;
    if (first == all.begin()) return {};
    return Cut(name, recipient)
        .of(all, static_cast<std::size_t>(first - all.begin()), static_cast<std::size_t>(last - all.begin()));
}

} // namespace pillarbox::transcript
