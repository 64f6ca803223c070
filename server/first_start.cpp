#include "server/first_start.hpp"

#include "server/admin/accounts.hpp"
#include "server/admin/address.hpp"
#include "server/admin/password_input.hpp"
#include "server/admin/prepared_password.hpp"
#include "server/admin/tool.hpp"
#include "server/base/random.hpp"

#include <fmt/format.h>

namespace pillarbox {

namespace {

constexpr std::string_view frame =
    "+----------------------------------------------------------------------\n";

std::string link(std::string_view where, std::string_view origin, std::uint16_t port, std::string_view code)
{
    if (port == 0) return {};
    return fmt::format("|  {:<18}{}:{}/setup?code={}\n", where, origin, port, code);
}

} // namespace

FirstStart first_start(const Config& config)
{
    admin::Tool tool(config);
    FirstStart first;
    const auto& setup = config.setup;
    if (setup.domain.empty()) {
        const auto accounts = tool.wait(tool.accounts().list());
        if (!accounts) throw admin::Failed(accounts.error().message());
        first.awaits_setup = accounts->empty();
        return first;
    }

    const auto domain = admin::parse_domain(setup.domain);
    const auto added = tool.wait(tool.accounts().add_domain(domain));
    if (!added && added.error() != storage::Errc::already_exists)
        throw admin::Failed(added.error().message());
    if (added) first.lines.push_back(fmt::format("Added the domain {}.", domain));

    if (setup.admin.empty()) return first;
    const auto address = admin::parse_address(setup.admin);
    if (tool.wait(tool.accounts().find(address))) return first;
    std::string password = setup.password;
    if (password.empty() && !setup.password_file.empty())
        password = admin::read_password_file(setup.password_file.string());
    const bool generated = password.empty();
    password = generated ? random_name(16) : admin::prepare_password(password);
    admin::create_account(tool, config, address, password, true);
    first.lines.push_back(fmt::format("Added the administrator {}.", address));
    if (generated) first.lines.push_back(fmt::format("Password: {}   (shown this once)", password));
    return first;
}

std::string setup_notice(std::string_view code, std::string_view hostname, std::uint16_t http,
                         std::uint16_t https)
{
    std::string text = fmt::format("\n{}", frame);
    if (http != 0 || https != 0) {
        text += "|  Pillarbox is new here. Set it up in a browser, with this link:\n|\n";
        text += link("On this machine", "http://localhost", http, code);
        text += link("From elsewhere", fmt::format("https://{}", hostname), https, code);
        text += "|\n|  It asks for your domain, your address and a password, and works once.\n";
        text += "|  From elsewhere, the browser warns of a certificate that Pillarbox made itself.\n";
        text += "|  Or, without a browser:\n|\n";
    } else {
        text += "|  Pillarbox is new here, and has no account yet. Add a domain, and one in it:\n|\n";
    }
    text += "|    pillarbox domain add example.org\n"
            "|    pillarbox account add --admin you@example.org\n"
            "|\n"
            "|  In a container: docker compose exec pillarbox pillarbox domain add ...\n";
    return text.append(frame);
}

} // namespace pillarbox
