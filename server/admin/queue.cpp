#include "server/admin/actions.hpp"
#include "server/admin/table.hpp"
#include "server/admin/tool.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <string>
#include <utility>
#include <vector>

namespace pillarbox::admin {

namespace {

using storage::QueueChange;

std::string state_of(const storage::Queued& entry, bool all_held)
{
    if (entry.mail.release_at)
        return "until " + format_time(entry.mail.release_at->time_since_epoch().count());
    if (entry.claimed) return "sending";
    if (entry.held || all_held) return "held";
    return "waiting";
}

/// When an entry is tried next, for people and machines; empty while it is held.
std::string next_of(const storage::Queued& entry, bool all_held)
{
    if (entry.held || entry.claimed || all_held) return {};
    if (entry.due == storage::Time{}) return format_time(entry.queued.time_since_epoch().count());
    return format_time(entry.due.time_since_epoch().count());
}

bool holds_all(const Context& context)
{
    return context.config.outbound.mode == Config::Outbound::Mode::hold;
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

/// What was asked for with MAIL and RCPT, as it was written there.
std::string asked_of(const storage::Queued& entry)
{
    using namespace storage;
    std::vector<std::string> asked;
    const MailParameters& mail = entry.mail;
    if (mail.body == BodyKind::eight_bit) asked.emplace_back("BODY=8BITMIME");
    if (mail.smtputf8) asked.emplace_back("SMTPUTF8");
    if (mail.tls == TlsWish::required) asked.emplace_back("REQUIRETLS");
    if (mail.tls == TlsWish::waived) asked.emplace_back("TLS-Required:No");
    if (mail.return_content == ReturnContent::full) asked.emplace_back("RET=FULL");
    if (mail.return_content == ReturnContent::headers) asked.emplace_back("RET=HDRS");
    if (!mail.envelope_id.empty()) asked.push_back("ENVID=" + mail.envelope_id);
    for (const auto& [bit, word] : {std::pair(notify::never, "NEVER"), std::pair(notify::success, "SUCCESS"),
                                    std::pair(notify::failure, "FAILURE"), std::pair(notify::delay, "DELAY")})
        if ((entry.rcpt.notify & bit) != 0) asked.push_back(std::string("NOTIFY=") + word);
    if (!entry.rcpt.original_recipient.empty()) asked.push_back("ORCPT=" + entry.rcpt.original_recipient);
    return fmt::format("{}", fmt::join(asked, " "));
}

} // namespace

void list_queue(const Context& context)
{
    constexpr std::size_t longest_listing = 10'000;
    Tool tool(context.config);
    const auto queued = tool.wait(tool.queue().list(longest_listing));
    if (!queued) throw Failed(queued.error().message());
    const bool all_held = holds_all(context);
    Table table({"id", "state", "from", "to", "octets", "queued", "attempts", "next", "reply", "asked"});
    for (const auto& entry : *queued)
        table.add({std::uint64_t(entry.id), state_of(entry, all_held), entry.reverse_path, entry.recipient,
                   entry.size, format_time(entry.queued.time_since_epoch().count()),
                   std::uint64_t{entry.attempts}, next_of(entry, all_held), entry.reply, asked_of(entry)});
    fmt::print("{}", context.json ? table.json() : table.text());
}

void show_queued(const Context& context, std::int64_t id)
{
    Tool tool(context.config);
    const auto entry = tool.wait(tool.queue().find(storage::QueueId(id)));
    if (!entry) fail(entry.error(), id);
    const bool all_held = holds_all(context);
    Table table({"id", "state", "from", "to", "octets", "queued", "attempts", "tried", "next", "host",
                 "reply", "asked"});
    const auto tried =
        entry->attempts > 0 ? format_time(entry->tried.time_since_epoch().count()) : std::string();
    table.add({std::uint64_t(entry->id), state_of(*entry, all_held), entry->reverse_path, entry->recipient,
               entry->size, format_time(entry->queued.time_since_epoch().count()),
               std::uint64_t{entry->attempts}, tried, next_of(*entry, all_held), entry->host, entry->reply,
               asked_of(*entry)});
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
