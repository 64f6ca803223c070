#include "server/test_mode.hpp"

#include "server/admin/address.hpp"
#include "server/admin/tool.hpp"
#include "server/mailflow/lookup.hpp"

#include <fmt/format.h>

namespace pillarbox {

void warn_of_test_mode(const Log& log, const Config& config)
{
    if (!config.test.mode) return;
    log.warning(
        "server.test_mode",
        {{"pop3_faults", config.test.pop3_faults.size()},
         {"sink", config.test.sink},
         {"hint", "this server is for testing clients; set test.mode to false before it keeps mail"}});
}

void check_sink(const Config& config)
{
    const auto& sink = config.test.sink;
    if (sink.empty()) return;
    admin::Tool tool(config);
    const auto accounts = tool.wait(tool.accounts().list());
    if (!accounts) throw admin::Failed(accounts.error().message());
    if (accounts->empty()) return; // it is still to be set up
    const auto route = tool.wait(mailflow::find_route(tool.accounts(), admin::parse_address(sink)));
    if (route && !route->local.empty()) return;
    throw ConfigError(
        fmt::format("test.sink: there is no account {}; add it first: pillarbox account add {}", sink, sink));
}

void keep_sink(const Config& now, const Config& loaded)
{
    if (now.test.sink != loaded.test.sink) throw ConfigError("test.sink: it changes at a restart only");
}

} // namespace pillarbox
