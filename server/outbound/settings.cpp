#include "server/outbound/settings.hpp"

#include "server/net/tls_trust.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <fstream>
#include <system_error>

namespace pillarbox::outbound {

namespace {

constexpr std::size_t longest_password = 1024;
constexpr std::size_t longest_password_line = 2048; // of the file of passwords

/// The first line of the file.
std::string read_password(const std::filesystem::path& path)
{
    std::ifstream file(path);
    std::string line;
    if (!file || !std::getline(file, line))
        throw ConfigError(fmt::format("outbound.smarthost_password_file: {}: cannot be read: {}",
                                      path.string(), std::generic_category().message(errno)));
    if (line.ends_with('\r')) line.pop_back();
    if (line.empty() || line.size() > longest_password)
        throw ConfigError(fmt::format("outbound.smarthost_password_file: {}: its first line is no password",
                                      path.string()));
    return line;
}

/// Whose certificate is asked for: where a password is sent, or where somebody
/// has said whom to trust.
bool verified(const Config::Outbound& outbound)
{
    return outbound.smarthost.tls || !outbound.smarthost.user.empty() || !outbound.smarthost_ca_file.empty();
}

Relay smarthost_of(const Config::Outbound& outbound)
{
    Relay relay{.to = outbound.smarthost};
    if (!outbound.smarthost.user.empty()) relay.password = read_password(outbound.smarthost_password_file);
    if (!verified(outbound)) return relay;
    relay.tls = MailRoute::Tls::verified;
    try {
        relay.ca = std::make_shared<const net::TlsTrust>(outbound.smarthost_ca_file);
    } catch (const std::runtime_error& error) {
        throw ConfigError(fmt::format("outbound.smarthost_ca_file: {}", error.what()));
    }
    return relay;
}

/// The password of `user@host` in a file of lines "USER@HOST PASSWORD".
std::string find_password(const std::filesystem::path& path, const SmtpUrl& url)
{
    std::ifstream file(path);
    if (!file)
        throw ConfigError(fmt::format("outbound.passwords_file: {}: cannot be read: {}", path.string(),
                                      std::generic_category().message(errno)));
    const std::string name = url.user + '@' + url.host + ' ';
    for (std::string line; std::getline(file, line);) {
        if (line.ends_with('\r')) line.pop_back();
        if (line.starts_with(name) && line.size() > name.size() && line.size() <= longest_password_line)
            return line.substr(name.size());
    }
    throw ConfigError(fmt::format("outbound.passwords_file: {}: has no line that begins with '{}' and has a "
                                  "password behind it",
                                  path.string(), name));
}

Relay relay_of(const MailRoute& route, const Config::Outbound& outbound,
               const std::shared_ptr<const net::TlsTrust>& authorities)
{
    Relay relay{.to = route.to, .lmtp = route.lmtp, .tls = route.tls};
    if (route.tls == MailRoute::Tls::verified) relay.ca = authorities;
    if (!route.to.user.empty()) relay.password = find_password(outbound.passwords_file, route.to);
    return relay;
}

} // namespace

std::shared_ptr<const Settings> settings_of(const Config& config)
{
    auto settings = std::make_shared<Settings>();
    settings->mode = config.outbound.mode;
    settings->own_name = config.hostname;
    settings->pace = PaceTerms(config.outbound);
    settings->port = config.outbound.port;
    settings->mta_sts = config.outbound.mta_sts;
    settings->dane = config.outbound.dane;
    settings->refuse_downgrade = config.outbound.refuse_downgrade;
    settings->suppress_after = config.outbound.suppress_after;
    settings->tls_reports = config.outbound.tls_reports;
    settings->dmarc_reports = config.verify.dmarc_reports;
    settings->mta_sts_port = config.outbound.mta_sts_port;
    settings->authorities = std::make_shared<const net::TlsTrust>();
    settings->anybody = std::make_shared<const net::TlsTrust>(net::TlsTrust::anybody());
    if (config.outbound.mode == Config::Outbound::Mode::hold) return settings;
    for (const auto& route : config.outbound.routes)
        settings->routes.emplace(route.domain, relay_of(route, config.outbound, settings->authorities));
    if (config.outbound.mode == Config::Outbound::Mode::smarthost)
        settings->smarthost = smarthost_of(config.outbound);
    return settings;
}

const Relay* Settings::relay_for(std::string_view domain) const
{
    const auto found = routes.find(domain);
    if (found != routes.end()) return &found->second;
    return smarthost ? &*smarthost : nullptr;
}

} // namespace pillarbox::outbound
