#include "storage/search_query.hpp"

#include <gtest/gtest.h>

namespace pillarbox::storage {
namespace {

const Time asked_at = std::chrono::sys_days(std::chrono::year(2026) / 3 / 31) + std::chrono::hours(12);

std::string place_of(const TextTerm& term)
{
    constexpr const char* names[] = {
        "", "from:", "to:", "cc:", "subject:", "body:", "filename:", "list:", ""};
    if (term.where == TextTerm::Where::header) return "header:" + term.header + ":";
    return names[static_cast<int>(term.where)];
}

std::string time_text(Time time)
{
    const auto day = std::chrono::floor<std::chrono::days>(time);
    const std::chrono::year_month_day date(day);
    const auto hours = std::chrono::duration_cast<std::chrono::hours>(time - day).count();
    return std::to_string(int(date.year())) + "-" + std::to_string(unsigned(date.month())) + "-" +
           std::to_string(unsigned(date.day())) + "T" + std::to_string(hours);
}

std::string text_of_query(const SearchNode::Term& any)
{
    if (const auto* term = std::get_if<TextTerm>(&any))
        return place_of(*term) + "<" + term->text + ">" + (term->prefix ? "*" : "");
    if (const auto* term = std::get_if<MailboxTerm>(&any)) return "in:<" + term->name + ">";
    if (const auto* term = std::get_if<FlagTerm>(&any))
        return (term->set ? "flag " : "no flag ") + std::to_string(term->flag);
    if (const auto* term = std::get_if<SizeTerm>(&any))
        return (term->larger ? "larger " : "smaller ") + std::to_string(term->octets);
    if (const auto* term = std::get_if<TimeTerm>(&any))
        return (term->before ? "before " : "after ") + time_text(term->time);
    return "attachment";
}

std::string text_of_query(const SearchNode& node)
{
    if (node.kind == SearchNode::Kind::term) return text_of_query(node.term);
    constexpr const char* names[] = {"", "all", "any", "none"};
    std::string text = names[static_cast<int>(node.kind)];
    text += "(";
    for (const auto& child : node.children)
        text += (text.ends_with('(') ? "" : ", ") + text_of_query(child);
    return text + ")";
}

struct Case
{
    std::string_view query;
    std::string_view meaning;
};

void expect_all(std::initializer_list<Case> cases)
{
    for (const auto& [query, meaning] : cases) {
        const auto read = parse_search(query, asked_at);
        if (read)
            EXPECT_EQ(text_of_query(*read), meaning) << query;
        else
            ADD_FAILURE() << query << ": " << read.error().offset << ": " << read.error().sentence;
    }
}

struct Wrong
{
    std::string query;
    std::size_t offset;
    std::string_view sentence; // its beginning
};

void expect_mistakes(std::initializer_list<Wrong> cases)
{
    for (const auto& [query, offset, sentence] : cases) {
        const auto read = parse_search(query, asked_at);
        if (read) {
            ADD_FAILURE() << query << " was read as " << text_of_query(*read);
            continue;
        }
        EXPECT_EQ(read.error().offset, offset) << query << ": " << read.error().sentence;
        EXPECT_EQ(read.error().sentence.substr(0, sentence.size()), sentence) << query;
    }
}

TEST(SearchQuery, PutsWordsTogether)
{
    expect_all({
        {"word", "<word>"},
        {" two\twords ", "all(<two>, <words>)"},
        {"\"a phrase\" here", "all(<a phrase>, <here>)"},
        {"wor*", "<wor>*"},
        {"\"a phra\"*", "<a phra>*"},
        {"don't e-mail alice@example.org", "all(<don't>, <e-mail>, <alice@example.org>)"},
        {"Été 日本", "all(<Été>, <日本>)"},
        {"日*", "<日>*"},
        {"a\"b c\"d", "all(<a>, <b c>, <d>)"},
        {"or and Not", "all(<or>, <and>, <Not>)"},
        {"ORDER 4OR", "all(<ORDER>, <4OR>)"},
    });
}

TEST(SearchQuery, ExcludesAndChooses)
{
    expect_all({
        {"-spam", "none(<spam>)"},
        {"good -\"very bad\"", "all(<good>, none(<very bad>))"},
        {"-from:bob", "none(from:<bob>)"},
        {"one OR two", "any(<one>, <two>)"},
        {"a b OR c d", "all(<a>, any(<b>, <c>), <d>)"},
        {"a OR -b OR c", "any(<a>, none(<b>), <c>)"},
        {"a (b OR c)", "all(<a>, any(<b>, <c>))"},
        {"-(a OR (b c))", "none(any(<a>, all(<b>, <c>)))"},
        {"(a)(b)", "all(<a>, <b>)"},
        {"a OR(b)", "any(<a>, <b>)"},
        {"(a OR b)OR c", "any(any(<a>, <b>), <c>)"},
        {"((((((((a))))))))", "<a>"},
    });
}

TEST(SearchQuery, KnowsFieldsOfText)
{
    expect_all({
        {"from:alice", "from:<alice>"},
        {"FROM:\"Alice B\"", "from:<Alice B>"},
        {"to:bob cc:eve", "all(to:<bob>, cc:<eve>)"},
        {"subject:re: body:hello", "all(subject:<re:>, body:<hello>)"},
        {"filename:report.pdf", "filename:<report.pdf>"},
        {"filename:rep*", "filename:<rep>*"},
        {"list:dev@lists.example.org", "list:<dev@lists.example.org>"},
        {"header:X-Mailer:mutt", "header:X-Mailer:<mutt>"},
        {"header:X-Mailer:\"the bat\"*", "header:X-Mailer:<the bat>*"},
        {"header:Subject:a:b", "header:Subject:<a:b>"},
        {"http://example.org/?q=1", "<http://example.org/?q=1>"},
        {"12:30", "<12:30>"},
        {"\"re: you\"", "<re: you>"},
    });
}

TEST(SearchQuery, KnowsWhatMessagesAre)
{
    expect_all({
        {"in:inbox", "in:<inbox>"},
        {"in:\"Old mail\"", "in:<Old mail>"},
        {"is:unread", "no flag 1"},
        {"is:read", "flag 1"},
        {"is:Starred", "flag 4"},
        {"is:answered", "flag 2"},
        {"has:attachment", "attachment"},
        {"larger:2M", "larger 2097152"},
        {"larger:10kb", "larger 10240"},
        {"smaller:1g", "smaller 1073741824"},
        {"smaller:500", "smaller 500"},
        {"before:2026-11-27", "before 2026-11-27T0"},
        {"after:2024/02/29", "after 2024-2-29T0"},
        {"older_than:7d", "before 2026-3-24T12"},
        {"newer_than:2w", "after 2026-3-17T12"},
        {"older_than:1m", "before 2026-2-28T12"},
        {"newer_than:1y", "after 2025-3-31T12"},
        {"-is:read", "none(flag 1)"},
    });
}

TEST(SearchQuery, SaysWhereTheMistakeIs)
{
    expect_mistakes({
        {"", 0, "there is nothing to search for"},
        {"  ", 0, "there is nothing to search for"},
        {"a ()", 3, "there is nothing to search for"},
        {"a -", 2, "\"-\" needs a word"},
        {"a --b", 2, "\"-\" needs a word"},
        {"a - b", 2, "\"-\" needs a word"},
        {"OR a", 0, "OR needs something before it"},
        {"a OR", 2, "OR needs something behind it"},
        {"a OR OR b", 2, "OR needs something behind it"},
        {"(a OR )", 3, "OR needs something behind it"},
        {"x \"open", 2, "this quotation mark is never closed"},
        {"x (open", 2, "this parenthesis is never closed"},
        {"x ) y", 2, "this parenthesis was never opened"},
        {"fo*o", 2, "a \"*\" may only end a word"},
        {"*", 0, "there is nothing to search for here"},
        {"a*", 0, "a \"*\" needs at least two letters"},
        {"...", 0, "this has no letter or digit"},
        {"\"\"", 0, "there is nothing to search for here"},
        {"from:", 5, "there is nothing to search for here"},
        {"from: x", 5, "there is nothing to search for here"},
        {"x re:hello", 2, "there is no \"re:\" to search by"},
        {"is:good", 3, "\"is:\" takes unread"},
        {"has:wings", 4, "\"has:\" takes attachment"},
        {"in:", 3, "\"in:\" needs the name of a mailbox"},
        {"in:arch*", 7, "\"in:\" takes no \"*\""},
        {"larger:big", 7, "\"larger:\" takes a size"},
        {"smaller:5x", 8, "\"smaller:\" takes a size"},
        {"larger:9999999999", 7, "\"larger:\" takes a size"},
        {"before:yesterday", 7, "\"before:\" takes a day"},
        {"after:2026-02-30", 6, "\"after:\" takes a day"},
        {"after:2026-1-1", 6, "\"after:\" takes a day"},
        {"before:2026-11/27", 7, "\"before:\" takes a day"},
        {"older_than:7", 11, "\"older_than:\" takes a time"},
        {"newer_than:0d", 11, "\"newer_than:\" takes a time"},
        {"header:X-Mailer", 0, "write the field's name"},
        {"a header::x", 2, "write the field's name"},
        {"header:X-Mailer:", 16, "there is nothing to search for here"},
        {"(((((((((a)))))))))", 8, "there are too many parentheses"},
        {std::string(1001, 'a'), 1000, "the search is too long"},
    });
}

TEST(SearchQuery, HasAtMostSoManyParts)
{
    std::string query;
    for (std::size_t i = 0; i < most_query_terms; ++i)
        query += "w ";
    EXPECT_TRUE(parse_search(query, asked_at));
    const auto more = parse_search(query + "w", asked_at);
    ASSERT_FALSE(more);
    EXPECT_EQ(more.error().offset, query.size());
}

TEST(SearchQuery, TakesControlsForSpace)
{
    const auto read = parse_search(std::string_view("a\0b \"c\0d\"", 9), asked_at);
    ASSERT_TRUE(read);
    EXPECT_EQ(text_of_query(*read), "all(<a>, <b>, <c d>)");
}

} // namespace
} // namespace pillarbox::storage
