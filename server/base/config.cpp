#include "server/base/config.hpp"

#include "server/base/ascii.hpp"
#include "server/base/machine_name.hpp"
#include "server/base/setting_values.hpp"

#include <fmt/format.h>
#include <toml++/toml.h>

#include <algorithm>
#include <fstream>
#include <functional>

extern char** environ;

namespace pillarbox {

namespace {

using setting::BadValue;
using Values = std::vector<std::string>;

/// A key, and how what is written there becomes part of the Config.
struct Key
{
    std::string_view name;
    bool list = false;
    std::function<void(Config&, const Values&)> apply;
};

template <class Member>
Key endpoints(std::string_view name, Member member)
{
    return {name, true, [member](Config& config, const Values& values) {
                auto& listen = std::invoke(member, config);
                listen.clear();
                for (const auto& value : values)
                    listen.push_back(setting::parse_endpoint(value));
            }};
}

template <class Apply>
Key single(std::string_view name, Apply apply)
{
    return {name, false, [apply](Config& config, const Values& values) { apply(config, values.front()); }};
}

/// A choice by word; `words` are tried in order.
template <class T>
T choose(std::string_view text, std::initializer_list<std::pair<std::string_view, T>> words)
{
    std::string known;
    for (const auto& [word, value] : words) {
        if (text == word) return value;
        known += known.empty() ? "" : ", ";
        known += word;
    }
    throw BadValue(fmt::format("'{}' is none of: {}", text, known));
}

/// `argon2id:t=2,m=19456`: passes, and memory in KiB.
void password_hash(Config::Auth& auth, std::string_view text)
{
    const auto bad = [text] {
        return BadValue(fmt::format("'{}' is no password hash; write argon2id or argon2id:t=2,m=19456, "
                                    "t from 1 to 10 passes, m from 8 to 1048576 KiB",
                                    text));
    };
    std::string_view rest = text;
    if (ascii::take_until(rest, ':') != "argon2id") throw bad();
    while (!rest.empty()) {
        std::string_view value = ascii::take_until(rest, ',');
        const auto name = ascii::take_until(value, '=');
        const auto number = ascii::parse_number<unsigned>(value);
        if (name == "t" && number && *number >= 1 && *number <= 10)
            auth.hash_passes = *number;
        else if (name == "m" && number && *number >= 8 && *number <= 1048576)
            auth.hash_kib = *number;
        else
            throw bad();
    }
}

/// Every key there is.
const std::vector<Key>& keys()
{
    static const std::vector<Key> all{
        single("hostname", [](Config& c, const std::string& v) { c.hostname = setting::parse_host_name(v); }),
        single("data_dir",
               [](Config& c, const std::string& v) {
                   if (v.empty()) throw BadValue("it must name a directory");
                   c.data_dir = v;
               }),
        endpoints("smtp.listen", [](Config& c) -> auto& { return c.smtp.listen; }),
        single("smtp.max_message_size",
               [](Config& c, const std::string& v) {
                   c.smtp.max_message_size = setting::parse_size(v);
                   if (c.smtp.max_message_size < 64ul * 1024 || c.smtp.max_message_size > 2ull << 30)
                       throw BadValue(
                           fmt::format("'{}' is out of range; write 64K (RFC 5321 4.5.3.1.7) to 2G", v));
               }),
        single("smtp.max_recipients",
               [](Config& c, const std::string& v) {
                   // RFC 5321 §4.5.3.1.8: at least 100.
                   c.smtp.max_recipients = static_cast<std::uint32_t>(setting::parse_count(v, 100, 100'000));
               }),
        endpoints("submission.listen", [](Config& c) -> auto& { return c.submission.listen; }),
        endpoints("submissions.listen", [](Config& c) -> auto& { return c.submissions.listen; }),
        endpoints("pop3.listen", [](Config& c) -> auto& { return c.pop3.listen; }),
        single("pop3.idle_timeout",
               [](Config& c, const std::string& v) {
                   c.pop3.idle_timeout = setting::parse_time(v);
                   if (c.pop3.idle_timeout < std::chrono::seconds(1))
                       throw BadValue("it must be at least 1s");
               }),
        single("pop3.maildrop_lock",
               [](Config& c, const std::string& v) {
                   using Lock = Config::Pop3::Lock;
                   c.pop3.maildrop_lock =
                       choose<Lock>(v, {{"shared", Lock::shared}, {"exclusive", Lock::exclusive}});
               }),
        single("pop3.login_delay",
               [](Config& c, const std::string& v) {
                   c.pop3.login_delay = setting::parse_time(v);
                   if (c.pop3.login_delay > std::chrono::days(1))
                       throw BadValue(fmt::format("'{}' is too long; write 1d or less, or 0s for none", v));
               }),
        single("pop3.implementation",
               [](Config& c, const std::string& v) {
                   c.pop3.implementation = choose<bool>(v, {{"true", true}, {"false", false}});
               }),
        endpoints("pop3s.listen", [](Config& c) -> auto& { return c.pop3s.listen; }),
        endpoints("http.listen", [](Config& c) -> auto& { return c.http.listen; }),
        endpoints("https.listen", [](Config& c) -> auto& { return c.https.listen; }),
        endpoints("metrics.listen", [](Config& c) -> auto& { return c.metrics.listen; }),
        single("tls.certificate", [](Config& c, const std::string& v) { c.tls.certificate = v; }),
        single("tls.key", [](Config& c, const std::string& v) { c.tls.key = v; }),
        single("auth.allow_plaintext",
               [](Config& c, const std::string& v) {
                   using Plaintext = Config::Auth::Plaintext;
                   c.auth.allow_plaintext = choose<Plaintext>(v, {{"never", Plaintext::never},
                                                                  {"loopback", Plaintext::loopback},
                                                                  {"always", Plaintext::always}});
               }),
        {"auth.mechanisms", true,
         [](Config& c, const Values& values) { c.auth.mechanisms = setting::parse_mechanisms(values); }},
        single("auth.password_hash", [](Config& c, const std::string& v) { password_hash(c.auth, v); }),
        single("limits.connections",
               [](Config& c, const std::string& v) {
                   c.limits.connections = static_cast<std::uint32_t>(setting::parse_count(v, 1, 1'000'000));
               }),
        single("limits.connections_per_ip",
               [](Config& c, const std::string& v) {
                   c.limits.connections_per_ip =
                       static_cast<std::uint32_t>(setting::parse_count(v, 1, 1'000'000));
               }),
        {"limits.exempt", true,
         [](Config& c, const Values& values) {
             c.limits.exempt.clear();
             for (const auto& value : values)
                 c.limits.exempt.push_back(setting::parse_network(value));
         }},
        single("setup.domain", [](Config& c, const std::string& v) { c.setup.domain = v; }),
        single("setup.admin", [](Config& c, const std::string& v) { c.setup.admin = v; }),
        single("setup.password_file", [](Config& c, const std::string& v) { c.setup.password_file = v; }),
        single("outbound.mode",
               [](Config& c, const std::string& v) {
                   c.outbound.mode = choose<std::string>(v, {{"hold", "hold"}});
               }),
        single("storage.url",
               [](Config& c, const std::string& v) {
                   if (v != "sqlite:")
                       throw BadValue(fmt::format("'{}' is no store that is built in; write sqlite:", v));
                   c.storage.url = v;
               }),
        single("storage.quota",
               [](Config& c, const std::string& v) { c.storage.quota = setting::parse_size(v); }),
        single("storage.reserve",
               [](Config& c, const std::string& v) { c.storage.reserve = setting::parse_size(v); }),
        single("storage.vault",
               [](Config& c, const std::string& v) { c.storage.vault = setting::parse_time(v); }),
        single("storage.search",
               [](Config& c, const std::string& v) {
                   c.storage.search = choose<bool>(v, {{"true", true}, {"false", false}});
               }),
        single("log.format",
               [](Config& c, const std::string& v) {
                   c.log.format =
                       choose<Log::Format>(v, {{"text", Log::Format::text}, {"json", Log::Format::json}});
               }),
        single("log.level",
               [](Config& c, const std::string& v) {
                   c.log.level = choose<Log::Level>(v, {{"debug", Log::Level::debug},
                                                        {"info", Log::Level::info},
                                                        {"warning", Log::Level::warning},
                                                        {"error", Log::Level::error}});
               }),
        single("test.mode",
               [](Config& c, const std::string& v) {
                   c.test.mode = choose<bool>(v, {{"true", true}, {"false", false}});
               }),
        {"test.pop3_faults", true,
         [](Config& c, const Values& values) {
             using enum Config::Test::Pop3Fault;
             c.test.pop3_faults.clear();
             for (const auto& value : values)
                 c.test.pop3_faults.push_back(choose<Config::Test::Pop3Fault>(
                     value, {{"stall-retr", stall_retr},
                             {"wrong-size", wrong_size},
                             {"doubled-uidl", doubled_uidl},
                             {"in-use", in_use},
                             {"drop-before-quit-answer", drop_before_quit_answer}}));
         }},
    };
    return all;
}

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

/// What is right key by key but not together.
void check(const Config& config)
{
    if (!config.tls.off() && config.tls.certificate.empty() != config.tls.key.empty())
        throw ConfigError(
            "tls.certificate and tls.key: give both files, or neither for a self-signed certificate");
    if (config.tls.off() && !config.tls.key.empty())
        throw ConfigError("tls.key: remove it, or name a file in tls.certificate, which is now 'none'");
    if (!config.setup.admin.empty() && config.setup.domain.empty())
        throw ConfigError("setup.admin: give setup.domain too, so that the first start can make both");
    if (!config.test.pop3_faults.empty() && !config.test.mode)
        throw ConfigError(
            "test.pop3_faults: set test.mode to true too, on a server that keeps nobody's mail");
}

} // namespace

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
