#include "server/admin/actions.hpp"
#include "server/admin/address.hpp"
#include "server/admin/pop3.hpp"
#include "server/admin/table.hpp"
#include "server/admin/tool.hpp"
#include "server/base/setting_values.hpp"

#include <fmt/format.h>

namespace pillarbox::admin {
namespace {

std::string format_seen(std::optional<storage::Time> time)
{
    return time ? format_time(time->time_since_epoch().count()) : std::string();
}

/// Nothing: for good.
std::optional<std::chrono::seconds> parse_grace(const Context& context, const KeepChoice& choice)
{
    if (choice.until != "until-fetched") {
        if (!choice.grace.empty()) throw Failed("--grace goes with until-fetched");
        return std::nullopt;
    }
    if (context.config.storage.vault.count() == 0)
        throw Failed("storage.vault is 0s: what goes could not be had back; set it first, 14d for example");
    try {
        return setting::parse_time(choice.grace.empty() ? "7d" : choice.grace);
    } catch (const setting::BadValue& error) {
        throw Failed(fmt::format("--grace: {}", error.what()));
    }
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

void keep_fetched(const Context& context, const KeepChoice& choice)
{
    const auto address = parse_address(choice.address);
    const auto wanted = parse_grace(context, choice);
    Tool tool(context.config);
    auto& devices = tool.store().devices();
    const auto account = account_of(tool, address);
    if (!choice.until.empty()) {
        const auto changed = tool.wait(devices.set_grace(account, wanted));
        if (!changed) throw Failed(changed.error().message());
    }
    const auto grace = tool.wait(devices.grace(account));
    if (!grace) throw Failed(grace.error().message());
    if (*grace)
        fmt::print("{} keeps mail in its Inbox until all its devices have fetched it, and {} more\n", address,
                   time_text(**grace));
    else
        fmt::print("{} keeps mail until it is deleted\n", address);
}

} // namespace pillarbox::admin
