#include "server/first_start.hpp"

#include "server/admin/accounts.hpp"
#include "server/admin/address.hpp"
#include "server/admin/password_input.hpp"
#include "server/admin/tool.hpp"
#include "server/base/random.hpp"

#include <fmt/format.h>

namespace pillarbox {

std::vector<std::string> first_start(const Config& config)
{
    admin::Tool tool(config);
    const auto domains = tool.wait(tool.accounts().domains());
    if (!domains) throw admin::Failed(domains.error().message());
    std::vector<std::string> lines;

    const auto& setup = config.setup;
    if (setup.domain.empty()) {
        if (!domains->empty()) return lines;
        return {"This server takes mail for no domain yet. Add one, and an account in it:",
                "",
                "    pillarbox domain add example.org",
                "    pillarbox account add --admin you@example.org",
                "",
                "In a container: docker compose exec pillarbox pillarbox domain add ..."};
    }

    const auto domain = admin::parse_domain(setup.domain);
    const auto added = tool.wait(tool.accounts().add_domain(domain));
    if (!added && added.error() != storage::Errc::already_exists)
        throw admin::Failed(added.error().message());
    if (added) lines.push_back(fmt::format("Added the domain {}.", domain));

    if (setup.admin.empty()) return lines;
    const auto address = admin::parse_address(setup.admin);
    if (tool.wait(tool.accounts().find(address))) return lines;
    std::string password = setup.password;
    if (password.empty() && !setup.password_file.empty())
        password = admin::read_password_file(setup.password_file.string());
    const bool generated = password.empty();
    password = generated ? random_name(16) : admin::prepare_password(password);
    admin::create_account(tool, config, address, password, true);
    lines.push_back(fmt::format("Added the administrator {}.", address));
    if (generated) lines.push_back(fmt::format("Password: {}   (shown this once)", password));
    return lines;
}

} // namespace pillarbox
