// Any text is a query or a mistake within it; a query keeps its limits, and an
// operator or a word put before it makes one more condition.

#include "storage/search_query.hpp"

#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

using namespace pillarbox::storage;

namespace {

std::size_t count_terms(const SearchNode& node, std::size_t depth)
{
    // Each parenthesis may bring "all", "any" and "none".
    if (depth > 3 * (most_query_depth + 1)) std::abort();
    if (node.kind == SearchNode::Kind::term) {
        if (!node.children.empty()) std::abort();
        const auto* text = std::get_if<TextTerm>(&node.term);
        if (text && (text->text.empty() || text->text.find('"') != std::string::npos)) std::abort();
        if (text && text->text.find('\0') != std::string::npos) std::abort();
        if (text && (text->where == TextTerm::Where::header) != !text->header.empty()) std::abort();
        return 1;
    }
    if (node.children.empty()) std::abort();
    if (node.kind == SearchNode::Kind::none && node.children.size() != 1) std::abort();
    if (node.kind != SearchNode::Kind::none && node.children.size() < 2) std::abort();
    std::size_t terms = 0;
    for (const auto& child : node.children)
        terms += count_terms(child, depth + 1);
    return terms;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const std::string input(reinterpret_cast<const char*>(data), size);
    const Time now{std::chrono::seconds(1'795'000'000)};
    const auto query = parse_search(input, now);
    if (!query) {
        if (query.error().offset > size || query.error().sentence.empty()) std::abort();
        return 0;
    }
    const auto terms = count_terms(*query, 0);
    if (terms == 0 || terms > most_query_terms || size > most_query_octets) std::abort();
    if (terms == most_query_terms || size + 5 > most_query_octets) return 0;
    const auto more = parse_search("word " + input, now);
    if (!more || count_terms(*more, 0) != terms + 1) std::abort();
    return 0;
}
