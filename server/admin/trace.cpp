#include "server/admin/actions.hpp"
#include "server/admin/table.hpp"
#include "server/admin/tool.hpp"
#include "server/admin/trace_words.hpp"
#include "server/base/setting_values.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <chrono>

namespace pillarbox::admin {
namespace {

using storage::Event;

/// What happened to one message, or one refusal.
struct Story
{
    std::int64_t body = 0;
    std::vector<Event> events;
};

/// In the order in which they begin.
std::vector<Story> stories_of(std::vector<Event> events)
{
    std::vector<Story> stories;
    std::map<std::int64_t, std::size_t> known;
    for (auto& event : events) {
        const auto [at, is_new] = known.emplace(event.body, stories.size());
        if (is_new || event.body == 0) {
            at->second = stories.size();
            stories.push_back({.body = event.body, .events = {}});
        }
        stories[at->second].events.push_back(std::move(event));
    }
    return stories;
}

storage::Time time_of(const std::string& ago)
{
    if (ago.empty()) return {};
    const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
    try {
        return now - setting::parse_time(ago);
    } catch (const setting::BadValue& error) {
        throw Failed(fmt::format("--since: {}", error.what()));
    }
}

std::vector<Event> must(storage::Result<std::vector<Event>> told)
{
    if (told) return std::move(*told);
    if (told.error() == storage::Errc::timed_out)
        throw Failed("there is too much to look through; say --since, or one Message-ID");
    throw Failed(told.error().message());
}

/// An address and a Message-ID without its angle brackets look alike.
std::vector<Event> look_up(Tool& tool, const TraceChoice& choice, storage::Time since)
{
    auto& events = tool.store().events();
    const bool address = choice.what.find('@') != std::string::npos && !choice.what.starts_with('<');
    if (!address) return must(tool.wait(events.of_named(choice.what)));
    auto told = must(tool.wait(events.of_address(choice.what, since, choice.limit)));
    if (told.empty()) told = must(tool.wait(events.of_named("<" + choice.what + ">")));
    return told;
}

AccountNames account_names(Tool& tool)
{
    AccountNames names;
    const auto accounts = tool.wait(tool.accounts().list());
    if (!accounts) throw Failed(accounts.error().message());
    for (const auto& account : *accounts)
        names.emplace(account.id, account.address);
    return names;
}

/// The first that is known of it.
std::string first_of(const Story& story, std::string Event::* member)
{
    for (const auto& event : story.events) {
        if (!(event.*member).empty()) return event.*member;
    }
    return {};
}

void print(const Story& story, const AccountNames& names, storage::Time now)
{
    if (story.body != 0) {
        const auto message_id = first_of(story, &Event::message_id);
        fmt::print("message {}", message_id.empty() ? "without a Message-ID" : message_id);
        const auto name = first_of(story, &Event::name);
        if (!name.empty()) fmt::print(" from <{}>, stored as {}", first_of(story, &Event::sender), name);
        fmt::print("\n");
    }
    for (const auto& event : story.events)
        fmt::print("{}{}  {}\n", story.body != 0 ? "  " : "",
                   format_time(event.at.time_since_epoch().count()), in_words(event, names, now));
}

boost::json::object json_of(const Event& event, const AccountNames& names, storage::Time now)
{
    boost::json::object object{{"at", format_time(event.at.time_since_epoch().count())},
                               {"kind", storage::name_of(event.kind)}};
    const auto text = [&](const char* name, const std::string& value) {
        if (!value.empty()) object[name] = value;
    };
    const auto number = [&](const char* name, std::int64_t value) {
        if (value != 0) object[name] = value;
    };
    if (const auto account = names.find(event.account); account != names.end())
        text("account", account->second);
    number("message", std::int64_t(event.message));
    number("queue", std::int64_t(event.queue));
    text("mailbox", event.mailbox_name);
    number("uid", event.uid);
    text("session", event.session);
    text("peer", event.peer);
    text("protocol", event.protocol);
    text("tls", event.tls);
    text("user", event.user);
    text("sender", event.sender);
    text("recipient", event.recipient);
    text("messageId", event.message_id);
    text("id", event.name);
    number("code", event.code);
    text("reason", event.text);
    if (event.until) {
        object["until"] = format_time(event.until->time_since_epoch().count());
        object["restorable"] = event.there;
    }
    object["text"] = in_words(event, names, now);
    return object;
}

} // namespace

void trace(const Context& context, const TraceChoice& choice)
{
    const auto since = time_of(choice.since);
    Tool tool(context.config);
    auto told = look_up(tool, choice, since);
    std::erase_if(told, [since](const Event& event) { return event.at < since; });
    const auto names = account_names(tool);
    const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
    const auto stories = stories_of(std::move(told));
    if (context.json) {
        boost::json::array items;
        for (const auto& story : stories) {
            boost::json::array events;
            for (const auto& event : story.events)
                events.push_back(json_of(event, names, now));
            items.push_back(boost::json::object{{"events", std::move(events)}});
        }
        fmt::print("{}\n", boost::json::serialize(boost::json::object{{"items", std::move(items)}}));
        return;
    }
    for (const auto& story : stories)
        print(story, names, now);
    if (stories.empty())
        throw Failed(fmt::format("nothing is known of '{}'; what happened is known for events.keep, and "
                                 "what was refused a moment ago is not written down yet",
                                 choice.what));
}

} // namespace pillarbox::admin
