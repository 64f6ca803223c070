#include "storage/accounts.hpp"
#include "web/api/json.hpp"
#include "web/api/own_account.hpp"
#include "web/http/problem.hpp"

#include <boost/json/array.hpp>

#include <algorithm>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace pillarbox::api {

namespace json = boost::json;

using http::awaitable;
using http::Context;
using http::Response;

namespace {

/// Something that a person chooses: one of these words, the first unless they
/// have said otherwise.
struct Choosable
{
    std::string_view name;
    std::span<const std::string_view> words;
};

/// What is on or off, likewise.
struct Switch
{
    std::string_view name;
    bool usual;
};

constexpr std::string_view themes[] = {"system", "light", "dark"};
constexpr std::string_view densities[] = {"comfortable", "compact"};

constexpr Choosable choosables[] = {{"theme", themes}, {"density", densities}};

constexpr Switch switches[] = {
    {"conversations", true}, // rows of a list are conversations
    {"shortcuts", true},     // keys of a single letter
    {"notifications", false},
};

// Senders whose remote images are loaded without asking, a line each.
constexpr std::string_view trusted = "imagesFrom";
constexpr std::size_t most_trusted = 500;

json::array lines_of(std::string_view text)
{
    json::array lines;
    while (!text.empty()) {
        const auto end = std::min(text.find('\n'), text.size());
        lines.emplace_back(text.substr(0, end));
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return lines;
}

json::object describe(const std::vector<storage::Setting>& chosen)
{
    json::object object;
    for (const auto& choosable : choosables)
        object[choosable.name] = choosable.words.front();
    for (const auto& one : switches)
        object[one.name] = one.usual;
    object[trusted] = json::array{};
    for (const auto& [name, value] : chosen) {
        if (name == trusted) object[name] = lines_of(value);
        const auto known = std::ranges::find(choosables, name, &Choosable::name);
        if (known != std::end(choosables) && std::ranges::find(known->words, value) != known->words.end())
            object[name] = value;
        if (std::ranges::find(switches, name, &Switch::name) != std::end(switches))
            object[name] = value == "on";
    }
    return object;
}

awaitable<Response> show_settings(const http::Services& services, const Context& context)
{
    const auto chosen = co_await services.store.accounts().settings(context.account());
    if (!chosen) co_return http::problem(context.request, chosen.error());
    co_return json_response(describe(*chosen));
}

awaitable<Response> change_settings(const http::Services& services, const Context& context)
{
    const auto& request = context.request;
    Members members(request);
    std::vector<storage::Setting> wanted;
    for (const auto& choosable : choosables) {
        auto word = members.optional_choice(choosable.name, choosable.words);
        if (word) wanted.push_back({std::string(choosable.name), std::move(*word)});
    }
    for (const auto& one : switches)
        if (const auto on = members.flag(one.name))
            wanted.push_back({std::string(one.name), *on ? "on" : "off"});
    if (const auto senders = members.texts(trusted, most_trusted, longest_sender)) {
        std::string lines;
        for (const auto& sender : *senders)
            lines += sender + "\n";
        wanted.push_back({std::string(trusted), std::move(lines)});
    }
    auto refused = members.refusal();
    if (refused) co_return std::move(*refused);
    const auto set = co_await services.store.accounts().set(context.account(), std::move(wanted));
    if (!set) co_return http::problem(request, set.error());
    auto shown = co_await show_settings(services, context);
    co_return shown;
}

} // namespace

void add_settings(http::Router& router, const http::Services& services)
{
    constexpr std::string_view path = "/api/v1/settings";
    router.add("GET", path, http::Access::in_person,
               [&](const Context& c) { return show_settings(services, c); });
    router.add("PATCH", path, http::Access::in_person,
               [&](const Context& c) { return change_settings(services, c); });
}

} // namespace pillarbox::api
