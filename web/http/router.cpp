#include "web/http/router.hpp"

#include <algorithm>
#include <cassert>

namespace pillarbox::http {

namespace {

using Parameters = std::vector<std::pair<std::string, std::string>>;

enum class Fit
{
    no,
    yes,
    malformed
};

/// Segment by segment, each decoded on its own: an encoded slash is no slash.
Fit fit(std::string_view pattern, std::string_view path, Parameters& parameters)
{
    Fit result = Fit::yes;
    while (!pattern.empty() && !path.empty()) {
        pattern.remove_prefix(1);
        path.remove_prefix(1);
        const auto want = pattern.substr(0, pattern.find('/'));
        const auto have = path.substr(0, path.find('/'));
        pattern.remove_prefix(want.size());
        path.remove_prefix(have.size());
        if (!want.starts_with('{')) {
            if (want != have) return Fit::no;
            continue;
        }
        if (have.empty()) return Fit::no;
        auto value = percent_decode(have);
        if (!value)
            result = Fit::malformed;
        else
            parameters.emplace_back(want.substr(1, want.size() - 2), std::move(*value));
    }
    return pattern.empty() && path.empty() ? result : Fit::no;
}

} // namespace

const std::string& Context::parameter(std::string_view name) const
{
    const auto found = std::ranges::find(parameters, name, [](const auto& item) { return item.first; });
    assert(found != parameters.end());
    return found->second;
}

void Router::add(std::string_view method, std::string_view pattern, Access access, Handler handler,
                 std::uint64_t upload)
{
    routes_.push_back({std::string(method), std::string(pattern), access, std::move(handler), upload});
}

Router::Match Router::find(std::string_view method, std::string_view path) const
{
    Match match;
    const auto wanted = method == "HEAD" ? std::string_view("GET") : method;
    for (const auto& route : routes_) {
        Parameters parameters;
        const Fit fits = fit(route.pattern, path, parameters);
        if (fits == Fit::no) continue;
        if (fits == Fit::malformed) match.malformed = true;
        if (route.method == wanted) {
            match.route = &route;
            match.parameters = std::move(parameters);
            match.allow.clear();
            return match;
        }
        match.allow += (match.allow.empty() ? "" : ", ") + route.method;
        if (route.method == "GET") match.allow += ", HEAD";
    }
    return match;
}

} // namespace pillarbox::http
