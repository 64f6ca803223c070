#include "server/base/config.hpp"

#include "server/base/ascii.hpp"
#include "server/base/config_keys.hpp"
#include "server/base/machine_name.hpp"
#include "server/base/setting_values.hpp"

#include <fmt/format.h>
#include <toml++/toml.h>

#include <algorithm>
#include <fstream>

extern char** environ;

namespace pillarbox {

namespace {

using setting::BadValue;
using setting::Key;
using setting::keys;
using setting::Values;

const Key* find_key(std::string_view name)
{
    const auto found = std::ranges::find(keys(), name, &Key::name);
    return found == keys().end() ? nullptr : &*found;
}

/// The error for a key that is none, with the one that was probably meant.
ConfigError unknown_key(std::string_view where, std::string_view name)
{
    const auto last = name.substr(name.rfind('.') + 1);
    for (const auto& key : keys()) {
        if (key.name.substr(key.name.rfind('.') + 1) == last || ascii::starts_with(key.name, name))
            return ConfigError(
                fmt::format("{}: {}: there is no such key; is {} meant?", where, name, key.name));
    }
    return ConfigError(fmt::format("{}: {}: there is no such key; the README lists them", where, name));
}

void apply(Config& config, const Key& key, const Values& values, std::string_view where)
{
    try {
        if (!key.list && values.size() != 1) throw BadValue("it takes one value, not a list");
        key.apply(config, values);
    } catch (const BadValue& error) {
        throw ConfigError(fmt::format("{}: {}: {}", where, key.name, error.what()));
    }
}

/// A value as --set and the environment write it: lists are comma separated.
Values split(const Key& key, std::string_view text)
{
    if (!key.list) return {std::string(text)};
    Values values;
    while (!text.empty()) {
        const auto value = ascii::trim(ascii::take_until(text, ','));
        if (!value.empty()) values.emplace_back(value);
    }
    return values;
}

std::string scalar(const toml::node& node, std::string_view where, std::string_view name)
{
    if (const auto text = node.value_exact<std::string>()) return *text;
    if (const auto number = node.value_exact<std::int64_t>()) return std::to_string(*number);
    if (const auto truth = node.value_exact<bool>()) return *truth ? "true" : "false";
    throw ConfigError(fmt::format("{}: {}: write text or a whole number", where, name));
}

void apply_table(Config& config, const toml::table& table, const std::string& prefix, const std::string& file)
{
    for (const auto& [part, node] : table) {
        const std::string name = prefix + std::string(part.str());
        const std::string where = fmt::format("{}:{}", file, part.source().begin.line);
        if (const auto* inner = node.as_table()) {
            const bool known =
                std::ranges::any_of(keys(), [&](const Key& key) { return key.name.starts_with(name + '.'); });
            if (!known) throw unknown_key(where, name);
            apply_table(config, *inner, name + '.', file);
            continue;
        }
        const Key* key = find_key(name);
        if (!key) throw unknown_key(where, name);
        Values values;
        if (const auto* array = node.as_array()) {
            for (const auto& element : *array)
                values.push_back(scalar(element, where, name));
        } else {
            values.push_back(scalar(node, where, name));
        }
        apply(config, *key, values, where);
    }
}

void apply_file(Config& config, const std::filesystem::path& path)
{
    std::ifstream file(path);
    if (!file)
        throw ConfigError(
            fmt::format("{}: cannot be read: {}", path.string(), std::generic_category().message(errno)));
    try {
        apply_table(config, toml::parse(file, path.string()), "", path.string());
    } catch (const toml::parse_error& error) {
        throw ConfigError(
            fmt::format("{}:{}: {}", path.string(), error.source().begin.line, error.description()));
    }
}

/// `smtp.max_message_size` is PILLARBOX_SMTP_MAX_MESSAGE_SIZE.
std::string variable_name(std::string_view key)
{
    std::string name = "PILLARBOX_";
    for (const char c : key)
        name += c == '.' ? '_' : static_cast<char>(c >= 'a' && c <= 'z' ? c - ('a' - 'A') : c);
    return name;
}

void apply_environment(Config& config, const std::map<std::string, std::string>& environment)
{
    for (const auto& [name, value] : environment) {
        if (name == "PILLARBOX_SETUP_PASSWORD") { // a secret: nowhere but here
            config.setup.password = value;
            continue;
        }
        const auto key =
            std::ranges::find_if(keys(), [&](const Key& k) { return variable_name(k.name) == name; });
        if (key != keys().end()) {
            // Compose files hand on variables that were never set as empty ones.
            // For a list that is a value: nothing to listen on.
            if (value.empty() && !key->list) continue;
            apply(config, *key, split(*key, value), "environment variable " + name);
            continue;
        }
        // Kubernetes sets these for a service of our name; they are not meant for us.
        if (name.starts_with("PILLARBOX_SERVICE_") || name.starts_with("PILLARBOX_PORT")) continue;
        throw ConfigError(
            fmt::format("environment variable {}: there is no such key; the README lists them", name));
    }
}

void apply_set(Config& config, const std::string& assignment)
{
    std::string_view value = assignment;
    const auto name = ascii::trim(ascii::take_until(value, '='));
    if (assignment.find('=') == std::string::npos)
        throw ConfigError(fmt::format("--set {}: write KEY=VALUE", assignment));
    const Key* key = find_key(name);
    if (!key) throw unknown_key("--set", name);
    apply(config, *key, split(*key, value), "--set");
}

/// A server that takes everybody's mail must not be mistaken for one that carries it.
void check_sink(const Config& config)
{
    const auto& sink = config.test.sink;
    if (sink.empty()) return;
    const auto at = sink.find('@');
    if (at == 0 || at == std::string::npos || at + 1 == sink.size())
        throw ConfigError(fmt::format(
            "test.sink: '{}' is no address; write that of an account here, such as sink@example.test", sink));
    if (!config.test.mode)
        throw ConfigError("test.sink: set test.mode to true too, on a server that keeps nobody's mail");
    if (config.outbound.mode != Config::Outbound::Mode::hold)
        throw ConfigError("test.sink: set outbound.mode to hold too; a server that takes mail for everybody "
                          "must send none");
    if (config.junk.greylist)
        throw ConfigError(
            "test.sink: set junk.greylist to false; what is to be taken at once cannot be asked "
            "to come again");
}

/// What is right key by key but not together.
void check(const Config& config)
{
    if (!config.tls.off() && config.tls.certificate.empty() != config.tls.key.empty())
        throw ConfigError(
            "tls.certificate and tls.key: give both files, or neither for a self-signed certificate");
    if (config.tls.off() && !config.tls.key.empty())
        throw ConfigError("tls.key: remove it, or name a file in tls.certificate, which is now 'none'");
    if (config.tls.off() && !config.tls.client_ca.empty())
        throw ConfigError("tls.client_ca: remove it, or name a file in tls.certificate, which is now 'none'");
    const bool asks = !config.auth.oauth_introspection.host.empty();
    if (config.auth.takes_tokens() && config.auth.oauth_keys.empty() && !asks)
        throw ConfigError("auth.mechanisms: OAUTHBEARER and XOAUTH2 need a way to check tokens: set "
                          "auth.oauth_keys to a file of the provider's public keys, a JWK Set, or "
                          "auth.oauth_introspection to the URL where it can be asked");
    if (asks && !config.auth.oauth_keys.empty())
        throw ConfigError("auth.oauth_keys and auth.oauth_introspection: set one of them, not both");
    if (asks && (config.auth.oauth_client_id.empty() || config.auth.oauth_client_secret_file.empty()))
        throw ConfigError("auth.oauth_introspection: set auth.oauth_client_id and "
                          "auth.oauth_client_secret_file too, as what the provider knows this server");
    if (!config.auth.oauth_keys.empty() &&
        (config.auth.oauth_issuer.empty() || config.auth.oauth_audience.empty()))
        throw ConfigError("auth.oauth_keys: set auth.oauth_issuer and auth.oauth_audience too, or tokens "
                          "that were made for other services would sign in here");
    if (!config.lmtp.listen.empty() && config.lmtp.from.empty())
        throw ConfigError("lmtp.from: name the networks that may deliver, or nobody can; without lmtp.from "
                          "it is this machine");
    if (!config.setup.admin.empty() && config.setup.domain.empty())
        throw ConfigError("setup.admin: give setup.domain too, so that the first start can make both");
    const auto& outbound = config.outbound;
    if (outbound.mode == Config::Outbound::Mode::smarthost && outbound.smarthost.host.empty())
        throw ConfigError("outbound.mode: smarthost needs one: set outbound.smarthost to its URL, such as "
                          "smtp://user@mail.example.org:587");
    if (outbound.smarthost.user.empty() != outbound.smarthost_password_file.empty())
        throw ConfigError("outbound.smarthost and outbound.smarthost_password_file: name a user in the one "
                          "and the file with the password in the other, or neither");
    if (config.junk.webhook.host.empty() != config.junk.webhook_secret_file.empty())
        throw ConfigError(
            "junk.webhook and junk.webhook_secret_file: give a URL in the one and in the other the "
            "file with the secret that what it is told is signed with, or neither");
    for (const auto& route : outbound.routes) {
        if (std::ranges::count(outbound.routes, route.domain, &MailRoute::domain) > 1)
            throw ConfigError(fmt::format("outbound.routes: {} has two, leave one of them", route.domain));
        if (!route.to.user.empty() && outbound.passwords_file.empty())
            throw ConfigError(
                fmt::format("outbound.routes: {} names a user: set outbound.passwords_file to a "
                            "file with lines USER@HOST PASSWORD",
                            route.domain));
    }
    if (!config.test.pop3_faults.empty() && !config.test.mode)
        throw ConfigError(
            "test.pop3_faults: set test.mode to true too, on a server that keeps nobody's mail");
    check_sink(config);
}

} // namespace

std::uint16_t Config::published(std::uint16_t port) const
{
    const auto found = published_ports.find(port);
    return found == published_ports.end() ? port : found->second;
}

std::uint16_t Config::published(const std::vector<Endpoint>& listen) const
{
    return listen.empty() ? std::uint16_t{0} : published(listen.front().port);
}

Config load_config(const ConfigSources& sources)
{
    Config config = sources.base;
    if (sources.file) {
        apply_file(config, *sources.file);
    } else {
        for (const char* path : {"pillarbox.toml", "/etc/pillarbox/pillarbox.toml"}) {
            std::error_code ignored; // what cannot be looked at is not there
            if (!std::filesystem::exists(path, ignored)) continue;
            apply_file(config, path);
            break;
        }
    }
    apply_environment(config, sources.environment);
    for (const auto& assignment : sources.set)
        apply_set(config, assignment);
    if (config.hostname.empty()) config.hostname = machine_name();
    check(config);
    return config;
}

std::map<std::string, std::string> config_environment()
{
    std::map<std::string, std::string> variables;
    for (char** entry = environ; *entry; ++entry) {
        std::string_view value = *entry;
        if (!value.starts_with("PILLARBOX_")) continue;
        const auto name = ascii::take_until(value, '=');
        variables.emplace(name, value);
    }
    return variables;
}

} // namespace pillarbox
