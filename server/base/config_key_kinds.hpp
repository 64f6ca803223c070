#pragma once

#include "server/base/config_keys.hpp"
#include "server/base/setting_values.hpp"

#include <fmt/format.h>

#include <initializer_list>
#include <utility>

/// Kinds of keys that there are several of.
namespace pillarbox::setting {

template <class Member>
Key endpoints(std::string_view name, Member member)
{
    return {name, true, [member](Config& config, const Values& values) {
                auto& listen = std::invoke(member, config);
                listen.clear();
                for (const auto& value : values)
                    listen.push_back(parse_endpoint(value));
            }};
}

template <class Member>
Key networks(std::string_view name, Member member)
{
    return {name, true, [member](Config& config, const Values& values) {
                auto& all = std::invoke(member, config);
                all.clear();
                for (const auto& value : values)
                    all.push_back(parse_network(value));
            }};
}

/// One that is no list.
template <class Apply>
Key single(std::string_view name, Apply apply)
{
    return {name, false, [apply](Config& config, const Values& values) { apply(config, values.front()); }};
}

/// How many of something in a time; 0 is no limit.
template <class Member>
Key count(std::string_view name, Member member)
{
    return single(name, [member](Config& config, const std::string& value) {
        std::invoke(member, config) = static_cast<std::uint32_t>(parse_count(value, 0, 1'000'000'000));
    });
}

template <class Member>
Key dns_lists(std::string_view name, Member member)
{
    return {name, true, [member](Config& config, const Values& values) {
                auto& lists = std::invoke(member, config);
                lists.clear();
                for (const auto& value : values)
                    lists.push_back(parse_dns_list(value));
            }};
}

/// A time of a wait that somebody sits through.
template <class Member>
Key patience(std::string_view name, std::chrono::seconds longest, Member member)
{
    return single(name, [member, longest](Config& config, const std::string& value) {
        const auto time = parse_time(value);
        if (time < std::chrono::seconds(1) || time > longest)
            throw BadValue(fmt::format("'{}' is out of range; write 1s to {}s", value, longest.count()));
        std::invoke(member, config) = time;
    });
}

/// A choice by word; `words` are tried in order.
template <class T>
T choose(std::string_view text, std::initializer_list<std::pair<std::string_view, T>> words)
{
    std::string known;
    for (const auto& [word, value] : words) {
        if (text == word) return value;
        known += known.empty() ? "" : ", ";
        known += word;
    }
    throw BadValue(fmt::format("'{}' is none of: {}", text, known));
}

} // namespace pillarbox::setting
