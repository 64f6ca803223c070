#include "storage/sqlite/search_plan.hpp"

#include "storage/sqlite/address.hpp"
#include "storage/sqlite/index_rows.hpp"
#include "storage/sqlite/tokens.hpp"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

namespace pillarbox::storage::sqlite {
namespace {

using Node = SearchNode;

bool same_name(std::string_view a, std::string_view b)
{
    return std::ranges::equal(a, b, {}, lower, lower);
}

/// Whatever it is, the index takes it for text.
std::string in_quotes(std::string_view text)
{
    std::string result = "\"";
    for (const char c : text) {
        if (c == '"') result += '"';
        if (c != '\0') result += c;
    }
    return result + "\"";
}

std::string marked(std::string_view mark)
{
    return "mark : " + in_quotes(mark);
}

// ---- words -------------------------------------------------------------------

/// The column that has a field of the header, where it has one of its own.
std::string_view column_of_field(std::string_view name)
{
    constexpr std::array<std::pair<std::string_view, std::string_view>, 5> columns{
        {{"subject", "subject"}, {"from", "sender"}, {"to", "recipient"}, {"cc", "cc"}, {"list-id", "list"}}};
    const auto* found =
        std::ranges::find_if(columns, [&](const auto& c) { return same_name(c.first, name); });
    return found == columns.end() ? std::string_view() : found->second;
}

std::string_view columns_of(TextTerm::Where where)
{
    switch (where) {
    case TextTerm::Where::from:
        return "sender";
    case TextTerm::Where::to:
        return "recipient";
    case TextTerm::Where::cc:
        return "cc";
    case TextTerm::Where::subject:
        return "subject";
    case TextTerm::Where::body:
        return "body";
    case TextTerm::Where::filename:
        return "filename";
    case TextTerm::Where::list:
        return "list";
    case TextTerm::Where::header:
        return "field";
    case TextTerm::Where::anywhere:
        break;
    }
    return "{subject sender recipient cc body filename list}";
}

std::string lower_name(std::string_view name)
{
    std::string result(name);
    std::ranges::transform(result, result.begin(), lower);
    return result;
}

std::string words_of(const TextTerm& term)
{
    const auto own =
        term.where == TextTerm::Where::header ? column_of_field(term.header) : std::string_view();
    const bool glued = term.where == TextTerm::Where::header && own.empty();
    std::string text(own.empty() ? columns_of(term.where) : own);
    text += " : ";
    text += in_quotes(glued ? field_words(lower_name(term.header), term.text) : split_scripts(term.text));
    return text + (term.prefix ? " *" : "");
}

/// Whether it is answered by the index alone.
bool only_words(const Node& node)
{
    if (node.kind != Node::Kind::term) return std::ranges::all_of(node.children, only_words);
    return std::holds_alternative<TextTerm>(node.term) || std::holds_alternative<AttachmentTerm>(node.term);
}

class Words
{
public:
    explicit Words(AccountId account) : own_(marked(account_mark(static_cast<std::int64_t>(account)))) {}

    /// Those of the account's messages.
    std::string own(const std::string& expression) const { return own_ + " AND " + expression; }

    std::string expression(const Node& node) const
    {
        switch (node.kind) {
        case Node::Kind::term:
            if (const auto* text = std::get_if<TextTerm>(&node.term)) return "(" + words_of(*text) + ")";
            return "(" + marked(attachment_mark) + ")";
        case Node::Kind::none:
            return "(" + own_ + " NOT " + expression(node.children.front()) + ")";
        case Node::Kind::any:
            return joined(node.children, " OR ");
        case Node::Kind::all:
            break;
        }
        return all_of(node.children);
    }

    /// The index excludes only from something.
    std::string all_of(const std::vector<Node>& nodes) const
    {
        std::vector<Node> wanted;
        std::vector<Node> unwanted;
        for (const auto& node : nodes) {
            if (node.kind == Node::Kind::none)
                unwanted.push_back(node.children.front());
            else
                wanted.push_back(node);
        }
        std::string text = wanted.empty() ? "(" + own_ + ")" : joined(wanted, " AND ");
        if (!unwanted.empty()) text = "(" + text + " NOT " + joined(unwanted, " OR ") + ")";
        return text;
    }

private:
    std::string joined(const std::vector<Node>& nodes, std::string_view with) const
    {
        std::string text = "(";
        for (const auto& node : nodes) {
            if (text.size() > 1) text += with;
            text += expression(node);
        }
        return text + ")";
    }

