#include "server/admin/actions.hpp"
#include "server/admin/address.hpp"
#include "server/admin/table.hpp"
#include "server/admin/tool.hpp"
#include "server/admin/until.hpp"

#include <fmt/format.h>

#include <chrono>

namespace pillarbox::admin {

using storage::Errc;

void add_alias(const Context& context, const AliasOptions& options)
{
    storage::Alias alias{.address = parse_alias_address(options.address), .targets = {}};
    for (const auto& target : options.targets)
        alias.targets.push_back(parse_target(target));
    if (!options.until.empty()) alias.until = parse_until(options.until);
    const auto address = alias.address;
    const auto until = alias.until;
    const auto targets = alias.targets;
    Tool tool(context.config);
    const auto added = tool.wait(tool.accounts().add_alias(std::move(alias)));
    if (added.has_error() && added.error() == Errc::already_exists)
        throw Failed(fmt::format("{} is taken by an account or an alias", address));
    if (added.has_error() && added.error() == Errc::invalid)
        throw Failed(fmt::format("{} is in no domain of this server; add it first: pillarbox domain add NAME",
                                 address));
    if (!added) throw Failed(fmt::format("{}: {}", address, added.error().message()));
    fmt::print("added {} -> {}", address, fmt::join(targets, ", "));
    if (until) fmt::print(" until {}", format_time(until->time_since_epoch().count()));
    fmt::print("\n");
}

void list_aliases(const Context& context)
{
    Tool tool(context.config);
    const auto aliases = tool.wait(tool.accounts().aliases());
    if (!aliases) throw Failed(aliases.error().message());
    const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
    Table table({"address", "targets", "state", "until"});
    for (const auto& alias : *aliases) {
        const bool ended = alias.until && *alias.until <= now;
        table.add({alias.address, alias.targets,
                   !alias.enabled ? "disabled"
                   : ended        ? "ended"
                                  : "enabled",
                   alias.until ? format_time(alias.until->time_since_epoch().count()) : std::string()});
    }
    fmt::print("{}", context.json ? table.json() : table.text());
}

void remove_alias(const Context& context, const std::string& text)
{
    const auto address = parse_alias_address(text);
    Tool tool(context.config);
    const auto removed = tool.wait(tool.accounts().remove_alias(address));
    if (removed.has_error() && removed.error() == Errc::not_found)
        throw Failed(fmt::format("there is no alias {}", address));
    if (!removed) throw Failed(fmt::format("{}: {}", address, removed.error().message()));
    fmt::print("removed {}\n", address);
}

void set_alias_enabled(const Context& context, const std::string& text, bool enabled)
{
    const auto address = parse_alias_address(text);
    Tool tool(context.config);
    const auto changed = tool.wait(tool.accounts().set_alias_enabled(address, enabled));
    if (changed.has_error() && changed.error() == Errc::not_found)
        throw Failed(fmt::format("there is no alias {}", address));
    if (!changed) throw Failed(fmt::format("{}: {}", address, changed.error().message()));
    fmt::print("{} {}\n", enabled ? "enabled" : "disabled", address);
}

} // namespace pillarbox::admin
