#pragma once

#include "storage/types.hpp"

#include <boost/system/result.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace pillarbox::storage {

// What a person types to find messages, read into a tree. Pure.
//
//   query    = group *group            all must hold
//   group    = unary *("OR" unary)     one must; OR in capitals
//   unary    = ["-"] primary           "-": must not
//   primary  = "(" query ")" / NAME ":" value / value
//   value    = word ["*"] / quoted ["*"]   "*": any ending
//
// A quoted value is a phrase; it ends at the next quotation mark.

/// What a query may have. More is a mistake.
inline constexpr std::size_t most_query_octets = 1000;
inline constexpr std::size_t most_query_terms = 50;
inline constexpr std::size_t most_query_depth = 8; // parentheses within each other

/// Text to be found. Several words are a phrase: they follow one another. Case
/// and accents do not matter.
struct TextTerm
{
    enum class Where
    {
        anywhere, // all of the following but `header`
        from,
        to,
        cc,
        subject,
        body,
        filename, // of an attachment
        list,     // List-Id
        header    // the field called `header`
    };

    Where where = Where::anywhere;
    std::string header; // as given; empty but with `header`
    std::string text;   // has a letter or digit
    bool prefix = false;

    friend bool operator==(const TextTerm&, const TextTerm&) = default;
};

/// In the mailbox of that name; those with a role have their role's name too.
struct MailboxTerm
{
    std::string name;

    friend bool operator==(const MailboxTerm&, const MailboxTerm&) = default;
};

/// Whether a flag is set.
struct FlagTerm
{
    std::uint32_t flag = 0; // storage::flag
    bool set = true;

    friend bool operator==(const FlagTerm&, const FlagTerm&) = default;
};

/// It has at least one part that a person would call a file.
struct AttachmentTerm
{
    friend bool operator==(const AttachmentTerm&, const AttachmentTerm&) = default;
};

/// Larger, or smaller, than so many octets.
struct SizeTerm
{
    bool larger = true;
    std::uint64_t octets = 0;

    friend bool operator==(const SizeTerm&, const SizeTerm&) = default;
};

/// Received before, or at or after, a time.
struct TimeTerm
{
    bool before = true;
    Time time{};

    friend bool operator==(const TimeTerm&, const TimeTerm&) = default;
};

/// One condition, or several put together.
struct SearchNode
{
    enum class Kind
    {
        term,
        all, // of the children
        any,
        none // the only child does not hold
    };
    using Term = std::variant<TextTerm, MailboxTerm, FlagTerm, AttachmentTerm, SizeTerm, TimeTerm>;

    Kind kind = Kind::all;
    Term term;                        // of a `term`
    std::vector<SearchNode> children; // of all others; never empty

    friend bool operator==(const SearchNode&, const SearchNode&) = default;
};

/// Why a query cannot be understood.
struct SearchMistake
{
    std::size_t offset = 0; // octets from its beginning, where the mistake is
    std::string sentence;   // for the person who typed it
};

/// Reads a query, UTF-8. `now` is what older_than: and newer_than: count from.
boost::system::result<SearchNode, SearchMistake> parse_search(std::string_view query, Time now);

} // namespace pillarbox::storage
