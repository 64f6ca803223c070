#include "server/mailauth/name.hpp"

#include "server/base/ascii.hpp"

#include <algorithm>

namespace pillarbox::mailauth {

bool askable(std::string_view name)
{
    constexpr std::size_t longest_name = 253, longest_label = 63;
    const auto fits = [](char c) { return c > ' ' && c <= '~' && c != '\\'; };
    if (name.empty() || name.size() > longest_name || !std::ranges::all_of(name, fits)) return false;
    std::size_t label = 0;
    for (const char c : name) {
        if (c == '.' && label == 0) return false;
        label = c == '.' ? 0 : label + 1;
        if (label > longest_label) return false;
    }
    return label > 0;
}

bool is_within(std::string_view name, std::string_view domain)
{
    if (ascii::equal(name, domain)) return true;
    return name.size() > domain.size() && name[name.size() - domain.size() - 1] == '.' &&
           ascii::equal(name.substr(name.size() - domain.size()), domain);
}

} // namespace pillarbox::mailauth
