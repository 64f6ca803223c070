#include "server/admin/accounts.hpp"

#include "server/admin/actions.hpp"
#include "server/admin/address.hpp"
#include "server/admin/new_account.hpp"
#include "server/admin/new_app_password.hpp"
#include "server/admin/password_input.hpp"
#include "server/admin/pop3.hpp"
#include "server/admin/prepared_password.hpp"
#include "server/admin/quota.hpp"
#include "server/admin/table.hpp"
#include "server/admin/tool.hpp"
#include "server/auth/key_file.hpp"
#include "server/auth/password.hpp"
#include "server/auth/reset_link.hpp"
#include "server/auth/scram.hpp"
#include "server/base/ascii.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <fstream>
#include <iostream>
#include <thread>

namespace pillarbox::admin {

namespace {

using storage::Errc;

std::string domain_of(std::string_view address)
{
    return std::string(address.substr(address.rfind('@') + 1));
}

/// The sentence for what the store refused about `address`.
Failed account_refusal(boost::system::error_code error, const std::string& address)
{
    if (error == Errc::not_found) return Failed(fmt::format("there is no account {}", address));
    if (error == Errc::already_exists)
        return Failed(fmt::format("{} is taken by an account or an alias", address));
    if (error == Errc::invalid) {
        const auto domain = domain_of(address);
        return Failed(fmt::format("{} is no domain of this server; add it first: pillarbox domain add {}",
                                  domain, domain));
    }
    return Failed(fmt::format("{}: {}", address, error.message()));
}

void show_generated(const NewPassword& password)
{
    if (password.generated) fmt::print("password {}\n", password.text);
}

/// Where people reach this server with a browser.
std::string web_origin(const Config& config)
{
    const auto written = [&](std::string_view scheme, std::string_view host,
                             const std::vector<Endpoint>& listen, std::uint16_t usual) {
        const auto port = config.published(listen);
        return port == usual ? fmt::format("{}://{}", scheme, host)
                             : fmt::format("{}://{}:{}", scheme, host, port);
    };
    if (!config.tls.off() && !config.https.listen.empty())
        return written("https", config.hostname, config.https.listen, 443);
    // Without TLS it is served to this machine alone.
    if (!config.http.listen.empty()) return written("http", "localhost", config.http.listen, 80);
    throw Failed("nobody can open a link here: turn on https.listen");
}

/// One line of an import.
struct ImportLine
{
    std::size_t number = 0; // from 1
    std::string address;
    std::string password;
};

/// Address, white space, and the password, which may hold more of it.
ImportLine parse_import_line(std::size_t number, std::string_view line)
{
    const auto blank = line.find_first_of(" \t");
    if (blank == std::string_view::npos) throw Failed("write ADDRESS PASSWORD");
    const auto password = ascii::trim(line.substr(blank));
    if (password.empty()) throw Failed("the password is missing");
    return {number, parse_address(line.substr(0, blank)), prepare_password(std::string(password))};
}

/// The accounts to add, their passwords hashed on every core.
std::vector<storage::NewAccount> hash_all(const std::vector<ImportLine>& lines, const Config& config,
                                          const std::string& key)
{
    std::vector<storage::NewAccount> accounts(lines.size());
    std::atomic<std::size_t> next = 0;
    const auto work = [&] {
        for (std::size_t i = next++; i < lines.size(); i = next++)
            accounts[i] = new_account(config, key, lines[i].address, lines[i].password);
    };
    std::vector<std::jthread> threads;
    for (unsigned i = 1; i < std::max(1u, std::thread::hardware_concurrency()); ++i)
        threads.emplace_back(work);
    work();
    threads.clear(); // joins
    return accounts;
}

} // namespace

void create_account(Tool& tool, const Config& config, const std::string& address, std::string_view password,
                    bool admin, std::uint64_t quota)
{
    const auto key = auth::load_or_make_key(config.data_dir);
    const auto added =
        tool.wait(tool.accounts().add({new_account(config, key, address, password, admin, quota)}));
    if (!added) throw account_refusal(added.error(), address);
}

void add_account(const Context& context, const AccountOptions& options)
{
    const auto address = parse_address(options.address);
    const auto quota = options.quota.empty() ? 0 : parse_quota(options.quota, "default");
    Tool tool(context.config);
    if (tool.wait(tool.accounts().find(address)))
        throw account_refusal(make_error_code(Errc::already_exists), address);
    const auto password = read_new_password(options.password_stdin);
    create_account(tool, context.config, address, password.text, options.admin, quota);
    fmt::print("added {}\n", address);
    show_generated(password);
}

void list_accounts(const Context& context)
{
    Tool tool(context.config);
    const auto accounts = tool.wait(tool.accounts().list());
    if (!accounts) throw account_refusal(accounts.error(), "accounts");
    Table table({"address", "admin", "enabled", "messages", "octets", "quota", "loginDelay", "expire", "keep",
                 "created"});
    const auto& pop3 = context.config.pop3;
    for (const auto& account : *accounts) {
        const auto grace = tool.wait(tool.store().devices().grace(account.id));
        table.add({account.address, account.admin, account.enabled, std::uint64_t(account.messages),
                   account.octets, account.quota ? account.quota : context.config.storage.quota,
                   std::uint64_t(account.pop3.login_delay.value_or(pop3.login_delay).count()),
                   expire_text(account.pop3.expire.value_or(pop3.expire)),
                   grace ? keep_text(*grace) : std::string(), // gone meanwhile
                   format_time(account.created.time_since_epoch().count())});
    }
    fmt::print("{}", context.json ? table.json() : table.text());
}

void set_password(const Context& context, const std::string& text, bool password_stdin)
{
    const auto address = parse_address(text);
    Tool tool(context.config);
    const auto account = tool.wait(tool.accounts().find(address));
    if (!account) throw account_refusal(account.error(), address);
    const auto password = read_new_password(password_stdin);
    const auto key = auth::load_or_make_key(context.config.data_dir);
    auto verifiers = make_verifiers(context.config, key, address, password.text);
    const auto changed = tool.wait(
        tool.accounts().set_password(address, std::move(verifiers.hash), std::move(verifiers.scram)));
    if (!changed) throw account_refusal(changed.error(), address);
    fmt::print("changed the password of {}\n", address);
    show_generated(password);
}

void make_reset_link(const Context& context, const std::string& text)
{
    const auto address = parse_address(text);
    const auto origin = web_origin(context.config);
    Tool tool(context.config);
    const auto account = tool.wait(tool.accounts().find(address));
    if (!account) throw account_refusal(account.error(), address);
    if (!account->enabled)
        throw Failed(fmt::format("{} may not sign in; first: pillarbox account enable {}", address, address));
    const auto made = auth::make_reset_link(account->id);
    const auto added = tool.wait(tool.store().reset_links().add(made.stored));
    if (!added) throw account_refusal(added.error(), address);
    fmt::print("{}\n", auth::reset_url(origin, made.code));
}

void set_enabled(const Context& context, const std::string& text, bool enabled)
{
    const auto address = parse_address(text);
    Tool tool(context.config);
    const auto changed = tool.wait(tool.accounts().set_enabled(address, enabled));
    if (!changed) throw account_refusal(changed.error(), address);
    fmt::print("{} {}\n", enabled ? "enabled" : "disabled", address);
}

void set_quota(const Context& context, const std::string& text, const std::string& size)
{
    const auto address = parse_address(text);
    const auto quota = parse_quota(size, "default");
    Tool tool(context.config);
    const auto changed = tool.wait(tool.accounts().set_quota(address, quota));
    if (!changed) throw account_refusal(changed.error(), address);
    fmt::print("{} may keep {} octets\n", address, quota ? quota : context.config.storage.quota);
}

void remove_account(const Context& context, const std::string& text)
{
    const auto address = parse_address(text);
    Tool tool(context.config);
    const auto removed = tool.wait(tool.accounts().remove(address));
    if (!removed) throw account_refusal(removed.error(), address);
    fmt::print("removed {} and its mail\n", address);
}

void import_accounts(const Context& context, const std::string& path)
{
    std::ifstream file;
    if (path != "-") {
        file.open(path);
        if (!file) throw Failed(fmt::format("{}: cannot be read", path));
    }
    std::istream& input = path == "-" ? std::cin : file;

    std::vector<ImportLine> lines;
    std::string line;
    for (std::size_t number = 1; std::getline(input, line); ++number) {
        if (!line.empty() && line.back() == '\r') line.pop_back();
        if (ascii::trim(line).empty()) continue;
        try {
            lines.push_back(parse_import_line(number, line));
        } catch (const Failed& error) {
            throw Failed(fmt::format("{}:{}: {}; nothing was added", path, number, error.what()));
        }
    }

    Tool tool(context.config);
    std::size_t failed = lines.size();
    const auto added = tool.wait(tool.accounts().add(
        hash_all(lines, context.config, auth::load_or_make_key(context.config.data_dir)), &failed));
    if (!added) {
        if (failed >= lines.size()) throw account_refusal(added.error(), path);
        throw Failed(fmt::format("{}:{}: {}; nothing was added", path, lines[failed].number,
                                 account_refusal(added.error(), lines[failed].address).what()));
    }
    fmt::print("added {} accounts\n", lines.size());
}

void add_app_password(const Context& context, const std::string& text, const std::string& label, bool apop,
                      bool password_stdin)
{
    const auto address = parse_address(text);
    const auto name = parse_label(label);
    Tool tool(context.config);
    const NewPassword password =
        password_stdin ? read_new_password(true) : NewPassword{auth::generate_app_password(), true};
    const auto key = auth::load_or_make_key(context.config.data_dir);
    auto entry =
        new_app_password(context.config, key, address, name, {password.text, password.generated}, apop);
    const auto added = tool.wait(tool.accounts().add_app_password(address, std::move(entry)));
    if (added.has_error() && added.error() == Errc::already_exists)
        throw Failed(fmt::format(
            "{} has an app password called '{}' already; revoke it or choose another label", address, name));
    if (!added) throw account_refusal(added.error(), address);
    fmt::print("added app password '{}' for {}\n", name, address);
    show_generated(password);
}

void list_app_passwords(const Context& context, const std::string& text)
{
    const auto address = parse_address(text);
    Tool tool(context.config);
    const auto account = tool.wait(tool.accounts().find(address));
    if (!account) throw account_refusal(account.error(), address);
    const auto passwords = tool.wait(tool.accounts().app_passwords(account->id));
    if (!passwords) throw account_refusal(passwords.error(), address);
    Table table({"label", "apop", "created", "lastUsed"});
    for (const auto& password : *passwords)
        table.add({password.label, !password.sealed.empty(),
                   format_time(password.created.time_since_epoch().count()),
                   password.last_used ? format_time(password.last_used->time_since_epoch().count()) : ""});
    fmt::print("{}", context.json ? table.json() : table.text());
}

void revoke_app_password(const Context& context, const std::string& text, const std::string& label)
{
    const auto address = parse_address(text);
    Tool tool(context.config);
    const auto revoked = tool.wait(tool.accounts().revoke_app_password(address, label));
    if (revoked.has_error() && revoked.error() == Errc::not_found)
        throw Failed(fmt::format("{} has no app password called '{}'", address, label));
    if (!revoked) throw account_refusal(revoked.error(), address);
    fmt::print("revoked app password '{}' of {}\n", label, address);
}

} // namespace pillarbox::admin
