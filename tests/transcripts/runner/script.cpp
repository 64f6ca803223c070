#include "tests/transcripts/runner/script.hpp"

#include "server/base/ascii.hpp"

#include <cstdint>
#include <fstream>
#include <map>
#include <sstream>
#include <stdexcept>
#include <string_view>

namespace pillarbox::transcripts {

namespace {

struct Directive
{
    Item::Kind kind;
    std::size_t least; // words
    std::size_t most;
};

constexpr std::size_t any_number = 1000;

const std::map<std::string, Directive, std::less<>> directives{
    {"set", {Item::Kind::set, 1, any_number}},
    {"account", {Item::Kind::account, 2, 3}},
    {"app-password", {Item::Kind::app_password, 3, 4}},
    {"pop3-terms", {Item::Kind::pop3_terms, 3, 3}},
    {"alias", {Item::Kind::alias, 2, any_number}},
    {"alias-off", {Item::Kind::alias_off, 1, 1}},
    {"alias-ended", {Item::Kind::alias_ended, 2, any_number}},
    {"sender", {Item::Kind::sender, 2, 2}},
    {"message", {Item::Kind::message, 1, 2}},
    {"connect", {Item::Kind::connect, 1, 5}},
    {"use", {Item::Kind::use, 1, 1}},
    {"tls", {Item::Kind::tls, 0, 0}},
    {"close", {Item::Kind::close, 0, 0}},
    {"closed", {Item::Kind::closed, 0, 0}},
    {"queued", {Item::Kind::queued, 0, any_number}},
    {"queued-from", {Item::Kind::queued_from, 0, any_number}},
    {"stepwise", {Item::Kind::stepwise, 0, 0}},
    {"only", {Item::Kind::only, 1, 3}},
};

std::vector<std::string> split(const std::string& line)
{
    std::istringstream in(line);
    std::vector<std::string> words;
    for (std::string word; in >> word;)
        words.push_back(word);
    return words;
}

/// The text behind "C:" and the like; one space in front belongs to the form.
std::string behind(std::string_view prefix, std::string_view line)
{
    line.remove_prefix(prefix.size());
    if (line.starts_with(' ')) line.remove_prefix(1);
    return std::string(line);
}

Item parse_directive(const std::string& line, int number)
{
    std::vector<std::string> words = split(line);
    const auto found = directives.find(words.front());
    if (found == directives.end()) throw std::runtime_error("there is no directive " + words.front());
    words.erase(words.begin());
    if (words.size() < found->second.least || words.size() > found->second.most)
        throw std::runtime_error("the wrong number of arguments");
    return {.kind = found->second.kind, .line = number, .words = std::move(words)};
}

void parse_line(const std::string& line, int number, std::vector<Item>& items)
{
    if (line.empty() || line.starts_with('#')) return;
    if (line.starts_with("C:")) {
        items.push_back({.kind = Item::Kind::send, .line = number, .text = behind("C:", line) + "\\r\\n"});
    } else if (line.starts_with("C<:")) {
        items.push_back({.kind = Item::Kind::send, .line = number, .text = behind("C<:", line)});
    } else if (line.starts_with("S:")) {
        items.push_back({.kind = Item::Kind::expect, .line = number, .text = behind("S:", line)});
    } else if (line.starts_with("S...:")) {
        items.push_back(
            {.kind = Item::Kind::expect, .line = number, .text = behind("S...:", line), .skips = true});
    } else if (line.starts_with("S*")) {
        const auto colon = line.find(':');
        const auto times =
            ascii::parse_number<std::uint16_t>(std::string_view(line).substr(0, colon).substr(2));
        if (colon == std::string::npos || !times) throw std::runtime_error("S*N: takes a number");
        const std::string text = behind(std::string_view(line).substr(0, colon + 1), line);
        items.insert(items.end(), *times, {.kind = Item::Kind::expect, .line = number, .text = text});
    } else if (line.starts_with('|')) {
        if (items.empty() || items.back().kind != Item::Kind::message)
            throw std::runtime_error("a message's line without a message");
        if (line.starts_with("|<"))
            items.back().text += line.substr(2);
        else
            items.back().text += behind("|", line) + "\\r\\n";
    } else {
        items.push_back(parse_directive(line, number));
    }
}

} // namespace

Script read_script(const std::filesystem::path& file)
{
    std::ifstream in(file, std::ios::binary);
    if (!in) throw std::runtime_error(file.string() + ": cannot be read");
    Script script{.file = file, .items = {}};
    int number = 0;
    for (std::string line; std::getline(in, line);) {
        ++number;
        try {
            parse_line(line, number, script.items);
        } catch (const std::runtime_error& fault) {
            throw std::runtime_error(file.string() + ':' + std::to_string(number) + ": " + fault.what());
        }
    }
    return script;
}

} // namespace pillarbox::transcripts
