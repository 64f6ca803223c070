#include "server/admin/actions.hpp"
#include "server/admin/address.hpp"
#include "server/admin/domain_keys.hpp"
#include "server/admin/quota.hpp"
#include "server/admin/separators.hpp"
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
    keys_of_domain(tool, context.config, name);
    fmt::print("added {}\n", name);
}

void list_domains(const Context& context)
{
    Tool tool(context.config);
    const auto domains = tool.wait(tool.accounts().domains());
    if (!domains) throw Failed(domains.error().message());
    Table table({"name", "octets", "quota", "separators", "created"});
    for (const auto& domain : *domains)
        table.add({domain.name, domain.octets, domain.quota,
                   domain.separators.value_or(context.config.addresses.separators),
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

void set_domain_separators(const Context& context, const std::string& text, const std::string& separators)
{
    const auto name = parse_domain(text);
    const auto own = parse_separators(separators);
    Tool tool(context.config);
    const auto changed = tool.wait(tool.accounts().set_domain_separators(name, own));
    if (changed.has_error() && changed.error() == Errc::not_found)
        throw Failed(fmt::format("{} is no domain of this server", name));
    if (!changed) throw Failed(fmt::format("{}: {}", name, changed.error().message()));
    const auto now = own.value_or(context.config.addresses.separators);
    if (now.empty())
        fmt::print("nothing ends a name in an address of {}\n", name);
    else
        fmt::print("any of {} ends a name in an address of {}\n", now, name);
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

} // namespace pillarbox::admin
