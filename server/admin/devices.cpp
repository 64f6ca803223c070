#include "server/admin/actions.hpp"
#include "server/admin/address.hpp"
#include "server/admin/table.hpp"
#include "server/admin/tool.hpp"

#include <fmt/format.h>

namespace pillarbox::admin {
namespace {

std::string format_seen(std::optional<storage::Time> time)
{
    return time ? format_time(time->time_since_epoch().count()) : std::string();
}

} // namespace

void list_devices(const Context& context, const std::string& address)
{
    const auto parsed = parse_address(address);
    Tool tool(context.config);
    const auto account = account_of(tool, parsed);
    const auto devices = tool.wait(tool.store().devices().list(account));
    if (!devices) throw Failed(devices.error().message());
    Table table({"label", "ownPassword", "firstSeen", "lastSeen", "address", "fetched"});
    for (const auto& device : *devices)
        table.add({device.label, device.label.empty(), format_seen(device.first_seen),
                   format_seen(device.last_seen), device.peer, device.fetched});
    fmt::print("{}", context.json ? table.json() : table.text());
}

} // namespace pillarbox::admin
