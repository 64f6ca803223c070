#include "storage/search_query.hpp"

#include "storage/search_value.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

namespace pillarbox::storage {
namespace {

constexpr std::size_t shortest_prefix = 2; // octets; shorter ones are in nearly every message

bool is_space(char c)
{
    return (c >= 0 && c <= ' ') || c == '\x7f'; // controls separate words too
}

bool is_alnum(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/// Whether there is something that can be looked for. Beyond ASCII the
/// tokenizer knows; a dash that is none finds nothing.
bool searchable(std::string_view text)
{
    return std::ranges::any_of(text, [](char c) { return is_alnum(c) || c < 0; });
}

struct TextOperator
{
    std::string_view name;
    TextTerm::Where where;
};

constexpr std::array<TextOperator, 7> text_operators{{{"from", TextTerm::Where::from},
                                                      {"to", TextTerm::Where::to},
                                                      {"cc", TextTerm::Where::cc},
                                                      {"subject", TextTerm::Where::subject},
                                                      {"body", TextTerm::Where::body},
                                                      {"filename", TextTerm::Where::filename},
                                                      {"list", TextTerm::Where::list}}};

constexpr std::array<std::string_view, 10> other_operators{
    "in", "is", "has", "larger", "smaller", "before", "after", "older_than", "newer_than", "header"};

bool is_operator(std::string_view name)
{
    return std::ranges::find(text_operators, name, &TextOperator::name) != text_operators.end() ||
           std::ranges::find(other_operators, name) != other_operators.end();
}

std::string lower(std::string_view text)
{
    std::string result(text);
    for (char& c : result) {
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    }
    return result;
}

SearchNode node_of(SearchNode::Term term)
{
    return {.kind = SearchNode::Kind::term, .term = std::move(term), .children = {}};
}

/// One as it is, several as one node.
SearchNode together(SearchNode::Kind kind, std::vector<SearchNode> nodes)
{
    if (nodes.size() == 1) return std::move(nodes.front());
    return {.kind = kind, .term = {}, .children = std::move(nodes)};
}

/// Goes down the grammar. Its depth is bounded by most_query_depth, so the
/// recursion is.
class Parser
{
public:
    Parser(std::string_view query, Time now) : query_(query), now_(now) {}

    boost::system::result<SearchNode, SearchMistake> run()
    {
        if (query_.size() > most_query_octets)
            return SearchMistake{most_query_octets,
                                 "the search is too long: " + std::to_string(most_query_octets) +
                                     " octets at most"};
        SearchNode root = parse_query(0);
        if (!mistake_ && at_ < query_.size()) mistake(at_, "this parenthesis was never opened");
        if (mistake_) return *mistake_;
        return root;
    }

private:
    /// A word or a phrase, and where it begins.
    struct Value
    {
        std::size_t offset = 0;
        std::string text;
        bool quoted = false;
        bool prefix = false;
    };

    void mistake(std::size_t offset, std::string sentence)
    {
        if (!mistake_) mistake_ = SearchMistake{offset, std::move(sentence)};
    }

    bool more() const { return !mistake_ && at_ < query_.size(); }
    bool at(char c) const { return at_ < query_.size() && query_[at_] == c; }

    void skip_space()
    {
        while (at_ < query_.size() && is_space(query_[at_]))
            ++at_;
    }

    /// Whether OR stands here as a word of its own.
    bool at_or() const
    {
        if (query_.substr(at_, 2) != "OR") return false;
        const auto behind = at_ + 2;
        return behind == query_.size() || is_space(query_[behind]) || query_[behind] == '(' ||
               query_[behind] == ')';
    }

    SearchNode parse_query(std::size_t depth)
    {
        const auto begin = at_;
        std::vector<SearchNode> groups;
        skip_space();
        while (more() && !at(')')) {
            groups.push_back(parse_group(depth));
            skip_space();
        }
        if (groups.empty()) mistake(begin, "there is nothing to search for");
        return together(SearchNode::Kind::all, std::move(groups));
    }

    SearchNode parse_group(std::size_t depth)
    {
        std::vector<SearchNode> members;
        if (at_or()) mistake(at_, "OR needs something before it; to search for the word, write \"OR\"");
        members.push_back(parse_unary(depth));
        skip_space();
        while (more() && at_or()) {
            const auto offset = at_;
            at_ += 2;
            skip_space();
            if (at_ == query_.size() || at(')') || at_or()) {
                mistake(offset, "OR needs something behind it; to search for the word, write \"OR\"");
                break;
            }
            members.push_back(parse_unary(depth));
            skip_space();
        }
        return together(SearchNode::Kind::any, std::move(members));
    }

    SearchNode parse_unary(std::size_t depth)
    {
        if (!at('-')) return parse_primary(depth);
        const auto offset = at_++;
        if (at_ == query_.size() || is_space(query_[at_]) || at('-') || at(')')) {
            mistake(offset, "\"-\" needs a word right behind it");
            return {};
        }
        std::vector<SearchNode> child;
        child.push_back(parse_primary(depth));
        return {.kind = SearchNode::Kind::none, .term = {}, .children = std::move(child)};
    }

    SearchNode parse_primary(std::size_t depth)
    {
        if (mistake_) return {};
        if (at('(')) return parse_parentheses(depth);
        if (++terms_ > most_query_terms) {
            mistake(at_, "the search has too many parts: " + std::to_string(most_query_terms) + " at most");
            return {};
        }
        if (const auto name = take_name(); !name.empty()) return parse_operator(name);
        return text_node(TextTerm::Where::anywhere, {}, take_value());
    }

    SearchNode parse_parentheses(std::size_t depth)
    {
        const auto offset = at_++;
        if (depth == most_query_depth) {
            mistake(offset, "there are too many parentheses within each other: " +
                                std::to_string(most_query_depth) + " at most");
            return {};
        }
        SearchNode node = parse_query(depth + 1);
        if (at(')'))
            ++at_;
        else
            mistake(offset, "this parenthesis is never closed");
        return node;
    }

    /// The name of an operator in small letters, its colon taken; empty when
    /// what stands here is text. "http://" is.
    std::string take_name()
    {
        auto end = at_;
        while (end < query_.size() && (is_alnum(query_[end]) || query_[end] == '_'))
            ++end;
        if (end == at_ || end == query_.size() || query_[end] != ':') return {};
        const auto given = query_.substr(at_, end - at_);
        const bool word = std::ranges::none_of(given, [](char c) { return c >= '0' && c <= '9'; });
        if (!word || query_.substr(end + 1, 1) == "/") return {};
        auto name = lower(given);
        if (!is_operator(name)) {
            mistake(at_, "there is no \"" + std::string(given) +
                             ":\" to search by; to search for the text, put it in quotation marks");
            return {};
        }
        name_at_ = at_;
        at_ = end + 1;
        return name;
    }

    Value take_value()
    {
        Value value{.offset = at_, .text = {}};
        if (at('"')) {
            const auto end = query_.find('"', at_ + 1);
            if (end == std::string_view::npos) {
                mistake(at_, "this quotation mark is never closed");
                return value;
            }
            value.text = query_.substr(at_ + 1, end - at_ - 1);
            value.quoted = true;
            at_ = end + 1;
            value.prefix = at('*');
            if (value.prefix) ++at_;
            return value;
        }
        const auto begin = at_;
        while (at_ < query_.size() && !is_space(query_[at_]) && query_[at_] != '"' && query_[at_] != '(' &&
               query_[at_] != ')')
            ++at_;
        value.text = query_.substr(begin, at_ - begin);
        value.prefix = value.text.ends_with('*');
        if (value.prefix) value.text.pop_back();
        if (const auto star = value.text.find('*'); star != std::string::npos)
            mistake(begin + star, "a \"*\" may only end a word");
        return value;
    }

    SearchNode text_node(TextTerm::Where where, std::string header, Value value)
    {
        if (mistake_) return {};
        if (!searchable(value.text)) {
            mistake(value.offset, value.text.empty() ? "there is nothing to search for here"
                                                     : "this has no letter or digit to search for");
            return {};
        }
        if (value.prefix && value.text.size() < shortest_prefix) {
            mistake(value.offset, "a \"*\" needs at least two letters before it");
            return {};
        }
        std::ranges::replace_if(value.text, is_space, ' ');
        return node_of(TextTerm{.where = where,
                                .header = std::move(header),
                                .text = std::move(value.text),
                                .prefix = value.prefix});
    }

    SearchNode parse_operator(const std::string& name)
    {
        const auto* text = std::ranges::find(text_operators, name, &TextOperator::name);
        if (text != text_operators.end()) return text_node(text->where, {}, take_value());
        if (name == "header") return parse_header();
        const Value value = take_value();
        if (mistake_) return {};
        if (value.prefix) {
            mistake(value.offset + value.text.size(), "\"" + name + ":\" takes no \"*\"");
            return {};
        }
        if (name == "in") {
            if (value.text.empty()) mistake(value.offset, "\"in:\" needs the name of a mailbox");
            return node_of(MailboxTerm{value.text});
        }
        auto term = read_value(name, lower(value.text), now_);
        if (term) return node_of(std::move(*term));
        mistake(value.offset, expected_value(name));
        return {};
    }

    SearchNode parse_header()
    {
        const auto begin = at_;
        while (at_ < query_.size() && (is_alnum(query_[at_]) || query_[at_] == '-' || query_[at_] == '_'))
            ++at_;
        std::string field(query_.substr(begin, at_ - begin));
        if (field.empty() || !at(':') || !searchable(field)) {
            mistake(name_at_, "write the field's name and what it has: header:X-Mailer:text");
            return {};
        }
        ++at_;
        return text_node(TextTerm::Where::header, std::move(field), take_value());
    }

    std::string_view query_;
    Time now_;
    std::size_t at_ = 0;
    std::size_t name_at_ = 0; // of the operator read last
    std::size_t terms_ = 0;
    std::optional<SearchMistake> mistake_; // the first one
};

} // namespace

boost::system::result<SearchNode, SearchMistake> parse_search(std::string_view query, Time now)
{
    return Parser(query, now).run();
}

} // namespace pillarbox::storage
