#include "server/admin/actions.hpp"
#include "server/admin/queue_words.hpp"
#include "server/admin/table.hpp"
#include "server/admin/tool.hpp"
#include "server/mailflow/refusal.hpp"

#include <fmt/format.h>

#include <chrono>
#include <optional>
#include <string>

namespace pillarbox::admin {

namespace {

using storage::QueueChange;

std::string shown_time(std::optional<storage::Time> time)
{
    return time ? format_time(time->time_since_epoch().count()) : std::string();
}

/// As queue_words has it; what waits for its time says which.
std::string shown_state(const storage::Queued& entry, bool all_held)
{
    if (entry.mail.release_at) return "until " + shown_time(entry.mail.release_at);
    return std::string(state_of(entry, all_held));
}

bool holds_all(const Context& context)
{
    return context.config.outbound.mode == Config::Outbound::Mode::hold;
}

std::string waits_for(const Context& context, const storage::Queued& entry)
{
    const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
    return pace_reason(entry, context.config.outbound, now);
}

[[noreturn]] void fail(boost::system::error_code error, std::int64_t id)
{
    if (error == storage::Errc::not_found)
        throw Failed(fmt::format("there is no entry {} in the queue; see: pillarbox queue list", id));
    throw Failed(error.message());
}

std::uint64_t change(const Context& context, const QueueChoice& choice, QueueChange what)
{
    if (choice.all == (choice.id != 0))
        throw Failed("say which entry, by the number of 'pillarbox queue list', or --all");
    Tool tool(context.config);
    const auto id = choice.all ? std::nullopt : std::optional(storage::QueueId(choice.id));
    const auto changed = tool.wait(tool.queue().change(id, what));
    if (!changed) fail(changed.error(), choice.id);
    return *changed;
}

} // namespace

void list_queue(const Context& context)
{
    constexpr std::size_t longest_listing = 10'000;
    Tool tool(context.config);
    const auto queued = tool.wait(tool.queue().list(longest_listing));
    if (!queued) throw Failed(queued.error().message());
    const bool all_held = holds_all(context);
    Table table(
        {"id", "state", "from", "to", "octets", "queued", "attempts", "next", "reply", "asked", "waits"});
    for (const auto& entry : *queued)
        table.add({std::uint64_t(entry.id), shown_state(entry, all_held), entry.reverse_path, entry.recipient,
                   entry.size, format_time(entry.queued.time_since_epoch().count()),
                   std::uint64_t{entry.attempts}, shown_time(next_try(entry, all_held)), entry.reply,
                   asked_of(entry), waits_for(context, entry)});
    fmt::print("{}", context.json ? table.json() : table.text());
}

void show_queued(const Context& context, std::int64_t id)
{
    Tool tool(context.config);
    const auto entry = tool.wait(tool.queue().find(storage::QueueId(id)));
    if (!entry) fail(entry.error(), id);
    const bool all_held = holds_all(context);
    Table table({"id", "state", "from", "to", "octets", "queued", "attempts", "tried", "next", "host",
                 "reply", "meaning", "asked", "waits"});
    const auto tried =
        entry->attempts > 0 ? format_time(entry->tried.time_since_epoch().count()) : std::string();
    table.add({std::uint64_t(entry->id), shown_state(*entry, all_held), entry->reverse_path, entry->recipient,
               entry->size, format_time(entry->queued.time_since_epoch().count()),
               std::uint64_t{entry->attempts}, tried, shown_time(next_try(*entry, all_held)), entry->host,
               entry->reply, std::string(mailflow::meaning_of_refusal(entry->host, entry->reply)),
               asked_of(*entry), waits_for(context, *entry)});
    fmt::print("{}", context.json ? table.json() : table.text());
}

void drop_queued(const Context& context, std::int64_t id)
{
    Tool tool(context.config);
    const auto dropped = tool.wait(tool.queue().drop(storage::QueueId(id)));
    if (!dropped) fail(dropped.error(), id);
    fmt::print("dropped {}\n", id);
}

void hold_queued(const Context& context, const QueueChoice& choice)
{
    fmt::print("held {}\n", change(context, choice, QueueChange::hold));
}

void release_queued(const Context& context, const QueueChoice& choice)
{
    fmt::print("released {}\n", change(context, choice, QueueChange::release));
}

void retry_queued(const Context& context, const QueueChoice& choice)
{
    fmt::print("to be tried now: {}\n", change(context, choice, QueueChange::retry));
}

} // namespace pillarbox::admin
