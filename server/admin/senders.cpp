#include "server/admin/actions.hpp"
#include "server/admin/address.hpp"
#include "server/admin/table.hpp"
#include "server/admin/tool.hpp"

#include <fmt/format.h>

namespace pillarbox::admin {

using storage::Errc;

void add_sender(const Context& context, const std::string& text, const std::string& permitted_text)
{
    const auto address = parse_address(text);
    const auto permitted = parse_alias_address(permitted_text);
    Tool tool(context.config);
    const auto added = tool.wait(tool.accounts().add_sender(address, permitted));
    if (added.has_error() && added.error() == Errc::not_found)
        throw Failed(fmt::format("there is no account {}", address));
    if (added.has_error() && added.error() == Errc::already_exists)
        throw Failed(fmt::format("{} may send from {} already", address, permitted));
    if (!added) throw Failed(fmt::format("{}: {}", permitted, added.error().message()));
    fmt::print("{} may send from {}\n", address, permitted);
}

void list_senders(const Context& context, const std::string& text)
{
    const auto address = parse_address(text);
    Tool tool(context.config);
    const auto permitted = tool.wait(tool.accounts().senders(address));
    if (permitted.has_error() && permitted.error() == Errc::not_found)
        throw Failed(fmt::format("there is no account {}", address));
    if (!permitted) throw Failed(permitted.error().message());
    Table table({"permitted"});
    for (const auto& sender : *permitted)
        table.add({sender});
    fmt::print("{}", context.json ? table.json() : table.text());
}

void remove_sender(const Context& context, const std::string& text, const std::string& permitted_text)
{
    const auto address = parse_address(text);
    const auto permitted = parse_alias_address(permitted_text);
    Tool tool(context.config);
    const auto removed = tool.wait(tool.accounts().remove_sender(address, permitted));
    if (removed.has_error() && removed.error() == Errc::not_found)
        throw Failed(fmt::format("{} was not permitted {}", address, permitted));
    if (!removed) throw Failed(fmt::format("{}: {}", permitted, removed.error().message()));
    fmt::print("{} may no longer send from {}\n", address, permitted);
}

} // namespace pillarbox::admin
