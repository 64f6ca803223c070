#include "server/admin/actions.hpp"
#include "server/admin/table.hpp"
#include "server/admin/tool.hpp"

#include <fmt/format.h>

namespace pillarbox::admin {

void list_queue(const Context& context)
{
    constexpr std::size_t longest_listing = 10'000;
    Tool tool(context.config);
    const auto queued = tool.wait(tool.queue().list(longest_listing));
    if (!queued) throw Failed(queued.error().message());
    Table table({"id", "state", "from", "to", "octets", "queued"});
    for (const auto& entry : *queued)
        table.add({std::uint64_t(entry.id), entry.held ? "held" : "waiting", entry.reverse_path,
                   entry.recipient, entry.size, format_time(entry.queued.time_since_epoch().count())});
    fmt::print("{}", context.json ? table.json() : table.text());
}

void drop_queued(const Context& context, std::int64_t id)
{
    Tool tool(context.config);
    const auto dropped = tool.wait(tool.queue().drop(storage::QueueId(id)));
    if (dropped.has_error() && dropped.error() == storage::Errc::not_found)
        throw Failed(fmt::format("there is no entry {} in the queue; see: pillarbox queue list", id));
    if (!dropped) throw Failed(dropped.error().message());
    fmt::print("dropped {}\n", id);
}

} // namespace pillarbox::admin
