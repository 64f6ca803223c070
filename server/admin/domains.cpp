#include "server/admin/actions.hpp"
#include "server/admin/address.hpp"
#include "server/admin/quota.hpp"
#include "server/admin/table.hpp"
#include "server/admin/tool.hpp"

#include <fmt/format.h>

namespace pillarbox::admin {

using storage::Errc;

void add_domain(const Context& context, const std::string& text)
{
    const auto name = parse_domain(text);
    Tool tool(context.config);
    const auto added = tool.wait(tool.accounts().add_domain(name));
    if (added.has_error() && added.error() == Errc::already_exists)
        throw Failed(fmt::format("{} is there already", name));
    if (!added) throw Failed(fmt::format("{}: {}", name, added.error().message()));
    fmt::print("added {}\n", name);
}

void list_domains(const Context& context)
{
    Tool tool(context.config);
    const auto domains = tool.wait(tool.accounts().domains());
    if (!domains) throw Failed(domains.error().message());
    Table table({"name", "octets", "quota", "created"});
    for (const auto& domain : *domains)
        table.add({domain.name, domain.octets, domain.quota,
                   format_time(domain.created.time_since_epoch().count())});
    fmt::print("{}", context.json ? table.json() : table.text());
}

void set_domain_quota(const Context& context, const std::string& text, const std::string& size)
{
    const auto name = parse_domain(text);
    const auto quota = parse_quota(size, "none");
    Tool tool(context.config);
    const auto changed = tool.wait(tool.accounts().set_domain_quota(name, quota));
    if (changed.has_error() && changed.error() == Errc::not_found)
        throw Failed(fmt::format("{} is no domain of this server", name));
    if (!changed) throw Failed(fmt::format("{}: {}", name, changed.error().message()));
    if (quota == 0)
        fmt::print("{} has no quota\n", name);
    else
        fmt::print("the accounts of {} may keep {} octets together\n", name, quota);
}

void remove_domain(const Context& context, const std::string& text)
{
    const auto name = parse_domain(text);
    Tool tool(context.config);
    const auto removed = tool.wait(tool.accounts().remove_domain(name));
    if (removed.has_error() && removed.error() == Errc::not_found)
        throw Failed(fmt::format("{} is no domain of this server", name));
    if (removed.has_error() && removed.error() == Errc::invalid)
        throw Failed(fmt::format("{} still has accounts or aliases; remove them first", name));
    if (!removed) throw Failed(fmt::format("{}: {}", name, removed.error().message()));
    fmt::print("removed {}\n", name);
}

void add_alias(const Context& context, const std::string& text, const std::vector<std::string>& targets)
{
    storage::Alias alias{parse_alias_address(text), {}};
    for (const auto& target : targets)
        alias.targets.push_back(parse_address(target));
    const auto address = alias.address;
    Tool tool(context.config);
    const auto added = tool.wait(tool.accounts().add_alias(std::move(alias)));
    if (added.has_error() && added.error() == Errc::already_exists)
        throw Failed(fmt::format("{} is taken by an account or an alias", address));
    if (added.has_error() && added.error() == Errc::invalid)
        throw Failed(fmt::format("{} is in no domain of this server; add it first: pillarbox domain add NAME",
                                 address));
    if (!added) throw Failed(fmt::format("{}: {}", address, added.error().message()));
    fmt::print("added {} -> {}\n", address, fmt::join(targets, ", "));
}

void list_aliases(const Context& context)
{
    Tool tool(context.config);
    const auto aliases = tool.wait(tool.accounts().aliases());
    if (!aliases) throw Failed(aliases.error().message());
    Table table({"address", "targets"});
    for (const auto& alias : *aliases)
        table.add({alias.address, alias.targets});
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

} // namespace pillarbox::admin