    std::string own_;
};

// ---- rows --------------------------------------------------------------------

std::string_view name_of(MailboxRole role)
{
    constexpr std::array<std::string_view, 7> names{"",        "inbox", "drafts", "sent",
                                                    "archive", "junk",  "trash"};
    return names[static_cast<std::size_t>(role)];
}

bool is_called(const NamedMailbox& mailbox, std::string_view name)
{
    if (same_name(mailbox.name, name)) return true;
    if (mailbox.role == MailboxRole::own) return false;
    return same_name(name_of(mailbox.role), name) ||
           (mailbox.role == MailboxRole::junk && same_name("spam", name));
}

class Rows
{
public:
    Rows(const Words& words, const std::vector<NamedMailbox>& mailboxes, SearchPlan& plan)
        : words_(words), mailboxes_(mailboxes), plan_(plan)
    {}

    RowCondition condition(const Node& node)
    {
        if (only_words(node)) {
            plan_.sets.push_back(words_.own(words_.expression(node)));
            RowCondition words;
            words.kind = RowCondition::Kind::words;
            words.set = plan_.sets.size() - 1;
            return words;
        }
        if (node.kind == Node::Kind::term) return of_term(node.term);
        RowCondition group;
        if (node.kind == Node::Kind::any) group.kind = RowCondition::Kind::any;
        if (node.kind == Node::Kind::none) group.kind = RowCondition::Kind::none;
        for (const auto& child : node.children)
            group.children.push_back(condition(child));
        return group;
    }

private:
    RowCondition of_term(const Node::Term& term) const
    {
        using Kind = RowCondition::Kind;
        RowCondition condition;
        if (const auto* mailbox = std::get_if<MailboxTerm>(&term)) {
            condition.kind = Kind::mailbox;
            for (const auto& one : mailboxes_) {
                if (is_called(one, mailbox->name)) condition.mailboxes.push_back(one.id);
            }
        } else if (const auto* size = std::get_if<SizeTerm>(&term)) {
            condition.kind = size->larger ? Kind::larger : Kind::smaller;
            condition.octets = size->octets;
        } else if (const auto* time = std::get_if<TimeTerm>(&term)) {
            condition.kind = time->before ? Kind::before : Kind::since;
            condition.time = time->time;
        } else if (const auto* flag = std::get_if<FlagTerm>(&term)) {
            condition.kind = Kind::flag;
            condition.flags = flag->flag;
            if (!flag->set) {
                RowCondition unset;
                unset.kind = Kind::none;
                unset.children.push_back(std::move(condition));
                return unset;
            }
        }
        return condition;
    }

    const Words& words_;
    const std::vector<NamedMailbox>& mailboxes_;
    SearchPlan& plan_;
};

Truth opposite(Truth truth)
{
    if (truth == Truth::unknown) return truth;
    return truth == Truth::yes ? Truth::no : Truth::yes;
}

Truth truth_of(bool value)
{
    return value ? Truth::yes : Truth::no;
}

} // namespace

SearchPlan plan_search(const SearchNode& query, AccountId account, const std::vector<NamedMailbox>& mailboxes)
{
    SearchPlan plan;
    const Words words(account);
    Rows rows(words, mailboxes, plan);
    std::vector<Node> in_index;
    const auto sort = [&](const Node& node) {
        if (only_words(node))
            in_index.push_back(node);
        else
            plan.rows.children.push_back(rows.condition(node));
    };
    if (query.kind == Node::Kind::all)
        std::ranges::for_each(query.children, sort);
    else
        sort(query);
    if (!in_index.empty()) plan.match = words.own(words.all_of(in_index));
    return plan;
}

Truth holds(const RowCondition& condition, const MessageRow& row,
            const std::function<Truth(std::size_t)>& in_set)
{
    using Kind = RowCondition::Kind;
    switch (condition.kind) {
    case Kind::mailbox:
        return truth_of(std::ranges::find(condition.mailboxes, row.mailbox) != condition.mailboxes.end());
    case Kind::flag:
        return truth_of((row.flags & condition.flags) == condition.flags);
    case Kind::larger:
        return truth_of(row.size > condition.octets);
    case Kind::smaller:
        return truth_of(row.size < condition.octets);
    case Kind::before:
        return truth_of(row.received < condition.time);
    case Kind::since:
        return truth_of(row.received >= condition.time);
    case Kind::words:
        return in_set(condition.set);
    case Kind::none:
        return opposite(holds(condition.children.front(), row, in_set));
    case Kind::all:
    case Kind::any:
        break;
    }
    const bool all = condition.kind == Kind::all;
    const Truth decides = truth_of(!all);
    bool unknown = false;
    for (const auto& child : condition.children) {
        const Truth truth = holds(child, row, in_set);
        if (truth == decides) return decides;
        unknown = unknown || truth == Truth::unknown;
    }
    return unknown ? Truth::unknown : truth_of(all);
}

bool may_be_in(const RowCondition& condition, std::int64_t mailbox)
{
    return std::ranges::none_of(condition.children, [mailbox](const RowCondition& child) {
        return child.kind == RowCondition::Kind::mailbox &&
               std::ranges::find(child.mailboxes, mailbox) == child.mailboxes.end();
    });
}

} // namespace pillarbox::storage::sqlite
