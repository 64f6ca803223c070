#include "server/admin/actions.hpp"
#include "server/admin/address.hpp"
#include "server/admin/domain_keys.hpp"
#include "server/admin/table.hpp"
#include "server/admin/tool.hpp"
#include "server/publish/records.hpp"

#include <fmt/format.h>

namespace pillarbox::admin {

void show_dns(const Context& context, const std::string& text, bool zone)
{
    const auto domain = parse_domain(text);
    Tool tool(context.config);
    const auto records =
        publish::records_for(context.config, domain, keys_of_domain(tool, context.config, domain));
    if (zone) {
        fmt::print(
            "; what {} has to say in DNS. {} needs A and AAAA records with this server's addresses.\n{}",
            domain, context.config.hostname, publish::zone_of(records));
        return;
    }
    Table table({"name", "type", "value", "purpose"});
    for (const auto& record : records)
        table.add({record.name, record.type, record.value, record.purpose});
    fmt::print("{}", context.json ? table.json() : table.text());
}

} // namespace pillarbox::admin
