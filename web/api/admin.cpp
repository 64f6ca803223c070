#include "web/api/admin.hpp"

#include "server/base/ascii.hpp"
#include "web/api/json.hpp"

#include <chrono>

namespace pillarbox::api {

namespace {

constexpr std::chrono::minutes fresh{15}; // a sign-in, for what cannot be undone
constexpr std::size_t most_listed = 1000;

} // namespace

std::optional<http::Response> EntryReader::refusal(const http::Request& request) const
{
    if (errors_.empty()) return std::nullopt;
    return http::problem(request, 400, "invalid", errors_.front().detail, errors_);
}

bool Filter::takes(std::string_view text) const
{
    return words.empty() || ascii::to_lower(text).find(words) != std::string::npos;
}

std::optional<Filter> filter_of(const http::Request& request)
{
    const auto query = http::parse_query(request.query);
    if (!query) return std::nullopt;
    Filter filter;
    filter.words = ascii::to_lower(parameter(*query, "q").value_or(""));
    const auto limit = parameter(*query, "limit");
    if (!limit) return filter;
    const auto number = ascii::parse_number<std::size_t>(*limit);
    if (!number || *number < 1 || *number > most_listed) return std::nullopt;
    filter.most = *number;
    return filter;
}

std::optional<http::Response> ask_again(const http::Context& context, std::string_view detail)
{
    if (std::chrono::system_clock::now() - context.session.created < fresh) return std::nullopt;
    return http::problem(context.request, 403, "reauthenticate", detail);
}

} // namespace pillarbox::api
